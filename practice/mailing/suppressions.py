"""Tells the schedule about addresses that must not be written to, so that the desk can say why nothing leaves."""

from collections.abc import Collection

from django.utils.translation import gettext, gettext_noop

from practice.assignments import holds
from practice.assignments.outlook import Hold
from practice.mailing.models import Suppression
from practice.people.models import Client

Why = Suppression.Why

TALK = gettext_noop(
    "Talk about it when you meet. If emails are wanted again, open the last one that they received and press "
    "“Write to this address again”, or enter a new address on their page."
)
#: Why nothing leaves, and what to do.
WORDS = {
    Why.BOUNCED: (
        gettext_noop("Emails to %(client)s’s address come back: there is no such mailbox."),
        gettext_noop("Ask %(client)s for the right address and change it on their page."),
    ),
    Why.COMPLAINED: (
        gettext_noop(
            "%(client)s marked an email as unwanted, in their mail program. It may have been a slip."
        ),
        TALK,
    ),
    Why.ASKED: (
        gettext_noop("%(client)s asked for no more emails."),
        gettext_noop(
            "Talk about it when you meet. If emails are wanted again, invite %(client)s on their page: with their "
            "own yes they may leave for this address again."
        ),
    ),
}


@holds.of_client
def suppressed(clients: holds.Clients) -> dict[int, Hold]:
    """Those whose address must not be written to."""
    # Of those that home has read it is known already.
    unknown = [client for client in clients.values() if "suppression" not in vars(client)]
    found = {pk: vars(client).get("suppression") for pk, client in clients.items()} | why_not(unknown)
    return {pk: held(why, clients[pk].name) for pk, why in found.items() if why}


def why_not(clients: Collection[Client]) -> dict[int, Why]:
    """Why the addresses of these must not be written to, by the client's id: of those of which it is so. One query, and
    none for nobody.
    """
    if not clients:
        return {}
    addresses = {client.pk: client.email.lower() for client in clients}
    rows = Suppression.objects.filter(address__in={*addresses.values()}).values_list("address", "why")
    why = {address: Why(one) for address, one in rows}
    return {pk: why[address] for pk, address in addresses.items() if address in why}


def held(why: Why, client: str) -> Hold:
    """In words: why nothing leaves for a client, and what to do."""
    said, release = WORDS[why]
    return Hold(gettext(said) % {"client": client}, gettext(release) % {"client": client})
