"""For ten minutes an assignment and "send now" can be taken back, and nothing of them leaves before."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from practice.assignments import taking_back
from practice.assignments.first_note import FirstNote
from practice.assignments.models import Assignment
from practice.assignments.preview import HELD_BACK, preview
from practice.mailing.models import Delivery
from practice.mailing.planning import plan
from tests.assignments.conftest import move_url, page_of, signed_in
from tests.assignments.test_assigning import text
from tests.assignments.test_desk import LIST, press
from tests.cast import NOW, make_assignment, make_client, make_module

MINUTE = timedelta(minutes=1)
#: The slot of `assignment`.
SLOT = NOW.replace(day=8, hour=17)


def undo_url(assignment):
    return reverse("admin:assignments_assignment_undo", args=(assignment.pk,))


# --- A new assignment -----------------------------------------------------------------------------


def test_a_first_slot_minutes_away_waits_until_it_can_no_longer_be_taken_back(ada, module):
    row = make_assignment(ada, module, now=SLOT - 3 * MINUTE)
    assert row.next_due_at == SLOT + 7 * MINUTE
    assert plan(SLOT + 6 * MINUTE) == 0
    assert plan(SLOT + 7 * MINUTE) == 1
    row.refresh_from_db()
    assert row.next_due_at == SLOT + timedelta(weeks=1)


@pytest.mark.parametrize(
    "act", [lambda row: row.skip_next(SLOT), lambda row: row.pause(SLOT) and row.resume(SLOT)]
)
def test_nothing_that_is_done_meanwhile_lets_it_leave_earlier(ada, module, act):
    row = make_assignment(ada, module, now=SLOT - 3 * MINUTE)
    act(row)
    assert plan(SLOT + 6 * MINUTE) == 0


def test_the_calendar_says_that_a_first_email_minutes_away_leaves_later(ada):
    rhythm = {"first_on": SLOT.date(), "at": SLOT.replace(hour=18).time(), "every_weeks": 1}
    (group,) = preview(["One", "Two"], [ada], rhythm, "Europe/Berlin", SLOT - 3 * MINUTE, 10 * MINUTE)
    assert group.lines[0].client_time.endswith("at 18:07")
    assert group.lines[0].notes == [HELD_BACK]
    assert group.lines[1].client_time.endswith("at 18:00")


def test_taking_it_back_leaves_nothing_of_it(ada, module):
    row = make_assignment(ada, module)
    FirstNote.objects.create(assignment=row, text="Dear Ada")
    row.skip_next(NOW)
    assert taking_back.undo(row, NOW + 9 * MINUTE)
    assert not Assignment.objects.exists()
    assert not FirstNote.objects.exists()
    assert make_assignment(ada, module)


def test_it_cannot_be_taken_back_once_the_time_is_over_or_a_step_was_handed_over(assignment, module):
    assert not taking_back.undo(assignment, NOW + 10 * MINUTE)
    assignment.pass_step(module.steps.first(), NOW)
    assert not taking_back.undo(assignment, NOW)
    assert Assignment.objects.exists()


def test_the_page_says_until_when_and_takes_it_back(mayas_desk, running, ada):
    until = timezone.localtime(running.created_at + 10 * MINUTE, timezone=ada_zone(ada))
    said = text(mayas_desk.get(page_of(running)))
    assert (
        f"Until {until:%H:%M} you can take this back, and nothing leaves before. Take the assignment back"
        in said
    )
    said = text(mayas_desk.post(undo_url(running), follow=True))
    assert "“Coming home to yourself” is no longer assigned to Ada, and nothing was sent." in said
    assert not Assignment.objects.exists()
    assert "Taken back" in LogEntry.objects.get().change_message


def ada_zone(ada):
    from zoneinfo import ZoneInfo

    return ZoneInfo(ada.practitioner.time_zone)


def test_looking_takes_nothing_back(mayas_desk, running):
    for ask in (mayas_desk.get, mayas_desk.head):
        ask(undo_url(running))
    assert Assignment.objects.exists()


def test_when_the_time_is_over_the_page_says_what_else_can_be_done(mayas_desk, running):
    Assignment.objects.update(created_at=timezone.now() - 10 * MINUTE)
    assert "Take the assignment back" not in text(mayas_desk.get(page_of(running)))
    said = text(mayas_desk.post(undo_url(running), follow=True))
    assert "The time to take it back is over. You can still stop it" in said
    assert Assignment.objects.exists()
    assert not LogEntry.objects.exists()


def test_many_are_taken_back_together_and_nobody_elses(mayas_desk, toms_desk, maya, tom, bo, module, sunday):
    at = timezone.now()
    for name in ("Kei", "Noor"):
        client = make_client(maya, name, f"{name}@example.org", "Europe/Berlin")
        make_assignment(client, module, first_on=sunday, now=at)
    other = make_assignment(
        make_client(maya, "Zoë", "z@example.org", "Europe/Berlin"), make_module(maya), now=at
    )
    toms = make_assignment(bo, make_module(tom), now=at)
    first = Assignment.objects.get(client__name="Kei")
    assert "is assigned to Kei and Noor, and until" in text(mayas_desk.get(reverse(LIST)))
    said = text(mayas_desk.post(undo_url(first), {"together": "1"}, follow=True))
    assert "is no longer assigned to Kei and Noor, and nothing was sent." in said
    assert set(Assignment.objects.all()) == {other, toms}
    assert toms_desk.post(undo_url(other), {"together": "1"}).status_code == 404


# --- Send now -------------------------------------------------------------------------------------


def test_send_now_leaves_after_ten_minutes_by_the_usual_tick(mayas_desk, running):
    said = press(mayas_desk, running, "send-now")
    assert "“Step 1” leaves for Ada at" in said
    now = timezone.now()
    assert plan(now + 9 * MINUTE) == 0
    assert plan(now + 10 * MINUTE) == 1


def test_the_question_says_that_it_can_be_taken_back(mayas_desk, running):
    said = text(mayas_desk.get(move_url(running, "send-now")))
    assert "This email goes to Ada at ada@example.org in 10 minutes." in said
    assert "Until then you can take it back." in said


def test_taken_back_it_leaves_in_its_slot(mayas_desk, running):
    slot = running.next_due_at
    press(mayas_desk, running, "send-now")
    said = text(mayas_desk.get(page_of(running)))
    assert "“Step 1” leaves for Ada at" in said
    assert "Until then you can take it back. Take this email back" in said
    said = press(mayas_desk, running, "take-back")
    assert "Taken back: nothing was sent. “Step 1” leaves on" in said
    assert (running.next_due_at, running.sooner_at) == (slot, None)
    assert not Delivery.objects.exists()


def test_what_is_leaving_cannot_be_taken_back(assignment):
    assignment.send_now(NOW + 10 * MINUTE)
    assert not taking_back.unsend(assignment, NOW + 10 * MINUTE)
    assert plan(NOW + 10 * MINUTE) == 1
    assert not taking_back.unsend(assignment, NOW)


def test_a_button_pressed_in_two_windows_takes_back_once(maya, running):
    desks = [signed_in(maya), signed_in(maya)]
    press(desks[0], running, "send-now")
    step = running.next_step().pk
    said = [text(desk.post(move_url(running, "take-back"), {"step": step}, follow=True)) for desk in desks]
    assert ["Taken back" in one for one in said] == [True, False]
    assert "Nothing was changed" in said[1]
