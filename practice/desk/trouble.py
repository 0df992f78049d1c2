"""Emails that went wrong, or that nobody can be sure of: what to say of each, and what to do."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.assignments.outlook import Hold
from practice.desk.concern import Concern
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery, Suppression
from practice.mailing.suppressions import held
from practice.people.models import Client, Practitioner

#: An email that failed is spoken of for so long. One that is uncertain waits until somebody decides.
SPOKEN_OF = timedelta(days=14)
#: So many emails in a row that came back for a reason of the moment are more than a moment.
OFTEN = 3

State = Delivery.State
#: Not state__in, in which SQLite would see no use for the index of these.
WENT_WRONG = (
    Q(state=State.FAILED) | Q(state=State.BOUNCED) | Q(state=State.COMPLAINED) | Q(state=State.SUPPRESSED)
)
#: What is read of each; the rest would be much, and is not asked for.
SHOWN = (
    *("state", "reason", "heard", "to_address", "due_at"),
    *("step__title", "assignment__client__name", "assignment__client__email"),
)


def emails_in_trouble(practitioner: Practitioner, told: Collection[Hold], now: datetime) -> list[Concern]:
    """The latest first. `told` are the holds that are told anyway."""
    return _in_words(_emails_in_trouble(practitioner, now), told)


def _emails_in_trouble(practitioner: Practitioner, now: datetime) -> list[Any]:
    """The latest first, each with `suppressed`: why its client's address must not be written to, if so."""
    address = Suppression.objects.filter(address=Lower(OuterRef("assignment__client__email")))
    emails = (
        Delivery.objects.few_of(practitioner)
        .select_related("assignment__client", "step")
        .only(*SHOWN)
        .annotate(suppressed=Subquery(address.values("why")[:1]))
    )
    # One statement of two halves: each half has a small index of its own.
    uncertain, lately = (
        emails.filter(state=State.UNCERTAIN).order_by(),
        emails.filter(WENT_WRONG, due_at__gte=now - SPOKEN_OF).order_by(),
    )
    return sorted(uncertain.union(lately, all=True), key=lambda email: (email.due_at, email.pk), reverse=True)


def _in_words(emails: list[Any], told: Collection[Hold]) -> list[Concern]:
    """Email by email; but once for each client whose address must not be written to, unless a hold `told` it already,
    and once for each whose emails came back lately.
    """
    returned = {email.client.pk for email in emails if email.heard == Heard.RETURNED}
    again_and_again = _again_and_again(returned)
    found: dict[object, Concern] = {}
    for email in emails:
        client, why = email.client, email.suppressed
        if email.state == State.UNCERTAIN:
            found[email.pk, "email"] = _trouble(email)
        elif why:
            hold = held(Suppression.Why(why), client.name)
            if hold not in told:
                found.setdefault((client.pk, "client"), _left_in_peace(email, hold))
        elif email.heard == Heard.RETURNED:
            found.setdefault((client.pk, "client"), _came_back(email, client.pk in again_and_again))
        else:
            found[email.pk, "email"] = _trouble(email)
    return list(found.values())


def _again_and_again(clients: set[int]) -> set[int]:
    """Those whose last emails all came back, for whatever reason of the moment."""
    if not clients:
        return set()
    last: dict[int, list[str]] = {client: [] for client in clients}
    sent = Delivery.objects.filter(assignment__client__in=clients, state__in=Delivery.SENT)
    for client, heard in sent.order_by("-due_at", "-pk").values_list("assignment__client", "heard"):
        last[client].append(heard)
    return {client for client, heard in last.items() if heard[:OFTEN] == [Heard.RETURNED] * OFTEN}


def _left_in_peace(email: Delivery, hold: Hold) -> Concern:
    client, why = email.client, f"{hold.why} {hold.release}"
    return Concern(client.name, email.step.title, why, _at_address(client), client)


def _came_back(email: Delivery, again_and_again: bool) -> Concern:
    client = email.client
    if again_and_again:
        why = ngettext(
            "The last email to %(client)s came back. %(reason)s Ask %(client)s if the address is right.",
            "The last %(count)s emails to %(client)s came back. %(reason)s Ask %(client)s if the address is right.",
            OFTEN,
        ) % {"count": OFTEN, "client": client, "reason": email.why}
        return Concern(client.name, email.step.title, why, _at_address(client), client)
    why = _("It came back. %(reason)s") % {"reason": email.why}
    return Concern(client.name, email.step.title, why, _("Look at it and send it again"), email, quiet=True)


def _trouble(email: Delivery) -> Concern:
    client = email.client
    moved = email.to_address and email.to_address.lower() != client.email.lower()
    action, place = {
        State.UNCERTAIN: (_("Decide whether to send it again"), email),
        State.FAILED: (_("Look at it and send it again"), email),
        State.BOUNCED: (_("Send it again"), email) if moved else (_at_address(client), client),
        State.SUPPRESSED: (_at_address(client), client),
        State.COMPLAINED: (_("Look at it before you meet"), email),
    }[State(email.state)]
    reason = email.why
    if moved and email.state == State.BOUNCED:
        reason = _("%(client)s has another address now.") % {"client": client}
    why = f"{email.get_state_display()}. {reason}".strip()
    return Concern(client.name, email.step.title, why, action, place)


def _at_address(client: Client) -> str:
    return _("Look at %(client)s’s address") % {"client": client}
