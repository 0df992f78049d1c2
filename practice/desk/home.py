"""What a practitioner sees first: today. A handful of queries, however many clients there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.assignments.outlook import Outlook, place
from practice.desk.attention import Concern, concerns
from practice.mailing.models import Delivery
from practice.people.models import Client, Practitioner
from practice.replies.models import Reply
from resources.models import Article, Module

#: How many new reflections the home page names; the rest are behind "all".
FIRST = 8
DAYS = 7


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


@dataclass(frozen=True)
class Day:
    """One day of the days to come, on the practitioner's calendar."""

    day: date
    name: str
    departures: list[Departure]


@dataclass(frozen=True)
class Start:
    """One of the first things a new practitioner does."""

    title: str
    why: str
    url: str
    is_done: bool


@dataclass(frozen=True)
class Home:
    """Everything on the home page."""

    today: list[Departure]
    days: list[Day]
    reflections: list[Reply]
    more_reflections: int
    concerns: list[Concern]
    first_hour: list[Start]


def home(practitioner: Practitioner, now: datetime) -> Home:
    """What this practitioner's day looks like at `now`."""
    zone = ZoneInfo(practitioner.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time.min, zone)
    outlooks = Assignment.objects.of(practitioner).running().outlooks()
    departures = sorted(
        [*_planned(outlooks, midnight, practitioner), *_in_the_outbox(practitioner, midnight)],
        key=lambda departure: departure.at,
    )
    days = _by_day(departures, midnight)
    unread = Reply.objects.of(practitioner).unread()
    newest = unread.select_related(
        "delivery__assignment__client", "delivery__assignment__module", "delivery__step"
    )
    return Home(
        today=days[0].departures,
        days=days[1:],
        reflections=list(newest[:FIRST]),
        more_reflections=max(0, unread.count() - FIRST),
        concerns=concerns(practitioner, outlooks, now),
        first_hour=first_hour(practitioner),
    )


# --- What leaves --------------------------------------------------------------------------------


def _planned(
    outlooks: Iterable[tuple[Assignment, Outlook]], midnight: datetime, practitioner: Practitioner
) -> list[Departure]:
    """The steps whose turn comes before the last of the days is over, and that nothing holds."""
    end = midnight + timedelta(days=DAYS)
    return [
        _departure(row, seen.step or "", seen.due_at, "", practitioner)
        for row, seen in outlooks
        if seen.due_at and seen.hold is None and seen.due_at < end
    ]


def _in_the_outbox(practitioner: Practitioner, midnight: datetime) -> list[Departure]:
    """Emails on their way, and those that left since midnight."""
    on_the_way = (Delivery.State.DUE, Delivery.State.CLAIMED, Delivery.State.SUBMITTING)
    deliveries = (
        Delivery.objects.of(practitioner)
        .filter(Q(state__in=on_the_way) | Q(state__in=Delivery.SENT, accepted_at__gte=midnight))
        .select_related("assignment__client", "step")
    )
    return [
        _departure(
            row.assignment,
            row.step.title,
            row.accepted_at or row.due_at,
            row.get_state_display(),
            practitioner,
        )
        for row in deliveries
    ]


def _departure(row: Assignment, step: str, at: datetime, state: str, practitioner: Practitioner) -> Departure:
    theirs = at.astimezone(ZoneInfo(row.client.time_zone))
    mine = at.astimezone(ZoneInfo(practitioner.time_zone))
    day = "" if theirs.date() == mine.date() else f"{theirs:%A}, "
    differs = theirs.utcoffset() != mine.utcoffset()
    return Departure(
        at=at,
        client=row.client.name,
        step=step,
        state=state,
        url=reverse("admin:assignments_assignment_change", args=(row.pk,)),
        my_time=f"{mine:%H:%M}",
        client_time=f"{day}{theirs:%H:%M} in {place(row.client.time_zone)}" if differs else "",
    )


def _by_day(departures: list[Departure], midnight: datetime) -> list[Day]:
    """Today and the days after it. What should have left before midnight stands first today."""
    zone, first = midnight.tzinfo, midnight.date()
    days = [Day(day, _day_name(day, first), []) for day in (first + timedelta(days=n) for n in range(DAYS))]
    for departure in departures:
        number = max(0, (departure.at.astimezone(zone).date() - first).days)
        if number < DAYS:
            days[number].departures.append(departure)
    return days


def _day_name(day: date, today: date) -> str:
    near = {0: "Today", 1: "Tomorrow"}
    return near.get((day - today).days, f"{day:%A} {day.day} {day:%B}")


# --- The first hour -----------------------------------------------------------------------------


def first_hour(practitioner: Practitioner) -> list[Start]:
    """What a new practitioner does first, in order; empty once the first module was assigned."""

    def any_of(model: Any) -> Exists:
        return Exists(model.objects.filter(**{model.owner_path: OuterRef("pk")}))

    has_article, has_module, has_client, has_assignment = (
        Practitioner.objects.filter(pk=practitioner.pk)
        .values_list(*map(any_of, (Article, Module, Client, Assignment)))
        .get()
    )
    has_text = has_article or has_module
    if has_assignment:
        return []
    return [
        Start(
            "Add an article",
            "Paste a text of yours, or choose a file. It becomes a module of short weekly steps, which you look "
            "through before it is kept.",
            reverse("admin:resources_article_add"),
            has_text,
        ),
        Start(
            "Add a client",
            "A name, an address, and where they live. Nothing is sent by adding somebody.",
            reverse("admin:people_client_add"),
            has_client,
        ),
        Start(
            "Assign the module",
            "You choose the day and the hour, and see the whole calendar before anything is saved.",
            reverse("admin:assignments_assignment_add"),
            False,
        ),
    ]
