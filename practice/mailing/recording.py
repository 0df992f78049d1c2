"""Writes down what became of an email: the end of its way, or when it is tried again."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from practice.mailing import feedback, reasons
from practice.mailing.doubt import doubt
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outcome
from practice.mailing.patience import patience
from practice.mailing.unsent import unsent

State = Delivery.State

#: How many seconds a known outcome is kept for a database that went away: longer than its restart takes.
PERSISTENCE = 60


def record(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write down what became of an email, if it is still ours to say."""
    if outcome.kind == "unknown":
        doubt(delivery, reasons.UNKNOWN, now, outcome)
        return
    delivery.still_ours().update(**outcome.in_words(), **_became(delivery, outcome, now))
    if outcome.kind == "refused":
        feedback.refused(delivery, outcome.phase, outcome.text, now, outcome.unwanted)


def _became(delivery: Delivery, outcome: Outcome, now: datetime) -> dict:
    """The fields that an outcome changes, beside the server's own words."""
    if outcome.kind == "accepted":
        return {"state": State.ACCEPTED, "accepted_at": now, "reason": "", "provider_id": outcome.provider_id}
    if outcome.kind == "refused":
        why = reasons.refused(outcome.phase, outcome.code, outcome.text, outcome.unwanted or "")
        return unsent(delivery.resent, State.FAILED, why)
    if outcome.kind == "dropped" and delivery.attempts + 1 >= MOST_ATTEMPTS:
        return unsent(delivery.resent, State.FAILED, reasons.PARKED) | {"attempts": F("attempts") + 1}
    back: dict = {"state": State.DUE, "lease_until": None}
    if outcome.kind == "withdrawn":
        return back
    back |= {"due_at": now + (outcome.retry_after or patience(delivery.window_began_at, now))}
    if outcome.kind == "later":
        return back | {"reason": reasons.later(outcome.code, outcome.text)}
    return back | {"reason": reasons.DROPPED, "attempts": F("attempts") + 1}


def insist(write: Callable[[], object]) -> None:
    """Write down what is known, also when the database goes away for a moment. Raises DatabaseError after a minute."""
    until = monotonic() + PERSISTENCE
    while True:
        try:
            write()
            return
        except (InterfaceError, OperationalError):
            if monotonic() > until or connection.in_atomic_block:
                raise
            connection.close()
            sleep(1)
