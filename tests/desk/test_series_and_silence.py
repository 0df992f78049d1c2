"""Home mentions, quietly, a series that ends and a client who writes nothing; and lets everybody else be."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing.models import Delivery
from practice.mailing.planning import plan
from practice.replies.models import Reply
from tests.cast import NOW, make_assignment, make_module

WEEK = timedelta(weeks=1)
#: Sunday, 8 March 2026, 18:00 in Berlin: the first slot.
SLOT = NOW.replace(day=8, hour=17)


def goes_out(weeks):
    """Let so many weeks go by, a step in each, and none rests by itself. Returns the moment after the last."""
    Assignment.objects.update(rests_after=0)
    for week in range(weeks):
        plan(SLOT + week * WEEK)
        Delivery.objects.update(state="accepted")
    return SLOT + (weeks - 1) * WEEK + timedelta(hours=1)


def quiet(maya, now):
    return [(one.client, one.about, one.why) for one in home(maya, now).concerns if one.quiet]


# --- A series that ends


def test_a_series_is_said_to_end_two_weeks_before_its_last_step(maya, ada, assignment):
    """Three steps, on 8, 15 and 22 March."""
    last = SLOT + 2 * WEEK
    assert quiet(maya, last - 2 * WEEK - timedelta(hours=1)) == []
    (concern,) = home(maya, last - 2 * WEEK + timedelta(minutes=1)).concerns[-1:]
    assert concern.why == "The last step leaves on Sunday 22 March 2026 at 18:00, Berlin time."
    assert concern.action == "Assign another module"
    assert concern.url == f"{reverse('admin:assignments_assignment_add')}?clients={ada.pk}"


def test_one_step_left_and_every_second_week(maya, assignment):
    now = goes_out(2)
    assert [why for _, _, why in quiet(maya, now)] == [
        "The last step leaves on Sunday 22 March 2026 at 18:00, Berlin time."
    ]
    assignment.refresh_from_db()
    assignment.skip_next(now)
    assert "Every step went out" in quiet(maya, now)[0][2]


def test_steps_at_a_slower_pace_end_later(maya, ada):
    make_assignment(ada, make_module(maya, steps=2), every_weeks=4)
    assert quiet(maya, NOW) == []


def test_nobody_is_told_of_an_end_while_something_else_goes_on(maya, ada):
    make_assignment(ada, make_module(maya, "Short", steps=1))
    make_assignment(ada, make_module(maya, "Long", steps=9))
    assert quiet(maya, NOW) == []


def test_two_series_that_end_are_one_line(maya, ada):
    make_assignment(ada, make_module(maya, "Short", steps=1))
    make_assignment(ada, make_module(maya, "Shorter", steps=1), first_on=date(2026, 3, 7))
    assert quiet(maya, NOW) == [
        ("Ada", "Shorter and Short", "The last step leaves on Sunday 8 March 2026 at 18:00, Berlin time.")
    ]


def test_an_end_that_should_have_come_long_ago_is_told_as_stuck(maya, ada):
    make_assignment(ada, make_module(maya, "Short", steps=1))
    assert quiet(maya, SLOT + WEEK) == []
    assert "still waits" in home(maya, SLOT + WEEK).concerns[0].why


def test_an_end_that_is_held_is_told_as_held(maya, ada, module):
    row = make_assignment(ada, make_module(maya, "Short", steps=1))
    row.pause(NOW)
    assert [why for _, _, why in quiet(maya, NOW)] == [
        "Paused, your choice. It carries on when you press Resume."
    ]


# --- Silence


@pytest.fixture
def long(maya, ada):
    """Ada receives a module of fifteen steps on Sundays."""
    return make_assignment(ada, make_module(maya, "Long", steps=15))


def reflection(row, step, at, sent=True):
    email = Delivery.objects.get(assignment=row, step__position=step)
    return Reply.objects.create(
        delivery=email, page=f"page-{step}", saved_at=at, sent_at=at if sent else None
    )


def test_four_steps_without_a_reflection_are_mentioned_without_judging(maya, long):
    assert quiet(maya, goes_out(3)) == []
    now = goes_out(4)
    (concern,) = home(maya, now).concerns
    assert (concern.client, concern.about, concern.quiet) == ("Ada", "Long", True)
    assert concern.why == (
        "The last 4 steps went out, and no reflection came. Reading alone may be what suits them; you could ask when "
        "you meet."
    )
    assert concern.url == reverse("admin:assignments_assignment_change", args=(long.pk,))


def test_a_reflection_ends_the_silence_and_counting_begins_anew(maya, long):
    now = goes_out(4)
    reflection(long, 2, at=now)
    assert quiet(maya, now) == []
    assert quiet(maya, goes_out(7)) == []
    assert quiet(maya, goes_out(8))[0][2].startswith("The last 4 steps")


def test_a_draft_is_the_clients_alone_and_ends_no_silence(maya, long):
    now = goes_out(4)
    reflection(long, 4, at=now, sent=False)
    assert len(quiet(maya, now)) == 1


def test_a_reflection_to_another_series_is_one_as_well(maya, ada, long):
    other = make_assignment(ada, make_module(maya, "Other", steps=9))
    now = goes_out(4)
    reflection(other, 4, at=now)
    assert quiet(maya, now) == []


def test_two_silent_series_of_one_client_are_one_line(maya, ada, long):
    make_assignment(ada, make_module(maya, "Other", steps=9))
    assert len(quiet(maya, goes_out(4))) == 1


def test_skipped_steps_are_no_silence_and_who_rests_is_let_be(maya, long):
    for _ in range(4):
        long.skip_next(NOW)
    assert quiet(maya, NOW) == []
    now = goes_out(5)
    long.refresh_from_db()
    long.pause(now)
    assert [why for _, _, why in quiet(maya, now)] == [
        "Paused, your choice. It carries on when you press Resume."
    ]
