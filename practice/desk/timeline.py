"""What goes out today and in the days after it, on the practitioner's calendar."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from practice.assignments.kept_free import kept_free
from practice.assignments.models import Assignment
from practice.assignments.outlook import place
from practice.desk.emails import Emails, midnight
from practice.desk.standing import Running, Standing, titles
from practice.people.clocks import clock_of
from practice.people.models import Client, Practitioner

#: Days after today.
DAYS = 7
#: How many emails today names, and a later day; the rest are behind a link.
MOST, MOST_LATER = 6, 4


@dataclass(frozen=True)
class Departure:
    """An email that leaves, or left, at a moment: on the practitioner's clock, and on the client's if it differs."""

    at: datetime
    client: str
    step: str
    state: str
    url: str
    my_time: str
    client_time: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which a series goes out: with its next step, or with the one after it."""

    at: datetime
    row: Assignment
    is_after: bool = False


@dataclass
class Day:
    """One day on the practitioner's calendar: the first emails, and how many more there are."""

    day: date
    name: str
    departures: list[Departure] = field(default_factory=list)
    #: How many more are to leave, how many more a slot after they went out today, and how many more left; and the lists
    #: that show them all.
    more: int = 0
    more_after: int = 0
    more_left: int = 0
    more_url: str = ""
    more_after_url: str = ""
    more_left_url: str = ""


def timeline(practitioner: Practitioner, running: Running, emails: Emails, now: datetime) -> list[Day]:
    """Today and the days after it. What should have left before midnight stands first today."""
    zone = ZoneInfo(practitioner.time_zone)
    began = midnight(practitioner, now)
    first = began.date()
    days = [
        Day(day, _name(day, first), more_url=_all_of(day), more_after_url=_all_of(first))
        for day in (first + timedelta(n) for n in range(DAYS + 1))
    ]
    ends = [datetime.combine(day.day + timedelta(1), time.min, zone).astimezone(UTC) for day in days]
    planned = _first_of_each_day(_slots(running.standings, ends, now), days, ends)
    of_step = titles([slot.row for _, slot in planned]) if planned else {}
    for day, slot in planned:
        step = of_step.get(slot.row.pk, ("", ""))[slot.is_after] or ""
        day.departures.append(_departure(slot.row.client, slot.row.pk, step, slot.at, "", practitioner))
    _add_outbox(days[0], emails, running.clients, practitioner)
    span = {"due_at__gte": began, "due_at__lt": began + timedelta(days=1)}
    days[0].more_left_url = f"{reverse('admin:mailing_delivery_changelist')}?{urlencode(span)}"
    return days


def _slots(standings: Iterable[Standing], ends: list[datetime], now: datetime) -> list[Slot]:
    """What leaves on the days that end at these moments, in order; of what leaves on the first, also the slot after."""
    found, first = [], []
    for standing in standings:
        due_at = standing.due_at
        if due_at is None or due_at >= ends[-1]:
            continue
        found.append(Slot(due_at, standing.row))
        if due_at < ends[0] and standing.left > 1:
            first.append(standing.row)
    return sorted([*found, *_afterwards(first, ends[-1], now)], key=lambda slot: slot.at)


def _afterwards(rows: Iterable[Assignment], until: datetime, now: datetime) -> list[Slot]:
    """The slot after the next one of each, if it comes before then and nothing will hold it. Two queries at most."""
    found = []
    for row in rows:
        day = _day_after(row, now)
        if day and row.rhythm.moment(day) < until and not row.would_be_held(day):
            found.append((row, day))
    free = kept_free([(row.client, row.module, row.rhythm) for row, _ in found])
    return [
        Slot(row.rhythm.moment(day), row, is_after=True)
        for (row, day), days in zip(found, free, strict=True)
        if not any(span.covers(day) for span in days)
    ]


def _day_after(row: Assignment, now: datetime) -> date | None:
    """The day of the slot after the next one; None when no calendar goes that far."""
    try:
        day = row.rhythm.day_from(now)
        return max(day, row.rhythm.day_after(row.next_on)) if row.next_on else day
    except OverflowError:
        return None


def _first_of_each_day(
    slots: Iterable[Slot], days: list[Day], ends: list[datetime]
) -> list[tuple[Day, Slot]]:
    """The first few that leave on each day. Counts on the days how many more there are."""
    found: list[tuple[Day, Slot]] = []
    named = [0] * len(days)
    for slot in slots:
        number = bisect_right(ends, slot.at)
        day = days[number]
        if named[number] < (MOST_LATER if number else MOST):
            named[number] += 1
            found.append((day, slot))
        elif slot.is_after:  # the list of that day knows only the next slot of each
            day.more_after += 1
        else:
            day.more += 1
    return found


def _add_outbox(
    today: Day, emails: Emails, clients: Mapping[int, Client], practitioner: Practitioner
) -> None:
    """Emails on their way, and those that left since midnight: the latest, if there are many."""
    shown = [*emails.on_the_way[:MOST], *emails.left_today[:MOST]]
    today.more += len(emails.on_the_way[MOST:])
    today.more_left = len(emails.left_today[MOST:])
    outbox = [
        _departure(
            clients[email.client_id],
            email.assignment_id,
            email.step_title,
            email.accepted_at or email.due_at,
            email.get_state_display(),
            practitioner,
        )
        for email in shown
    ]
    today.departures = sorted([*today.departures, *outbox], key=lambda departure: departure.at)


def _all_of(day: date) -> str:
    return f"{reverse('admin:assignments_assignment_changelist')}?leaves={day.isoformat()}"


def _name(day: date, today: date) -> str:
    near = {0: _("Today"), 1: _("Tomorrow")}
    return near.get((day - today).days) or date_format(day, _("l j F"))


def _departure(
    client: Client, assignment: int, step: str, at: datetime, state: str, practitioner: Practitioner
) -> Departure:
    theirs = at.astimezone(clock_of(client.time_zone) or UTC)
    mine = at.astimezone(ZoneInfo(practitioner.time_zone))
    differs = theirs.utcoffset() != mine.utcoffset()
    return Departure(
        at=at,
        client=client.name,
        step=step,
        state=state,
        url=reverse("admin:assignments_assignment_change", args=(assignment,)),
        my_time=f"{mine:%H:%M}",
        client_time=_on_their_clock(theirs, mine, place(client.time_zone)) if differs else "",
    )


def _on_their_clock(theirs: datetime, mine: datetime, where: str) -> str:
    """ "18:00 in Berlin", and "Monday, 18:00 in Berlin" where that is another day than on the practitioner's clock."""
    said = {"day": date_format(theirs, "l"), "time": f"{theirs:%H:%M}", "place": where}
    if theirs.date() == mine.date():
        return _("%(time)s in %(place)s") % said
    return _("%(day)s, %(time)s in %(place)s") % said
