"""Days on which nothing comes to a client: what both sides do with them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from practice.assignments.blackout import Blackout, BlackoutQuerySet
from practice.assignments.schedule import local_day
from practice.people import audit
from practice.people.models import Client, Practitioner
from practice.replies.forms import DaysForm

#: So many at once are enough for anybody, and for whoever holds a forwarded link.
MOST = 20


def days_of(client: Client, now: datetime) -> BlackoutQuerySet:
    """Those that go on or are still to come, the next ones first."""
    return Blackout.objects.not_over(local_day(now, client.time_zone)).filter(client=client)


def days_form(client: Client, now: datetime, data: Any = None) -> DaysForm:
    """A form to name some, on the client's own calendar."""
    return DaysForm(local_day(now, client.time_zone), data)


@transaction.atomic
def name_days(
    client: Client, first_on: date, last_on: date, now: datetime, by: Practitioner | None = None
) -> bool:
    """Keep these days free, as `by` or the client themselves asked. Returns whether that was possible; the same days
    twice are named once."""
    already = Blackout.objects.filter(client=client, first_on=first_on, last_on=last_on)
    if days_of(client, now).count() >= MOST and not already.exists():
        return False
    days, new = Blackout.objects.get_or_create(
        client=client, first_on=first_on, last_on=last_on, defaults={"by_client": by is None}
    )
    if new:
        audit.note(by, audit.Action.ADDED, days, client)
    return True


@transaction.atomic
def remove_days(client: Client, pk: str, by: Practitioner | None = None) -> bool:
    """Let emails come on these days after all, as `by` or the client themselves asked. Returns whether there were
    any with this id."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return False
    if not Blackout.objects.filter(client=client, pk=int(pk)).delete()[0]:
        return False
    audit.note(by, audit.Action.TOOK_BACK, Blackout(pk=int(pk)), client)
    return True
