"""The outbox at work: claim a few, hand each over, record what became of it. Any number of senders at once.

Every step is one short statement, conditional on the lease; no transaction is open while a server is waited for.
A process may die anywhere: what it had claimed is free again when its lease ends, and only an email that was being
handed over at that moment is uncertain.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from practice.mailing import links, reasons
from practice.mailing.doubt import doubt
from practice.mailing.editions import Editions
from practice.mailing.messages import letter, values_for
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outage, Outcome, Transport
from practice.mailing.transport import open_transport

log = logging.getLogger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]

BATCH = 20
#: Longer than the task's time limit, so that a lease never ends under a living sender.
LEASE = timedelta(minutes=5)
#: A sender rings for a fresh one after this long: the task's time limit less the longest wait for a slow server.
SHIFT = timedelta(seconds=60)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


def note(delivery: Delivery, outcome: Outcome) -> None:
    """Tell the log, in ids only."""
    log.info("outbox: email %s %s (%s %s)", delivery.pk, outcome.kind, outcome.phase, outcome.code or "-")


def deliver(clock: Clock = timezone.now, tell: Callable[[Delivery, Outcome], None] = note) -> bool:
    """Hand over what is due until nothing is left, the shift ends, or the server is away.

    `tell` hears of each email and its outcome. Returns whether more is waiting that could leave at once.
    """
    shift_ends = clock() + SHIFT
    editions = Editions()
    with open_transport() as transport:
        while batch := claim(clock()):
            for number, delivery in enumerate(batch):
                try:
                    outcome = hand_over(delivery, transport, editions, clock)
                except Outage as outage:
                    log.warning("outbox: %s Emails wait for the next minute.", outage)
                    release(batch[number:], str(outage))
                    return False
                tell(delivery, outcome)
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
            state=State.CLAIMED, lease=lease, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    mine = Delivery.objects.filter(lease=lease) if taken else Delivery.objects.none()
    whole = mine.select_related("assignment__client", "step__module__practitioner", "edition")
    return list(whole.prefetch_related("step__prompts").order_by("due_at", "pk"))


def alone_if_tried(rows: list[tuple[int, int]]) -> list[int]:
    """The ids to take of (id, attempts): one that was tried before goes alone, so that it takes nobody with it."""
    if rows and rows[0][1]:
        return [rows[0][0]]
    return [pk for pk, attempts in rows if not attempts]


def release(deliveries: list[Delivery], why: str) -> None:
    """Give a lease back unused: the server is away, which is no email's fault and costs no attempt."""
    for delivery in deliveries:
        delivery.still_ours().update(
            state=State.DUE, lease_until=None, reason=why[:300], attempts=F("attempts") - 1
        )


# --- Submit ---------------------------------------------------------------------------------------


def hand_over(delivery: Delivery, transport: Transport, editions: Editions, clock: Clock) -> Outcome:
    """Build one email, hand it over, and record what became of it. Raises Outage; then it has not left."""
    now = clock().replace(microsecond=0)  # as its Date header tells it
    submitted = False

    def may_submit() -> bool:
        nonlocal submitted
        submitted = submit(delivery, now)
        return submitted

    try:
        delivery.edition = editions.of(delivery.step, delivery.client)
        delivery.to_address, delivery.values = delivery.client.email, values_for(delivery.client)
        outcome = transport.send(letter(delivery, now), may_submit)
    except (Outage, DatabaseError):
        raise
    except Exception as error:  # of this email alone: the others go on
        outcome = gone_wrong(delivery, error, submitted)
    record(delivery, outcome, clock())
    return outcome


def gone_wrong(delivery: Delivery, error: Exception, submitted: bool) -> Outcome:
    """The outcome of an error that no server told us. The log gets its name, never what the email says."""
    log.error("outbox: email %s: %s", delivery.pk, type(error).__name__)
    if submitted:
        return Outcome("unknown", "api", text=type(error).__name__)
    if isinstance(error, ValueError):
        return Outcome("refused", "build", text=str(error) if isinstance(error, links.LostKey) else "")
    return Outcome("dropped", "build", text=type(error).__name__)


def submit(delivery: Delivery, now: datetime) -> bool:
    """Note that it leaves, just before the point of no return. False when it may not: the lease is lost, or the
    client no longer wants it.
    """
    taken = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease, state=State.CLAIMED).welcome()
    leaving = taken.update(
        state=State.SUBMITTING,
        submitted_at=now,
        edition=delivery.edition,
        to_address=delivery.to_address,
        values=delivery.values,
    )
    return leaving == 1


# --- Record ---------------------------------------------------------------------------------------


def record(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write down what became of an email, if it is still ours to say."""
    if outcome.kind == "unknown":
        doubt(delivery, reasons.UNKNOWN, now, outcome)
    else:
        delivery.still_ours().update(**outcome.in_words(), **_became(delivery, outcome, now))


def _became(delivery: Delivery, outcome: Outcome, now: datetime) -> dict:
    """The fields that an outcome changes, beside the server's own words."""
    if outcome.kind == "accepted":
        return {"state": State.ACCEPTED, "accepted_at": now, "reason": "", "provider_id": outcome.provider_id}
    if outcome.kind == "refused":
        return {
            "state": State.FAILED,
            "reason": reasons.refused(outcome.phase, outcome.code, outcome.text)[:300],
        }
    if outcome.kind == "dropped" and delivery.attempts >= MOST_ATTEMPTS:
        return {"state": State.FAILED, "reason": reasons.PARKED}
    back: dict = {"state": State.DUE, "lease_until": None}
    if outcome.kind == "withdrawn":
        return back | {"attempts": F("attempts") - 1}
    back |= {"due_at": now + (outcome.retry_after or patience(delivery, now))}
    if outcome.kind == "later":
        return back | {"attempts": F("attempts") - 1, "reason": reasons.later(outcome.code, outcome.text)}
    return back | {"reason": "Something broke before it left. It will be tried again."}


def patience(delivery: Delivery, now: datetime) -> timedelta:
    """How long to wait before the next try: as long as it has waited already, from a minute to an hour."""
    waited = now - delivery.window_began_at
    return min(max(waited, SHORTEST_WAIT), LONGEST_WAIT)
