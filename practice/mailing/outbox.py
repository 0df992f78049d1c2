"""The outbox at work: claim some, hand each over, record what became of it. Any number of senders at once.

Every step is one short statement, conditional on the lease; no transaction is open while a server is waited for.
A process may die anywhere: what it had claimed is free again when its lease ends, and only what was being handed over
at that moment, one email on each connection at most, is uncertain.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.mailing import planning
from practice.mailing.leases import new_lease
from practice.mailing.models import Delivery
from practice.mailing.outcome import Outage
from practice.mailing.patience import LEASE
from practice.mailing.sender import Sender, Tell, note
from practice.mailing.transport import open_transport

log = logging.getLogger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]

BATCH = 200
#: A sender rings for a fresh one after this long: a worker that is asked to stop has stopped soon after.
SHIFT = min(timedelta(seconds=10), LEASE / 5)

#: What a sender asks of each row. All of it, with its dates and its encrypted note, takes twice as long to load.
NEEDED = (
    *("assignment_id", "step_id", "state", "lease", "expires_at", "attempts", "resent", "submitted_at"),
    *("message_id", "nonce", "token_sha256", "assignment__client"),
    *(f"assignment__client__{name}" for name in ("name", "greeting", "email", "language", "discretion")),
)


def deliver(clock: Clock = timezone.now, tell: Tell = note) -> bool:
    """Hand over what waits and what is due until nothing is left, the shift ends, or the server is away.

    `tell` hears of each email and its outcome. Returns whether more is waiting that could leave at once.
    """
    shift_ends = clock() + SHIFT
    with Sender(open_transport, settings.CONNECTIONS, clock, tell) as sender:
        while batch := claim(clock()):
            try:
                done = sender.send(batch, shift_ends)
            except Outage as outage:
                log.warning("outbox: %s Emails wait for the next minute.", outage)
                return False
            log.info("outbox: handed over %s emails", done)
            if clock() >= shift_ends:
                return True
    return False


# --- Claim ----------------------------------------------------------------------------------------


def claim(now: datetime) -> list[Delivery]:
    """Take a lease on a batch of emails that may leave now. Nobody else gets them before it ends.

    Those that wait first, then those that are due by the schedule. One that was tried before comes last, and alone: it
    may be what its process died of, and takes nobody with it then.
    """
    return _waiting(now, BATCH) or planning.claim_due(now) or _waiting(now, 1, tried=True)


def _waiting(now: datetime, most: int, tried: bool = False) -> list[Delivery]:
    lease = new_lease(now)
    with transaction.atomic():
        before = Q(attempts__gt=0) if tried else Q(attempts=0)
        waiting = Delivery.objects.due(now).welcome().filter(before)
        rows = waiting.order_by("due_at", "pk").select_for_update(of=("self",), skip_locked=True)
        client_of = dict(rows.values_list("pk", "assignment__client")[:most])
        # Those are called back in the next minute.
        kept_free = Blackout.objects.in_force(set(client_of.values()), now)
        taken = [pk for pk, client in client_of.items() if client not in kept_free]
        Delivery.objects.filter(pk__in=taken).update(**lease)
    mine = Delivery.objects.filter(pk__in=taken, lease=lease["lease"]).select_related("assignment__client")
    return list(mine.only(*NEEDED).order_by("due_at", "pk"))
