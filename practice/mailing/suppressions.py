"""Tells the schedule about addresses that must not be written to, so that the desk can say why nothing leaves."""

from collections.abc import Sequence

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold
from practice.mailing.models import Suppression

WHY = {
    Suppression.Why.ASKED: "{client} asked for no more emails.",
    Suppression.Why.BOUNCED: "Emails to {client}’s address came back: there is no such mailbox.",
    Suppression.Why.COMPLAINED: "{client} marked an email as unwanted.",
}
RELEASE = (
    "Talk about it when you meet. If emails are wanted again, open the last one that they received and press "
    "“Write to this address again”, or enter a new address on their page."
)


@holds.reason
def suppressed(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those whose client's address must not be written to."""
    addresses = {row.pk: row.client.email.lower() for row in assignments}
    why = dict(Suppression.objects.filter(address__in=addresses.values()).values_list("address", "why"))
    return {
        row.pk: Hold(WHY[Suppression.Why(why[addresses[row.pk]])].format(client=row.client.name), RELEASE)
        for row in assignments
        if addresses[row.pk] in why
    }
