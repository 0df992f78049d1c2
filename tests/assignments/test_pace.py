"""Pause, resume, skip, send now, stop: each does what it says once, whoever else presses at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from practice.assignments.models import Assignment
from tests.assignments.test_moving_on import SUNDAY, WEEK, go_out
from tests.cast import make_client


def test_a_pause_keeps_everything_back_and_a_resume_brings_one_step_at_a_time(assignment):
    go_out(assignment, SUNDAY)
    assert assignment.pause(SUNDAY + timedelta(hours=1))
    assert not Assignment.objects.due(SUNDAY + 10 * WEEK).exists()
    back = SUNDAY + 5 * WEEK - timedelta(days=3)
    assert assignment.resume(back)
    assert assignment.next_step().title == "Step 2"
    assert assignment.next_due_at == datetime(2026, 4, 12, 16, 0, tzinfo=UTC)
    go_out(assignment, assignment.next_due_at)
    assert assignment.next_on == date(2026, 4, 19)


def test_a_pause_before_the_first_day_and_a_resume_change_nothing(assignment, now):
    assignment.pause(now)
    assignment.resume(now + timedelta(days=1))
    assert assignment.next_due_at == SUNDAY


def test_a_pause_with_an_end_is_over_when_that_day_begins_for_the_client(assignment, maya, module, now):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    early = Assignment.begin(
        kei, module, first_on=assignment.first_on, at=assignment.at, every_weeks=1, now=now
    )
    for row in (assignment, early):
        row.pause(now, until=date(2026, 3, 22))
    evening = datetime(2026, 3, 21, 16, 0, tzinfo=UTC)  # already the 22nd in Tokyo, not yet in Berlin
    assert Assignment.objects.rested(evening) == [early]
    assert early.resume(evening)
    assert early.next_on == date(2026, 3, 22)
    assert Assignment.objects.rested(evening + timedelta(hours=8)) == [assignment]


def test_a_pause_without_an_end_never_ends_by_itself(assignment, now):
    assignment.pause(now)
    assert Assignment.objects.rested(now + 500 * WEEK) == []


def test_a_slot_used_by_send_now_stays_used_after_a_pause(assignment, now):
    assignment.send_now(now)
    go_out(assignment, now)
    assert assignment.next_on == date(2026, 3, 15)
    assignment.pause(now)
    assignment.resume(now)
    assert assignment.next_on == date(2026, 3, 15)


def test_send_now_takes_the_place_of_the_next_slot(assignment, now):
    assert assignment.send_now(now)
    assert Assignment.objects.due(now).get() == assignment
    assert assignment.next_on == date(2026, 3, 8)
    assert go_out(assignment, now) == "Step 1"
    assert assignment.next_due_at == SUNDAY + WEEK


def test_send_now_that_could_not_leave_waits_for_its_slot(assignment, now):
    assignment.send_now(now)
    assignment.wait_for_next_slot(now + timedelta(hours=6))
    assignment.save(update_fields=Assignment.SCHEDULE)
    assert (assignment.next_due_at, assignment.next_step().title) == (SUNDAY, "Step 1")


def test_send_now_of_a_step_that_has_already_left_sends_nothing_else(assignment, module, now):
    first = module.steps.first()
    assert assignment.send_now(now, first)
    go_out(assignment, now)
    assert not assignment.send_now(now, first)
    assert not Assignment.objects.due(now).exists()


def test_only_an_active_assignment_sends_now(assignment, now):
    assignment.pause(now)
    assert not assignment.send_now(now)


def test_a_skip_gives_the_slot_to_the_following_step(assignment, module, now):
    first = module.steps.first()
    assert assignment.skip_next(now, first)
    assert (assignment.next_step().title, assignment.next_due_at) == ("Step 2", SUNDAY)
    assert not assignment.skip_next(now, first)
    assert assignment.passed.get().skipped


def test_skipping_what_was_asked_to_leave_now_does_not_send_the_following_step_instead(assignment, now):
    assignment.send_now(now)
    assignment.skip_next(now)
    assert assignment.next_due_at == SUNDAY


def test_skipping_all_steps_finishes(assignment, now):
    assert [assignment.skip_next(now) for _ in range(4)] == [True, True, True, False]
    assert assignment.state == "finished"


def test_a_skipped_step_can_be_brought_back(assignment, module, now):
    first = module.steps.first()
    assignment.skip_next(now)
    assert assignment.unpass(first, now)
    assert (assignment.next_step(), assignment.next_due_at) == (first, SUNDAY)


def test_a_skip_in_a_pause_leaves_it_paused(assignment, now):
    assignment.pause(now)
    assert assignment.skip_next(now)
    assert assignment.state == "paused"


def test_a_stop_ends_it_and_carrying_on_brings_the_rest(assignment, now):
    go_out(assignment, SUNDAY)
    assert assignment.stop(SUNDAY)
    assert not assignment.stop(SUNDAY)
    assert not assignment.pause(SUNDAY)
    assert not Assignment.objects.due(SUNDAY + 10 * WEEK).exists()
    assert assignment.resume(SUNDAY + 3 * WEEK - timedelta(days=1))
    assert (assignment.next_step().title, assignment.next_on) == ("Step 2", date(2026, 3, 29))


def test_a_stop_also_reaches_the_last_email_while_it_is_about_to_leave(assignment, module, now):
    for week in range(3):
        go_out(assignment, SUNDAY + WEEK * week)
    assert assignment.stop(now, by="the client")
    assert assignment.unpass(
        module.steps.last(), now
    )  # what the outbox does with an email that may not leave
    assert assignment.state == "stopped"
    assert assignment.next_step() == module.steps.last()


def test_a_stopped_one_does_not_carry_on_beside_another_that_brings_the_same_module(
    assignment, ada, module, now
):
    assignment.stop(now)
    Assignment.begin(ada, module, first_on=assignment.first_on, at=assignment.at, every_weeks=1, now=now)
    assert not assignment.resume(now)


def pressed_in_two_browsers(assignment, press):
    """What each of two people saw who pressed at the same time, each with an old page before them."""

    def one(row):
        try:
            return press(row)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        return sorted(people.map(one, [Assignment.objects.get(pk=assignment.pk) for _ in range(2)]))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "press",
    [
        pytest.param(lambda row, seen: row.stop(SUNDAY), id="stop"),
        pytest.param(lambda row, seen: row.skip_next(SUNDAY, seen), id="skip"),
    ],
)
def test_two_browsers_press_and_it_happens_once(assignment, press):
    seen = assignment.next_step()
    assert pressed_in_two_browsers(assignment, lambda row: press(row, seen)) == [False, True]
    assert assignment.passed.count() <= 1


@pytest.mark.django_db(transaction=True)
def test_two_browsers_resume_and_one_of_them_does(assignment, now):
    assignment.pause(now)
    assert pressed_in_two_browsers(assignment, lambda row: row.resume(now)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_one_pauses_while_the_other_stops_and_the_row_stays_whole(assignment, now):
    stale, other = (Assignment.objects.get(pk=assignment.pk) for _ in range(2))
    assert other.stop(now)
    assert not stale.pause(now)
    assert stale.state == "stopped"
