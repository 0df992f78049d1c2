"""A series takes another weekday and hour from its next slot on: never earlier than planned, never two in a week."""

from datetime import date, time, timedelta

import pytest

from practice.assignments.models import Assignment

WEDNESDAY, SUNDAY = 2, 6


@pytest.mark.parametrize(
    ("weekday", "at", "next_on", "then_at"),
    [
        (WEDNESDAY, time(7, 30), date(2026, 3, 11), time(7, 30)),
        (WEDNESDAY, None, date(2026, 3, 11), time(18, 0)),
        (None, time(7, 30), date(2026, 3, 8), time(7, 30)),
        (SUNDAY, time(20, 0), date(2026, 3, 8), time(20, 0)),
    ],
)
def test_it_follows_from_the_next_slot_on(assignment, now, weekday, at, next_on, then_at):
    assert assignment.change_slot(weekday, at, now)
    row = Assignment.objects.get()
    assert (row.next_on, row.at) == (next_on, then_at)
    assert row.next_due_at == row.rhythm.moment(next_on)
    assert row.rhythm.day_after(next_on) == next_on + timedelta(weeks=1)


@pytest.mark.parametrize(("weekday", "at"), [(None, None), (SUNDAY, time(18, 0)), (SUNDAY, None)])
def test_the_same_again_changes_nothing(assignment, now, weekday, at):
    assert not assignment.change_slot(weekday, at, now)


def test_an_hour_that_is_past_today_waits_for_the_next_turn(assignment):
    on_the_day = assignment.next_due_at - timedelta(hours=1)
    assignment.change_slot(SUNDAY, time(9, 0), on_the_day)
    assert assignment.next_on == date(2026, 3, 15)


def test_a_step_that_was_asked_for_sooner_still_leaves_then(assignment, now):
    sooner = now + timedelta(minutes=10)
    assignment.send_now(sooner)
    assignment.change_slot(WEDNESDAY, None, now)
    row = Assignment.objects.get()
    assert (row.sooner_at, row.next_due_at, row.next_on) == (sooner, sooner, date(2026, 3, 11))


def test_a_series_that_rests_takes_it_when_it_carries_on(assignment, now):
    assignment.pause(now)
    assert assignment.change_slot(WEDNESDAY, time(7, 30), now)
    assert assignment.state == "paused"
    assert assignment.next_due_at is None
    assignment.resume(now)
    assert (assignment.next_on, assignment.at) == (date(2026, 3, 11), time(7, 30))


def test_a_series_that_ended_stays_as_it_was(assignment, now):
    assignment.stop(now)
    assert not assignment.change_slot(WEDNESDAY, None, now)


def test_without_a_clock_nothing_can_be_worked_out(assignment, now, ada):
    type(ada).objects.update(time_zone="Moon/Base")
    assert not Assignment.objects.get().change_slot(WEDNESDAY, None, now)
