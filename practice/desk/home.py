"""What a practitioner sees first: today. A handful of queries, however many clients there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Window

from practice.desk.attention import concerns
from practice.desk.concern import Concern
from practice.desk.emails import emails_of
from practice.desk.first_hour import Start, first_hour
from practice.desk.standing import running
from practice.desk.timeline import Day, timeline
from practice.people.models import Practitioner
from practice.replies.models import Reply

#: How many reflections to be read first the home page names, how many new ones, and how many concerns of each kind;
#: the rest are behind "all".
READ_FIRST = 20
FIRST = 8
FIRST_CONCERNS = 6


@dataclass(frozen=True)
class Home:
    """Everything on the home page."""

    today: Day
    days: list[Day]
    read_first: list[Reply]
    more_to_read_first: int
    reflections: list[Reply]
    more_reflections: int
    concerns: list[Concern]
    more_concerns: int
    first_hour: list[Start]


def home(practitioner: Practitioner, now: datetime) -> Home:
    """What this practitioner's day looks like at `now`."""
    all_that_runs = running(practitioner)
    emails = emails_of(practitioner, all_that_runs.modules, now)
    today, *days = timeline(practitioner, all_that_runs, emails, now)
    theirs = Reply.objects.of(practitioner).select_related("client", "delivery__step")
    theirs = theirs.only("sent_at", "client__name", "delivery__step__title")
    read_first: list[Reply] = []
    to_read_first = 0
    if all_that_runs.has_any_to_read_first:
        read_first, to_read_first = _few(theirs.to_read_first(), READ_FIRST)
    reflections, unread = _few(theirs.unread(), FIRST)
    found = concerns(practitioner, all_that_runs, emails, now)
    pressing, quiet = ([one for one in found if one.quiet is calm] for calm in (False, True))
    named = [*pressing[:FIRST_CONCERNS], *quiet[:FIRST_CONCERNS]]
    return Home(
        today=today,
        days=days,
        read_first=read_first,
        more_to_read_first=to_read_first - len(read_first),
        reflections=reflections,
        more_reflections=unread - len(reflections),
        concerns=named,
        more_concerns=len(found) - len(named),
        first_hour=[] if all_that_runs.standings else first_hour(practitioner),
    )


def _few(rows: Any, most: int) -> tuple[list[Any], int]:
    """The first of these, and how many there are in all: in one query."""
    found = list(rows.annotate(in_all=Window(Count("*")))[:most])
    return found, found[0].in_all if found else 0
