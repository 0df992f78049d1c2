"""On which days the clocks of a zone change. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class ClockChange:
    """A day on which the clocks of a zone change, and by how much. Positive: they go forward."""

    on: date
    by: timedelta


def clock_changes(zone: str, start: datetime, end: datetime) -> list[ClockChange]:
    """The days between two moments in UTC on which the clocks of this zone change, in order."""
    found = []
    moment, clock = start, ZoneInfo(zone)
    while moment < end:
        following = min(moment + timedelta(days=1), end)
        if by := _offset(following, clock) - _offset(moment, clock):
            found.append(ClockChange(_change_between(moment, following, clock), by))
        moment = following
    return found


def _offset(moment: datetime, clock: ZoneInfo) -> timedelta:
    return moment.astimezone(clock).utcoffset() or timedelta()


def _change_between(start: datetime, end: datetime, clock: ZoneInfo) -> date:
    """The local day of the one change of offset between two moments, found by halving down to a minute."""
    before = _offset(start, clock)
    while end - start > timedelta(minutes=1):
        middle = start + (end - start) / 2
        if _offset(middle, clock) == before:
            start = middle
        else:
            end = middle
    return end.astimezone(clock).date()
