"""The audit trail as people read it: a sentence for each entry, and the page of one client's trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator

from practice.people.audit import Action, AuditEntry
from practice.people.models import Client, Practitioner

PER_PAGE = 50
#: Somebody who is nobody at the desk.
THE_CLIENT = "The client, behind their private link,"


@dataclass(frozen=True)
class Line:
    """One entry: when, who, and what they did, as the rest of a sentence."""

    at: datetime
    who: str
    did: str


def trail_of(client: Client, number: str | None = None) -> tuple[Page, list[Line]]:
    """A page of what was done with this client's things, the latest first. `number` may be any text."""
    entries = AuditEntry.objects.about(client).select_related("actor")
    page = Paginator(entries, PER_PAGE).get_page(number)
    return page, in_words(page.object_list)


def in_words(entries: Iterable[AuditEntry]) -> list[Line]:
    """Each as a line, with two queries at most however many they are."""
    entries = list(entries)
    about = {entry.thing_id for entry in entries if entry.kind == "people.practitioner"}
    names = dict(Practitioner.objects.filter(pk__in=about).values_list("pk", "name")) if about else {}
    return [
        Line(
            entry.at,
            entry.actor.name if entry.actor else THE_CLIENT,
            did(entry, names.get(entry.thing_id, "somebody")),
        )
        for entry in entries
    ]


def did(entry: AuditEntry, practitioner: str) -> str:
    """What was done, such as "opened a reflection". `practitioner` is the name of the one it was done with, if any."""
    match entry.action:
        case Action.HANDED_OVER:
            return f"handed a client over to {practitioner}"
        case Action.AGREED:
            return "recorded that they agreed to emails"
        case Action.WITHDREW:
            return "recorded that they want no more emails"
        case Action.MARKED:
            return f"marked {_a(entry.thing())} as read or new"
        case Action.INVITED if entry.kind == "people.client":
            return "invited them to receive emails"
        case Action.UNINVITED if entry.kind == "people.client":
            return "took the invitation to receive emails back"
        case Action.JOINED:
            return "accepted the invitation"
    return f"{entry.get_action_display()} {_whom(entry, practitioner)}"


def _whom(entry: AuditEntry, practitioner: str) -> str:
    if entry.kind == "people.practitioner":
        return practitioner
    if entry.kind == "people.client":
        return "their page"
    return "the practice’s settings" if entry.kind == "people.practice" else _a(entry.thing())


def _a(thing: str) -> str:
    return f"{'an' if thing[:1].lower() in 'aeiou' else 'a'} {thing}"
