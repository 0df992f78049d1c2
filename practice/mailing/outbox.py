"""The outbox at work: claim some, hand each over, record what became of it. Any number of senders at once.

Every step is one short statement, conditional on the lease; no transaction is open while a server is waited for.
A process may die anywhere: what it had claimed is free again when its lease ends, and only the one email that was being
handed over at that moment is uncertain.
"""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Prefetch
from django.utils import timezone

from practice.mailing import feedback, ledger, links, reasons
from practice.mailing.doubt import doubt
from practice.mailing.editions import Editions
from practice.mailing.messages import values_for
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outage, Outcome, Transport
from practice.mailing.transport import open_transport
from resources.models import Step

log = logging.getLogger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]
Tell = Callable[[Delivery, Outcome], None]

BATCH = 100
#: Longer than a task's time limit, so that a lease never ends under a living sender.
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
#: A sender rings for a fresh one after this long: a worker that is asked to stop has stopped soon after.
SHIFT = min(timedelta(seconds=20), LEASE / 5)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
#: How many seconds a known outcome is kept for a database that went away: longer than its restart takes.
PERSISTENCE = 60


def note(delivery: Delivery, outcome: Outcome) -> None:
    """Tell the log, in ids only."""
    level = logging.DEBUG if outcome.kind == "accepted" else logging.INFO
    log.log(
        level, "outbox: email %s %s (%s %s)", delivery.pk, outcome.kind, outcome.phase, outcome.code or "-"
    )


def deliver(clock: Clock = timezone.now, tell: Tell = note) -> bool:
    """Hand over what is due until nothing is left, the shift ends, or the server is away.

    `tell` hears of each email and its outcome. Returns whether more is waiting that could leave at once.
    """
    shift_ends = clock() + SHIFT
    with open_transport() as transport:
        while batch := claim(clock()):
            try:
                done = send(batch, transport, clock, tell, shift_ends)
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
        rows = waiting.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
        taken = list(rows[:most])
        Delivery.objects.filter(pk__in=taken).update(
            state=State.CLAIMED, lease=lease, lease_until=now + LEASE
        )
    steps = Step.objects.select_related("module__practitioner").prefetch_related("prompts")
    mine = Delivery.objects.filter(pk__in=taken, lease=lease).select_related("assignment__client")
    lean = mine.defer("answer", "values", "assignment__client__private_note")
    return list(lean.prefetch_related(Prefetch("step", steps)).order_by("due_at", "pk"))


def release(deliveries: list[Delivery], why: str) -> None:
    """Give a lease back: none of these has left. It is no email's fault and costs no attempt."""
    for delivery in deliveries:
        delivery.still_ours().update(state=State.DUE, lease_until=None, reason=why[:300])


# --- Hand over ------------------------------------------------------------------------------------


def send(
    batch: list[Delivery],
    transport: Transport,
    clock: Clock,
    tell: Tell = note,
    until: datetime | None = None,
) -> int:
    """Hand over a claimed batch, and give back what is left `until` then. Returns how many were handed over.

    Raises Outage, and DatabaseError; then, too, what is known was recorded and the rest given back.
    """
    sender, done, why = Sender(transport, clock, tell), 0, ""
    try:
        for delivery in batch:
            if until and clock() >= until:
                break
            sender.send(delivery)
            done += 1
    except Outage as outage:
        why = str(outage)
        raise
    finally:
        sender.settle()
        insist(lambda: release(batch[done:], why))
    return done


