"""Handing a client over to a colleague: their series, emails and reflections go along, and nothing is lost.

A series goes on with the colleague's own copy of the module: they can read and edit what their client receives, and
nobody keeps a way into the other's rows. What has passed stays passed. Undoing it is handing back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from practice.assignments.blackout import without_emails_today
from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.assignments.passed import PassedStep
from practice.mailing.letterhead import around_a_short_text
from practice.mailing.models import Delivery, Suppression
from practice.mailing.personal import notes_to_come
from practice.people import audit
from practice.people.audit import AuditEntry
from practice.people.models import Client, Practice, Practitioner
from practice.people.posting import post
from practice.replies.models import Answer, Note, Reply
from resources.handing_on import Counterpart, counterpart
from resources.models import Module


class NotPossible(Exception):
    """It cannot be done as things stand, and nothing was changed. Says why, and what to do."""


@dataclass(frozen=True)
class Along:
    """What goes along with a client: counts, and the names of the modules that are copied.

    And how many personal notes for a first email do not, since that email is yet to leave.
    """

    running: int
    ended: int
    reflections: int
    modules: list[str]
    notes_to_come: int


def what_goes_along(client: Client) -> Along:
    """Everything that a colleague gets with this client, the private notes aside."""
    states = list(client.assignments.values_list("state", flat=True))
    running = sum(state in (Assignment.State.ACTIVE, Assignment.State.PAUSED) for state in states)
    modules = Module.objects.filter(assignments__client=client).distinct()
    reflections = Reply.objects.sent().filter(delivery__assignment__client=client)
    titles = [module.title for module in modules]
    return Along(running, len(states) - running, reflections.count(), titles, notes_to_come(client).count())


def colleagues_of(practitioner: Practitioner) -> QuerySet[Practitioner]:
    """Whom a client can be handed over to: everybody else who can sign in."""
    return Practitioner.objects.filter(is_active=True).exclude(pk=practitioner.pk).order_by("name")


@transaction.atomic
def hand_over(
    client: Client, to: Practitioner, *, with_notes: bool, now: datetime, by: Practitioner | None = None
) -> None:
    """Make this client the colleague's, with all that was sent to them and that they wrote.

    Without `with_notes` the private notes are erased, also those about reflections: they were written for nobody else.
    `by` is whoever does it, if not their practitioner. Raises NotPossible.
    """
    owner = client.practitioner
    if not Practitioner.objects.select_for_update().filter(pk=to.pk, is_active=True).exists():
        why = gettext(
            "The account of %(colleague)s was closed in the meantime. Nothing was changed: %(client)s is still yours. "
            "Choose another colleague, or ask whoever runs Interlude."
        )
        raise NotPossible(why % {"colleague": to, "client": client})
    if not Client.objects.select_for_update().of(owner).filter(pk=client.pk).exists():
        raise NotPossible(gettext("Nothing was changed: this client is no longer yours."))
    _move_series(client, to)
    _take_out_notes_to_come(client)
    if not with_notes:
        _notes_about_reflections(client).delete()
    note = {} if with_notes else {"private_note": ""}
    Client.objects.filter(pk=client.pk).update(practitioner=to, handed_over_at=now, **note)
    audit.note(by or owner, audit.Action.HANDED_OVER, to, client)


def has_private_notes(client: Client) -> bool:
    """Whether their practitioner noted anything for themselves, about this client or about a reflection of theirs."""
    return bool(client.private_note) or _notes_about_reflections(client).exists()


def _notes_about_reflections(client: Client) -> QuerySet[Note]:
    return Note.objects.filter(reply__client=client)


def _move_series(client: Client, to: Practitioner) -> None:
    # Locked: a planner that is at one of them has ended before, or leaves it to the next minute.
    rows = list(Assignment.objects.select_for_update().filter(client=client).order_by("pk"))
    taken: set[int] = set()
    for module in Module.objects.filter(pk__in={row.module_id for row in rows}).order_by("pk"):
        if module.practitioner_id == to.pk:
            continue
        found = counterpart(module, to, taken)
        taken.add(found.module.pk)
        _point_to(found, [row.pk for row in rows if row.module_id == module.pk])


def _take_out_notes_to_come(client: Client) -> None:
    # They would be read as the colleague's words. An email that is about to leave is put together anew.
    claimed = Delivery.objects.filter(assignment__client=client, state=Delivery.State.CLAIMED)
    claimed.update(state=Delivery.State.DUE, lease_until=None)
    notes_to_come(client).delete()


def _point_to(found: Counterpart, assignments: Iterable[int]) -> None:
    """Let these assignments, and all that hangs on them, speak of the counterpart from now on."""
    Assignment.objects.filter(pk__in=assignments).update(module=found.module)
    for mine, its in found.steps.items():
        PassedStep.objects.filter(assignment__in=assignments, step=mine).update(step=its)
        OwnWording.objects.filter(assignment__in=assignments, step=mine).update(step=its)
        Delivery.objects.filter(assignment__in=assignments, step=mine).update(step=its)
    for mine, its in found.prompts.items():
        Answer.objects.filter(reply__delivery__assignment__in=assignments, prompt=mine).update(prompt=its)


# --- Telling the colleague ----------------------------------------------------------------------


def not_yet_opened(practitioner: Practitioner) -> QuerySet[Client]:
    """Clients who were handed over to them and whose page they have not opened since; each with `handed_by`, a name."""
    looks = AuditEntry.objects.opened_by(OuterRef("practitioner"), OuterRef("pk"))
    handed = AuditEntry.objects.filter(client_id=OuterRef("pk"), action=audit.Action.HANDED_OVER)
    new = Client.objects.of(practitioner).exclude(handed_over_at=None)
    new = new.filter(~Exists(looks.filter(at__gt=OuterRef("handed_over_at"))))
    return new.annotate(handed_by=Subquery(handed.order_by("-at", "-pk").values("actor__name")[:1]))


def tell_colleague(to: Practitioner) -> bool:
    """Send them a short email that names nobody. Returns whether it left."""
    context = {"name": to.get_short_name(), "link": settings.PUBLIC_BASE_URL + reverse("admin:index")}
    text = render_to_string("email/handed_to_you.txt", context | {"practice": Practice.current()})
    return post(to.email, gettext("Something new at your desk"), text)


# --- Telling the client -------------------------------------------------------------------------


def why_no_email(client: Client, now: datetime) -> str:
    """Why an email to this client is not welcome at `now`, in words; nothing when it is."""
    if not client.has_consent() or Suppression.objects.filter(address=client.email.lower()).exists():
        why = gettext("No email is offered: %(client)s has not agreed to emails, or wants none.")
        return why % {"client": client}
    today = without_emails_today(client, now)
    return gettext("No email is offered today. %(why)s") % {"why": today} if today else ""


def words_for(client: Client, to: Practitioner) -> tuple[str, str]:
    """(subject, text) of the email that tells a client, in their language, in the colleague's voice."""
    with translation.override(client.language):
        context = around_a_short_text(client) | {"before": client.practitioner.name, "practitioner": to}
        text = render_to_string("email/handed_over.txt", context)
        return gettext("A short note for you"), text.strip() + "\n"


def tell(client: Client, to: Practitioner, words: tuple[str, str]) -> bool:
    """Send it. Returns whether it left."""
    subject, text = words
    return post(client.email, subject, text, reply_to=to.email)
