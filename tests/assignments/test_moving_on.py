"""The planner's side: from slot to slot, never a pile, nothing lost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from practice.assignments.models import Assignment
from resources.models import Step
from tests.cast import make_assignment

SUNDAY = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def go_out(assignment, now):
    """What the planner does when a step is handed to the outbox."""
    step, *more = assignment.remaining_steps()
    assignment.pass_step(step, now)
    assignment.move_on(now, more=bool(more))
    assignment.save(update_fields=Assignment.SCHEDULE)
    return step.title


def test_it_begins_on_the_first_slot_that_is_still_to_come(assignment, ada, module, now):
    assert assignment.next_on == date(2026, 3, 8)
    assert assignment.next_due_at == SUNDAY
    assignment.stop(now)
    gone = make_assignment(ada, module, first_on=date(2026, 2, 15))
    assert gone.next_on == date(2026, 3, 8)


def test_a_module_without_steps_cannot_be_assigned(ada, module):
    module.steps.all().delete()
    with pytest.raises(ValueError, match="without steps"):
        make_assignment(ada, module)


def test_a_client_receives_a_module_once_at_a_time(assignment, ada, module, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_assignment(ada, module)
    assignment.stop(now)
    assert make_assignment(ada, module).state == "active"


def test_a_step_leaves_each_week_until_none_is_left(assignment):
    assert [go_out(assignment, SUNDAY + WEEK * week) for week in range(3)] == ["Step 1", "Step 2", "Step 3"]
    assignment.refresh_from_db()
    assert (assignment.state, assignment.next_on, assignment.next_due_at) == ("finished", None, None)


def test_it_is_due_at_its_moment_and_not_before(assignment):
    assert not Assignment.objects.due(SUNDAY - timedelta(seconds=1)).exists()
    assert Assignment.objects.due(SUNDAY).get() == assignment


def test_after_an_outage_of_five_weeks_one_step_leaves_and_then_one_a_week(assignment):
    later = SUNDAY + 5 * WEEK + timedelta(hours=2)
    assignment.wait_for_next_slot(later)
    assignment.save(update_fields=Assignment.SCHEDULE)
    assert assignment.next_on == date(2026, 4, 19)
    assert assignment.next_step().title == "Step 1"
    go_out(assignment, later + WEEK)
    assert assignment.next_on == date(2026, 4, 26)


def test_a_slot_handed_over_hours_after_its_moment_does_not_shift_the_next(assignment):
    go_out(assignment, SUNDAY + timedelta(hours=5))
    assert assignment.next_due_at == datetime(2026, 3, 15, 17, 0, tzinfo=UTC)


def test_a_step_put_into_a_live_module_is_neither_lost_nor_sent_twice(assignment, module):
    go_out(assignment, SUNDAY)
    Step.objects.create(module=module, position=0, title="A word before", body="<p>Hello.</p>")
    module.steps.filter(title="Step 1").update(position=9)
    sent = [go_out(assignment, SUNDAY + WEEK * week) for week in (1, 2, 3)]
    assert sent == ["A word before", "Step 2", "Step 3"]
    assert assignment.state == "finished"


def test_a_finished_module_that_gains_steps_waits_for_the_practitioner(assignment, module):
    for week in range(3):
        go_out(assignment, SUNDAY + WEEK * week)
    later = SUNDAY + 4 * WEEK + timedelta(hours=1)
    assert not assignment.resume(later)
    Step.objects.create(module=module, position=9, title="One more", body="<p>More.</p>")
    assert not Assignment.objects.due(later).exists()
    assert "did not go out" in assignment.outlook().hold.why
    assert assignment.resume(later)
    assert (assignment.next_step().title, assignment.next_on) == ("One more", date(2026, 4, 12))


def test_an_email_that_was_withdrawn_makes_its_step_the_next_again(assignment, module):
    first = module.steps.first()
    go_out(assignment, SUNDAY)
    assert assignment.unpass(first, SUNDAY)
    assert (assignment.next_step(), assignment.next_on) == (first, date(2026, 3, 15))
    assert not assignment.unpass(first, SUNDAY)


def test_a_withdrawn_last_step_brings_a_finished_assignment_back(assignment, module):
    for week in range(3):
        go_out(assignment, SUNDAY + WEEK * week)
    last = SUNDAY + 2 * WEEK + timedelta(minutes=3)
    assert assignment.unpass(module.steps.last(), last)
    assert (assignment.state, assignment.next_on) == ("active", date(2026, 3, 29))


def test_when_the_client_moves_the_hour_stays_on_their_clock(assignment, ada):
    ada.time_zone = "America/New_York"
    ada.save()
    assignment.refresh_from_db()
    assert assignment.next_on == date(2026, 3, 8)
    assert assignment.next_due_at == datetime(2026, 3, 8, 22, 0, tzinfo=UTC)
    ada.save()  # once more: nothing is worked out from the change itself
    assignment.refresh_from_db()
    assert assignment.next_due_at == datetime(2026, 3, 8, 22, 0, tzinfo=UTC)


def test_a_move_keeps_what_was_asked_to_leave_now_and_leaves_others_in_peace(assignment, ada, now):
    assignment.send_now(now)
    ada.time_zone = "Asia/Tokyo"
    ada.save()
    assignment.refresh_from_db()
    assert (assignment.next_due_at, assignment.next_on) == (now, date(2026, 3, 8))
    assignment.pause(now)
    ada.save()
    assignment.refresh_from_db()
    assert assignment.next_due_at is None


def test_an_active_row_without_a_moment_cannot_be_stored(assignment):
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(next_due_at=None)


def test_half_past_two_on_sundays_brings_each_step_once_across_the_clock_change(ada, module):
    assignment = make_assignment(ada, module, first_on=date(2026, 3, 22), at=time(2, 30))
    left = []
    while assignment.state == "active":
        now = assignment.next_due_at
        left.append((go_out(assignment, now), f"{now:%d %b %H:%M}"))
    assert left == [("Step 1", "22 Mar 01:30"), ("Step 2", "29 Mar 01:30"), ("Step 3", "05 Apr 00:30")]
