"""The audit trail as people read it: a sentence for each entry, and the page of one client's trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people.audit import Action, AuditEntry
from practice.people.models import Client, Practitioner

PER_PAGE = 50
#: Somebody who is nobody at the desk.
THE_CLIENT = gettext_noop("The client, behind their private link,")
#: What is erased without a person asking.
BY_ITSELF = gettext_noop("The practice’s time for keeping records")
#: What somebody did, as the rest of a sentence that begins with their name.
DONE: dict[str, str] = {
    Action.READ: gettext_noop("opened %(what)s"),
    Action.MARKED: gettext_noop("marked %(what)s as read or new"),
    Action.ACKNOWLEDGED: gettext_noop("acknowledged %(what)s"),
    Action.EXPORTED: gettext_noop("exported %(what)s"),
    Action.ADDED: gettext_noop("added %(what)s"),
    Action.CHANGED: gettext_noop("changed %(what)s"),
    Action.TOOK_BACK: gettext_noop("took back %(what)s"),
    Action.NOTED: gettext_noop("changed the private note about %(what)s"),
    Action.INVITED: gettext_noop("invited %(what)s"),
    Action.UNINVITED: gettext_noop("withdrew the invitation of %(what)s"),
    Action.DEACTIVATED: gettext_noop("closed the account of %(what)s"),
    Action.REACTIVATED: gettext_noop("opened the account again of %(what)s"),
    Action.READDRESSED: gettext_noop("changed the email address of %(what)s"),
}
#: What it was done with, as it stands in such a sentence, by its kind. Practitioners stand there by their names.
WHAT = {
    "people.client": gettext_noop("their page"),
    "people.practice": gettext_noop("the practice’s settings"),
    "assignments.assignment": gettext_noop("a series"),
    "assignments.blackout": gettext_noop("days without emails"),
    "replies.reply": gettext_noop("a reflection"),
    "replies.message": gettext_noop("a message"),
    "replies.inboundmail": gettext_noop("an email that came"),
    "replies.concernwords": gettext_noop("a list of worrying words"),
}


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
            entry.actor.name
            if entry.actor
            else _(BY_ITSELF if entry.action == Action.ERASED else THE_CLIENT),
            did(entry, names.get(entry.thing_id, _("somebody"))),
        )
        for entry in entries
    ]


def did(entry: AuditEntry, practitioner: str) -> str:
    """What was done, such as "opened a reflection". `practitioner` is the name of the one it was done with, if any."""
    match entry.action:
        case Action.HANDED_OVER:
            return _("handed a client over to %(practitioner)s") % {"practitioner": practitioner}
        case Action.AGREED:
            return _("recorded that they agreed to emails")
        case Action.WITHDREW:
            return _("recorded that they want no more emails")
        case Action.ARCHIVED:
            return _("archived them")
        case Action.UNARCHIVED:
            return _("brought them back from the archive")
        case Action.ERASED:  # all that is left of a client is the number
            return _("erased client number %(number)s") % {"number": entry.thing_id}
        case Action.INVITED if entry.kind == "people.client":
            return _("invited them to receive emails")
        case Action.UNINVITED if entry.kind == "people.client":
            return _("took the invitation to receive emails back")
        case Action.JOINED:
            return _("accepted the invitation")
    return _(DONE[entry.action]) % {"what": _what(entry, practitioner)}


def _what(entry: AuditEntry, practitioner: str) -> str:
    if entry.kind == "people.practitioner":
        return practitioner
    if entry.kind in WHAT:
        return _(WHAT[entry.kind])
    thing = entry.thing()
    with_article = _("an %(thing)s") if thing[:1].lower() in "aeiou" else _("a %(thing)s")
    return with_article % {"thing": thing}
