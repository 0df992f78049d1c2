"""Every slot once, in order, at the hour on the client's own clock: in every zone, across every clock change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from practice.assignments.outlook import calendar
from practice.assignments.schedule import Rhythm, first_day

ZONES = sorted(available_timezones() - {"localtime"})

rhythms = st.builds(
    Rhythm,
    first_on=st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    every_weeks=st.integers(1, 12),
    zone=st.sampled_from(ZONES),
)
moments = st.datetimes(datetime(1999, 1, 1), datetime(2042, 1, 1), timezones=st.just(UTC))

APIA_WITHOUT_A_FRIDAY = Rhythm(date(2011, 12, 16), time(10, 0), 1, "Pacific/Apia")


def happens(day, at, zone):
    """Whether a clock in this zone ever shows this time on this day."""
    there_and_back = datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    return there_and_back.replace(tzinfo=None) == datetime.combine(day, at)


@given(rhythms)
@example(Rhythm(date(2026, 3, 15), time(2, 30), 1, "Europe/Berlin"))
@example(Rhythm(date(2026, 10, 11), time(2, 30), 1, "Europe/Berlin"))
@example(APIA_WITHOUT_A_FRIDAY)
def test_slots_lie_in_order_and_none_comes_twice(rhythm):
    moments = [planned.at for planned in calendar(rhythm, [f"Step {n}" for n in range(60)])]
    assert len(moments) == 60
    assert all(earlier < later for earlier, later in pairwise(moments))


@given(rhythms)
@example(APIA_WITHOUT_A_FRIDAY)
@example(Rhythm(date(2001, 9, 30), time(2, 0, fold=1), 1, "America/Dawson"))
def test_every_slot_is_at_the_hour_on_the_clients_clock_unless_that_hour_does_not_happen(rhythm):
    for day in islice(rhythm.days(), 30):
        local = rhythm.moment(day).astimezone(ZoneInfo(rhythm.zone))
        if happens(day, rhythm.at, rhythm.zone):
            assert (local.date(), local.time()) == (day, rhythm.at)
        else:
            wished = datetime.combine(day, rhythm.at)
            assert timedelta() < local.replace(tzinfo=None) - wished <= timedelta(days=1)


@given(rhythms, moments)
@example(APIA_WITHOUT_A_FRIDAY, datetime(2011, 12, 30, 12, tzinfo=UTC))
def test_the_slot_from_a_moment_on_is_the_first_that_is_not_gone(rhythm, now):
    day = rhythm.day_from(now)
    assert rhythm.moment(day) >= now
    earlier = day - timedelta(weeks=rhythm.every_weeks)
    assert earlier < rhythm.first_on or rhythm.moment(earlier) < now


@given(rhythms, st.integers(0, 100))
def test_walking_from_slot_to_slot_leaves_none_out(rhythm, turns):
    days = list(islice(rhythm.days(), turns + 2))
    assert rhythm.day_after(days[turns]) == days[turns + 1]
    assert rhythm.day_after(days[turns] - timedelta(days=1)) == days[turns]
    assert rhythm.day_from(rhythm.moment(days[turns])) == days[turns]


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 6))
def test_the_first_day_has_the_weekday_and_is_at_most_six_days_away(day, weekday):
    first = first_day(day, weekday)
    assert first.weekday() == weekday
    assert timedelta() <= first - day <= timedelta(days=6)


@pytest.mark.parametrize(
    ("first_on", "utc"),
    [
        # Clocks go forward on 29 March 2026 at 02:00: 02:30 does not happen, so it is 03:30 that day.
        (date(2026, 3, 22), ["22 01:30", "29 01:30", "05 00:30"]),
        # Clocks go back on 25 October 2026 at 03:00: 02:30 happens twice, and the first counts.
        (date(2026, 10, 18), ["18 00:30", "25 00:30", "01 01:30"]),
    ],
)
def test_sunday_half_past_two_in_berlin_across_both_clock_changes(first_on, utc):
    planned = calendar(Rhythm(first_on, time(2, 30), 1, "Europe/Berlin"), ["One", "Two", "Three"])
    assert [f"{step.at:%d %H:%M}" for step in planned] == utc


def test_the_friday_that_samoa_never_had_moves_to_the_same_hour_of_saturday():
    planned = calendar(APIA_WITHOUT_A_FRIDAY, ["One", "Two", "Three", "Four"])
    local = [step.at.astimezone(ZoneInfo("Pacific/Apia")) for step in planned]
    assert [f"{moment:%a %d %b %H:%M}" for moment in local] == [
        "Fri 16 Dec 10:00",
        "Fri 23 Dec 10:00",
        "Sat 31 Dec 10:00",
        "Fri 06 Jan 10:00",
    ]


def test_samoa_today_keeps_its_hour_all_year():
    rhythm = Rhythm(date(2026, 1, 4), time(18, 0), 1, "Pacific/Apia")
    assert {f"{rhythm.moment(day):%a %H:%M}" for day in islice(rhythm.days(), 52)} == {"Sun 05:00"}
