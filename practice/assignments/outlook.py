"""What comes next for an assignment, when, and if it is held: why, and what would release it.

Pure, and in the practitioner's words: they read it at the desk. The planner goes by the same rules.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import dropwhile
from zoneinfo import ZoneInfo

from practice.assignments.schedule import Rhythm


@dataclass(frozen=True)
class Hold:
    """Why nothing leaves for now, and what would change that. Whole sentences."""

    why: str
    release: str


@dataclass(frozen=True)
class Outlook:
    """What comes next: the step's title and its moment in UTC, each None when there is none."""

    step: str | None
    due_at: datetime | None
    client_time: str
    practitioner_time: str
    hold: Hold | None


@dataclass(frozen=True)
class Planned:
    """One step in a calendar: its title, the day on the client's calendar, and the moment in UTC."""

    step: str
    day: date
    at: datetime


@dataclass(frozen=True)
class ClockChange:
    """A day on which the clocks of a zone change, and by how much. Positive: they go forward."""

    on: date
    by: timedelta


def look_ahead(
    step: str | None,
    due_at: datetime | None,
    *,
    client_zone: str,
    practitioner_zone: str,
    hold: Hold | None = None,
) -> Outlook:
    """Put together what comes next, in both people's time. Without a step or a moment the times are empty."""
    if step is None or due_at is None:
        return Outlook(step, None, "", "", hold)
    return Outlook(step, due_at, spoken(due_at, client_zone), spoken(due_at, practitioner_zone), hold)


def held_by_state(state: str, by: str, until: date | None, steps_left: bool) -> Hold | None:
    """Why an assignment in this state sends nothing; None for an active one.

    `by` is whose choice it was ("the client" or "the practitioner"), `until` the day on which a pause ends.
    """
    whose = "the client’s choice" if by == "the client" else "your choice"
    if state == "paused" and until:
        release = "It carries on by itself on that day, or when you press Resume."
        return Hold(f"Resting until {spoken_day(until)}, {whose}.", release)
    if state == "paused":
        return Hold(f"Paused, {whose}.", "It carries on when you press Resume.")
    if state == "stopped":
        release = (
            "Nothing more goes out unless you press Carry on." if steps_left else "Nothing more goes out."
        )
        return Hold(f"Stopped, {whose}.", release)
    if state == "finished" and steps_left:
        return Hold(
            "Finished, but the module has steps that did not go out.", "Press Carry on to bring them."
        )
    if state == "finished":
        return Hold(
            "Finished: every step went out or was skipped.", "Assign another module whenever it suits."
        )
    return None


def held_by_agreement(client: str, agreed: bool, withdrawn: bool) -> Hold | None:
    """Why a client who has not agreed to emails, or took it back, receives none; None when they agreed."""
    if agreed:
        return None
    why = "took back the agreement to emails." if withdrawn else "has not agreed to emails yet."
    return Hold(f"{client} {why}", f"Nothing leaves before {client} agrees and you record it on their page.")


def calendar(rhythm: Rhythm, steps: Iterable[str], first: date | None = None) -> list[Planned]:
    """Every step with its day and its moment in UTC, a slot each, from `first` on (else the first slot)."""
    days: Iterator[date] = dropwhile(lambda day: first is not None and day < first, rhythm.days())
    return [Planned(step, day, rhythm.moment(day)) for step, day in zip(steps, days, strict=False)]


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


def spoken_day(day: date) -> str:
    """A day in words: "Sunday 8 March 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def on_the_clock(moment: datetime, zone: str) -> str:
    """A moment on the clock of a zone: "Sunday 8 March 2026 at 18:00"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{spoken_day(local.date())} at {local:%H:%M}"


def spoken(moment: datetime, zone: str) -> str:
    """A moment on the clock of a zone, and which clock: "Sunday 8 March 2026 at 18:00, Berlin time"."""
    return f"{on_the_clock(moment, zone)}, {place(zone)} time"


def listed(words: Iterable[str]) -> str:
    """Words as people list them: "Ada, Bo and Kei"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def place(zone: str) -> str:
    """How people call a zone: "Buenos Aires" for "America/Argentina/Buenos_Aires"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")
