"""What the desk says of a series that rests, or is about to, because nothing came back; and the choice about it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.assignments.moves import MOVES
from practice.assignments.outlook import held_by_silence
from practice.desk.home import home
from tests.assignments.conftest import move_url, page_of
from tests.assignments.test_assigning import text


@pytest.fixture
def quiet(running):
    """Two steps went out to Ada, and nothing came back."""
    Assignment.objects.filter(pk=running.pk).update(quiet_steps=2)
    running.refresh_from_db()
    return running


@pytest.fixture
def resting(quiet):
    quiet.fall_silent()
    quiet.save()
    return quiet


def test_what_is_about_to_rest_says_so_before(quiet, mayas_desk):
    page = text(mayas_desk.get(page_of(quiet)))
    assert "It rests from Sunday" in page
    assert "after two quiet steps. As soon as Ada writes or presses anything, it goes on." in page


def test_nobody_is_bothered_before_it_rests(quiet, maya):
    assert [concern.about for concern in home(maya, timezone.now()).concerns] == []


def test_what_rests_is_one_quiet_line_on_the_home_page(resting, maya):
    (concern,) = home(maya, timezone.now()).concerns
    assert concern.quiet
    assert concern.why.startswith("Resting since Sunday")
    assert "after two quiet steps." in concern.why


def test_home_asks_no_more_for_it(running, maya):
    with CaptureQueriesContext(connection) as before:
        home(maya, timezone.now())
    Assignment.objects.update(quiet_steps=2)
    with CaptureQueriesContext(connection) as about_to:
        home(maya, timezone.now())
    running.refresh_from_db()
    running.fall_silent()
    running.save()
    with CaptureQueriesContext(connection) as after:
        home(maya, timezone.now())
    assert max(len(about_to), len(after)) <= len(before)


def test_the_practitioner_lets_it_carry_on(resting, mayas_desk):
    page = text(mayas_desk.get(move_url(resting, "resume")))
    assert "It rests because nothing came back." in page
    mayas_desk.post(move_url(resting, "resume"), {"step": resting.next_step().pk})
    resting.refresh_from_db()
    assert (resting.state, resting.state_by, resting.quiet_steps) == ("active", "", 0)


def test_send_now_is_not_kept_from_what_is_about_to_rest(quiet):
    move = MOVES["send-now"](quiet, timezone.now(), quiet.next_step())
    assert move.offered()
    assert not move.obstacle()


def test_after_how_many_steps_it_rests_can_be_chosen(running, mayas_desk):
    step = running.next_step().pk
    page = text(mayas_desk.get(move_url(running, "rest-after")))
    assert "Nobody sees whether it was read." in page
    mayas_desk.post(move_url(running, "rest-after"), {"step": step, "rests_after": "0"})
    running.refresh_from_db()
    assert running.rests_after == 0
    assert (
        mayas_desk.post(move_url(running, "rest-after"), {"step": step, "rests_after": "13"}).status_code
        == 422
    )


@pytest.mark.parametrize(
    ("steps", "said"), [(1, "one quiet step."), (2, "two quiet steps."), (12, "12 quiet steps.")]
)
def test_numbers_are_said_as_people_say_them(steps, said, sunday):
    assert held_by_silence("Ada", steps, sunday, True).why.endswith(said)


def test_a_reminder_is_off_until_it_is_wanted_and_the_client_has_the_last_word(running, mayas_desk):
    assert running.remind_after == 0
    step = running.next_step().pk
    url = move_url(running, "remind")
    assert "sent once for a step" in text(mayas_desk.get(url))
    assert mayas_desk.post(url, {"step": step, "remind_after": "7"}).status_code == 422
    mayas_desk.post(url, {"step": step, "remind_after": "3"})
    running.refresh_from_db()
    assert running.remind_after == 3
    running.go_without_reminders(True)
    assert "chose to go without" in text(mayas_desk.post(url, {"step": step, "remind_after": "2"}))
    running.refresh_from_db()
    assert running.remind_after == 3
