"""Emails that went wrong, or that nobody can be sure of: what to say of each, and what to do."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.assignments.outlook import Hold
from practice.desk.concern import Concern
from practice.desk.standing import unwanted
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery
from practice.mailing.suppressions import held
from practice.people.models import Client

#: So many emails in a row that came back for a reason of the moment are more than a moment.
OFTEN = 3

State = Delivery.State


def emails_in_trouble(
    emails: Iterable[Any], clients: Mapping[int, Client], told: Collection[Hold]
) -> list[Concern]:
    """Email by email; but once for each client whose address must not be written to, unless a hold `told` it already,
    and once for each whose emails came back lately. `clients` are those of `standing`, by id.
    """
    returned = {email.client_id for email in emails if email.heard == Heard.RETURNED}
    again_and_again = _again_and_again(returned)
    found: dict[object, Concern] = {}
    for email in emails:
        client = clients[email.client_id]
        why = unwanted(client)
        if email.state == State.UNCERTAIN:
            found[email.pk, "email"] = _trouble(email, client)
        elif why:
            hold = held(why, client.name)
            if hold not in told:
                found.setdefault((client.pk, "client"), _left_in_peace(email, client, hold))
        elif email.heard == Heard.RETURNED:
            found.setdefault((client.pk, "client"), _came_back(email, client, client.pk in again_and_again))
        else:
            found[email.pk, "email"] = _trouble(email, client)
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


def _left_in_peace(email: Any, client: Client, hold: Hold) -> Concern:
    why = f"{hold.why} {hold.release}"
    return Concern(client.name, email.step_title, why, _at_address(client), client)


def _came_back(email: Any, client: Client, again_and_again: bool) -> Concern:
    if again_and_again:
        why = ngettext(
            "The last email to %(client)s came back. %(reason)s Ask %(client)s if the address is right.",
            "The last %(count)s emails to %(client)s came back. %(reason)s Ask %(client)s if the address is right.",
            OFTEN,
        ) % {"count": OFTEN, "client": client, "reason": email.why}
        return Concern(client.name, email.step_title, why, _at_address(client), client)
    why = _("It came back. %(reason)s") % {"reason": email.why}
    return Concern(client.name, email.step_title, why, _("Look at it and send it again"), email, quiet=True)


def _trouble(email: Any, client: Client) -> Concern:
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
    return Concern(client.name, email.step_title, why, action, place)


def _at_address(client: Client) -> str:
    return _("Look at %(client)s’s address") % {"client": client}
