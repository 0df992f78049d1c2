"""Putting a client away: out of every list, with nothing deleted. Rooms above this one say what ends by it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from practice.people.models import Client


@dataclass(frozen=True)
class Ending:
    """What ends when a client is archived: the names of what is going on, and how it is ended."""

    names: Callable[[Client], list[str]]
    end: Callable[[Client, datetime], None]


_endings: list[Ending] = []


def ends(names: Callable[[Client], list[str]], end: Callable[[Client, datetime], None]) -> None:
    """Register what is going on for a client, and what ends it."""
    _endings.append(Ending(names, end))


def going_on(client: Client) -> list[str]:
    """The names of what would end if this client were archived."""
    return [name for ending in _endings for name in ending.names(client)]


def archive(client: Client, now: datetime) -> bool:
    """End what is going on and put the client away, all or nothing. Returns whether they were not there already."""
    with transaction.atomic():
        if not Client.objects.filter(pk=client.pk, archived_at=None).update(archived_at=now):
            return False
        for ending in _endings:
            ending.end(client, now)
        return True


def bring_back(client: Client) -> bool:
    """Put the client back into every list. Nothing that ended begins again by it. Returns whether they were away."""
    return bool(Client.objects.filter(pk=client.pk).exclude(archived_at=None).update(archived_at=None))