class Sender:
    """Hands over one email after another on one way out. The last one may still be on its way."""

    def __init__(self, transport: Transport, clock: Clock, tell: Tell) -> None:
        self.transport, self.clock, self.tell = transport, clock, tell
        self.editions = Editions()
        self.last: Delivery | None = None

    def send(self, delivery: Delivery) -> None:
        """Offer one email, note that it leaves, and let it go. Raises Outage, DatabaseError; then it has not left."""
        now = self.clock().replace(microsecond=0)  # as its Date header tells it
        try:
            delivery.edition = self.editions.of(delivery.step, delivery.client)
            delivery.to_address, delivery.values = delivery.client.email, values_for(delivery.client)
            offered = self.transport.offer(delivery, now)
        except (Outage, DatabaseError):
            raise
        except Exception as error:  # of this email alone: the others go on
            self.record(delivery, gone_wrong(delivery, error, submitted=False))
            return
        if offered.refusal:
            self.told(offered.last)
            self.record(delivery, offered.refusal)
        elif self.submit(delivery, offered.last, now):
            self.let_go(delivery)
        else:
            self.transport.withdraw()
            self.record(delivery, Outcome("withdrawn", "data"))

    def submit(self, delivery: Delivery, outcome: Outcome | None, now: datetime) -> bool:
        """Note that it leaves, in one statement with the `outcome` of the last one. False when it may not."""
        if outcome and outcome.kind != "accepted":
            self.told(outcome)
        try:
            may_leave = ledger.submit(delivery, now, self.last, outcome)
        except DatabaseError:
            self.transport.withdraw()
            self.told(outcome)
            raise
        if self.last and outcome:
            self.tell(self.last, outcome)
        self.last = None
        return may_leave

    def let_go(self, delivery: Delivery) -> None:
        """The point of no return."""
        try:
            self.transport.submit()
        except Outage:
            raise
        except Exception as error:
            self.record(delivery, gone_wrong(delivery, error, submitted=True))
        else:
            self.last = delivery

    def settle(self) -> None:
        """Wait for what became of the last one, and record it."""
        self.told(self.transport.finish())

    def told(self, outcome: Outcome | None) -> None:
        """Record what became of the last one."""
        last, self.last = self.last, None
        if last and outcome:
            self.record(last, outcome)

    def record(self, delivery: Delivery, outcome: Outcome) -> None:
        insist(lambda: record(delivery, outcome, self.clock()))
        self.tell(delivery, outcome)


def insist(write: Callable[[], None]) -> None:
    """Write down what is known, also when the database goes away for a moment. Raises DatabaseError after a minute."""
    until = monotonic() + PERSISTENCE
    while True:
        try:
            return write()
        except (InterfaceError, OperationalError):
            if monotonic() > until or connection.in_atomic_block:
                raise
            connection.close()
            sleep(1)


def gone_wrong(delivery: Delivery, error: Exception, submitted: bool) -> Outcome:
    """The outcome of an error that no server told us. The log gets its name, never what the email says."""
    log.error("outbox: email %s: %s", delivery.pk, type(error).__name__)
    if submitted:
        return Outcome("unknown", "api", text=type(error).__name__)
    if isinstance(error, ValueError):
        return Outcome("refused", "build", text=str(error) if isinstance(error, links.LostKey) else "")
    return Outcome("dropped", "build", text=type(error).__name__)


# --- Record ---------------------------------------------------------------------------------------


def record(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write down what became of an email, if it is still ours to say."""
    if outcome.kind == "unknown":
        doubt(delivery, reasons.UNKNOWN, now, outcome)
        return
    delivery.still_ours().update(**outcome.in_words(), **_became(delivery, outcome, now))
    if outcome.kind == "refused" and outcome.phase != "mail":  # there they refuse us, and not the recipient
        feedback.refused(delivery, outcome.code, outcome.text, now)


def _became(delivery: Delivery, outcome: Outcome, now: datetime) -> dict:
    """The fields that an outcome changes, beside the server's own words."""
    if outcome.kind == "accepted":
        return {"state": State.ACCEPTED, "accepted_at": now, "reason": "", "provider_id": outcome.provider_id}
    if outcome.kind == "refused":
        why = reasons.refused(outcome.phase, outcome.code, outcome.text)
        return {"state": State.FAILED, "reason": why[:300]}
    if outcome.kind == "dropped" and delivery.attempts + 1 >= MOST_ATTEMPTS:
        return {"state": State.FAILED, "reason": reasons.PARKED, "attempts": F("attempts") + 1}
    back: dict = {"state": State.DUE, "lease_until": None}
    if outcome.kind == "withdrawn":
        return back
    back |= {"due_at": now + (outcome.retry_after or patience(delivery, now))}
    if outcome.kind == "later":
        return back | {"reason": reasons.later(outcome.code, outcome.text)}
    return back | {"reason": reasons.DROPPED, "attempts": F("attempts") + 1}


def patience(delivery: Delivery, now: datetime) -> timedelta:
    """How long to wait before the next try: as long as it has waited already, from a minute to an hour."""
    waited = now - delivery.window_began_at
    return min(max(waited, SHORTEST_WAIT), LONGEST_WAIT)
