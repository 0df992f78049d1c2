"""Who may send an email: whoever holds its lease, until it ends."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from practice.mailing.models import Delivery
from practice.mailing.patience import LEASE


def new_lease(now: datetime) -> dict[str, Any]:
    """What a row holds while its email is claimed, by field: the same for all that are claimed together."""
    return {
        "state": Delivery.State.CLAIMED,
        "lease": secrets.token_hex(16),
        "lease_until": now + LEASE,
    }


def release(deliveries: Collection[Delivery], why: str, due_at: datetime | None = None) -> None:
    """Give a lease back: none of these has left. It is no email's fault and costs no attempt.

    With `due_at`, none of them is tried before then.
    """
    if not deliveries:
        return
    leases = {delivery.lease for delivery in deliveries}
    ours = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries], lease__in=leases)
    back = ours.filter(state__in=(Delivery.State.CLAIMED, Delivery.State.SUBMITTING))
    later = {"due_at": due_at} if due_at else {}
    back.update(state=Delivery.State.DUE, lease_until=None, reason=why[:300], **later)
