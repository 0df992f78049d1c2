"""When a step goes out. Pure: the client's own clock and calendar in, moments in UTC out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from practice.people.clocks import clock_of


@dataclass(frozen=True)
class Rhythm:
    """Every N weeks from a first day on, at a time on the client's clock. Each of its days is a slot."""

    first_on: date
    at: time
    every_weeks: int
    zone: str

    def moment(self, day: date) -> datetime:
        """The moment in UTC at which the step of this day leaves.

        fold=0 is the rule for clock changes: an hour that happens twice means the first one, and one that does
        not happen means as long after the change as it would have been after its beginning.
        """
        return datetime.combine(day, self.at.replace(fold=0), ZoneInfo(self.zone)).astimezone(UTC)

    def days(self, not_before: date | None = None) -> Iterator[date]:
        """The days on which steps go out, without end: from the first on, or the first that is not before a day."""
        first = self.first_on
        if not_before and not_before > first:
            first = self.day_after(not_before - timedelta(days=1))
        return (first + timedelta(weeks=self.every_weeks * turn) for turn in count())

    def day_after(self, day: date) -> date:
        """The first of the days that lies after this one."""
        if day < self.first_on:
            return self.first_on
        turns = (day - self.first_on).days // (7 * self.every_weeks) + 1
        return self.first_on + timedelta(weeks=self.every_weeks * turns)

    def day_from(self, now: datetime) -> date:
        """The first of the days whose moment is at or after `now`."""
        # Two days back: a zone may leave out a whole day of the calendar, as Samoa did in December 2011.
        day = self.day_after(now.astimezone(ZoneInfo(self.zone)).date() - timedelta(days=2))
        while self.moment(day) < now:
            day = self.day_after(day)
        return day


def first_day(not_before: date, weekday: int) -> date:
    """The first day with this weekday (Monday is 0) that is not before `not_before`."""
    return not_before + timedelta(days=(weekday - not_before.weekday()) % 7)


def local_day(now: datetime, zone: str) -> date:
    """The day on the calendar of a zone at this moment; of UTC, if this machine does not know the zone."""
    return now.astimezone(clock_of(zone) or UTC).date()
