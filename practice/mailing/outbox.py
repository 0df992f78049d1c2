"""The outbox at work: claim some, hand each over, record what became of it. Any number of senders at once.

Every step is one short statement, conditional on the lease; no transaction is open while a server is waited for.
A process may die anywhere: what it had claimed is free again when its lease ends, and only what was being handed over
at that moment, one email on each connection at most, is uncertain.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from practice.mailing.models import Delivery
from practice.mailing.outcome import Outage
from practice.mailing.sender import Sender, Tell, note
from practice.mailing.transport import open_transport
from resources.models import Step

log = logging.getLogger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]

BATCH = 100
#: Longer than a task's time limit, so that a lease never ends under a living sender.
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
#: A sender rings for a fresh one after this long: a worker that is asked to stop has stopped soon after.
SHIFT = min(timedelta(seconds=20), LEASE / 5)

#: What a sender asks of each row. All of it, with its dates and its encrypted note, takes twice as long to load.
NEEDED = (
    *("assignment_id", "step_id", "state", "lease", "expires_at", "attempts", "resent", "submitted_at"),
    *("message_id", "nonce", "token_sha256", "assignment__client"),
    *(f"assignment__client__{name}" for name in ("name", "greeting", "email", "language", "discretion")),
)


def deliver(clock: Clock = timezone.now, tell: Tell = note) -> bool:
    """Hand over what is due until nothing is left, the shift ends, or the server is away.

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


def claim(now: datetime, most: int = BATCH) -> list[Delivery]:
    """Take a lease on up to `most` emails that may leave now. Nobody else gets them before it ends."""
    lease = secrets.token_hex(16)
    with transaction.atomic():
        waiting = Delivery.objects.due(now).welcome().order_by("due_at", "pk")
        rows = waiting.select_for_update(of=("self",), skip_locked=True).values_list("pk", "attempts")
        taken = alone_if_tried(list(rows[:most]))
        Delivery.objects.filter(pk__in=taken).update(
            state=State.CLAIMED, lease=lease, lease_until=now + LEASE
        )
    steps = Step.objects.select_related("module__practitioner").prefetch_related("prompts")
    mine = Delivery.objects.filter(pk__in=taken, lease=lease).select_related("assignment__client")
    lean = mine.only(*NEEDED).prefetch_related(Prefetch("step", steps))
    return list(lean.order_by("due_at", "pk"))


def alone_if_tried(rows: list[tuple[int, int]]) -> list[int]:
    """The ids to take of (id, attempts): one that was tried before goes alone, so that it takes nobody with it."""
    if rows and rows[0][1]:
        return [rows[0][0]]
    return [pk for pk, attempts in rows if not attempts]
