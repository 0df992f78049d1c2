"""Days on which nothing comes to a client: what both sides do with them."""

from datetime import date, datetime
from typing import Any

from practice.assignments.blackout import Blackout, BlackoutQuerySet
from practice.assignments.schedule import local_day
from practice.people.models import Client
from practice.replies.forms import DaysForm

#: So many at once are enough for anybody, and for whoever holds a forwarded link.
MOST = 20


def days_of(client: Client, now: datetime) -> BlackoutQuerySet:
    """Those that go on or are still to come, the next ones first."""
    return Blackout.objects.not_over(local_day(now, client.time_zone)).filter(client=client)


def days_form(client: Client, now: datetime, data: Any = None) -> DaysForm:
    """A form to name some, on the client's own calendar."""
    return DaysForm(local_day(now, client.time_zone), data)


def name_days(client: Client, first_on: date, last_on: date, now: datetime, *, by_client: bool) -> bool:
    """Keep these days free. Returns whether that was possible; the same days twice are named once."""
    if days_of(client, now).count() >= MOST:
        return False
    Blackout.objects.get_or_create(
        client=client, first_on=first_on, last_on=last_on, defaults={"by_client": by_client}
    )
    return True


def remove_days(client: Client, pk: str) -> bool:
    """Let emails come on these days after all. Returns whether there were any with this id."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return False
    return Blackout.objects.filter(client=client, pk=int(pk)).delete()[0] > 0
