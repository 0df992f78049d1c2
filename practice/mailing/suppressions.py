"""Tells the schedule about addresses that must not be written to, so that the desk can say why nothing leaves."""

from collections.abc import Sequence

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold
from practice.mailing.models import Suppression

Why = Suppression.Why

TALK = (
    "Talk about it when you meet. If emails are wanted again, open the last one that they received and press "
    "“Write to this address again”, or enter a new address on their page."
)
#: Why nothing leaves, and what to do.
WORDS = {
    Why.BOUNCED: (
        "Emails to {client}’s address come back: there is no such mailbox.",
        "Ask {client} for the right address and change it on their page.",
    ),
    Why.COMPLAINED: (
        "{client} marked an email as unwanted, in their mail program. It may have been a slip.",
        TALK,
    ),
    Why.ASKED: ("{client} asked for no more emails.", TALK),
}


@holds.reason
def suppressed(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those whose client's address must not be written to."""
    addresses = {row.pk: row.client.email.lower() for row in assignments}
    why = dict(Suppression.objects.filter(address__in=addresses.values()).values_list("address", "why"))
    return {
        row.pk: held(Why(why[addresses[row.pk]]), row.client.name)
        for row in assignments
        if addresses[row.pk] in why
    }


def held(why: Why, client: str) -> Hold:
    """In words: why nothing leaves for a client, and what to do."""
    said, release = WORDS[why]
    return Hold(said.format(client=client), release.format(client=client))
