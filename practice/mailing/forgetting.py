"""What is remembered of the address of somebody who is erased: that it must not be written to, and no more.

While a client has an address, its `Suppression` says so in clear, as every statement about emails asks. Afterwards a
keyed digest is left, and becomes that suppression again the moment somebody here has the address.
"""

from collections.abc import Collection
from typing import Any

from django.db.models.functions import Lower
from django.dispatch import receiver

from practice.mailing.erased_address import ErasedAddress, by_digest, digest_of
from practice.mailing.models import Suppression
from practice.people.models import Client, addresses_kept

Why = Suppression.Why


def forget(addresses: Collection[str]) -> None:
    """Forget these addresses, in lower case, where no client has them now. That nobody must write to one is kept by its
    digest, if its owner said so; that a mailbox does not exist is no wish of anybody's, and is forgotten.
    """
    used = Client.objects.annotate(address=Lower("email")).filter(address__in=addresses).order_by()
    rows = Suppression.objects.filter(address__in={*addresses} - {*used.values_list("address", flat=True)})
    for row in rows.select_for_update():
        if row.why != Why.BOUNCED:
            kept = {"why": row.why, "at": row.at}
            ErasedAddress.objects.update_or_create(digest=digest_of(row.address), defaults=kept)
    rows.delete()


@receiver(addresses_kept, dispatch_uid="recall_addresses")
def recall(sender: Any, addresses: Collection[str], **more: Any) -> None:
    """Of these addresses, which clients have now: write to none that was erased as one that must not be written to."""
    known = by_digest(addresses)
    for row in ErasedAddress.objects.filter(digest__in=known):
        Suppression.add(known[row.digest], Why(row.why), row.at)
        row.delete()
