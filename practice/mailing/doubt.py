"""What a process left when it died, and what to do when nobody can know whether an email left."""

from datetime import datetime

from practice.mailing import reasons
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outcome
from practice.people.models import Practice

State = Delivery.State


def recover(now: datetime) -> None:
    """Take up what a process left when it died: free what it had only claimed, doubt what it was handing over."""
    ended = Delivery.objects.filter(lease_until__lte=now)
    for delivery in ended.filter(state=State.SUBMITTING):
        doubt(delivery, reasons.LEASE_ENDED, now)
    claimed = ended.filter(state=State.CLAIMED)
    claimed.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, reason=reasons.PARKED)
    claimed.update(state=State.DUE, lease_until=None)


def doubt(delivery: Delivery, why: str, now: datetime, outcome: Outcome | None = None) -> None:
    """Nobody can know whether it left. The practice has chosen: send it once more, or wait for a person."""
    once_more = Practice.current().uncertain == Practice.Uncertain.RESEND and not delivery.resent
    became: dict = {"state": State.UNCERTAIN, "reason": why}
    if once_more:
        became = {"state": State.DUE, "lease_until": None, "resent": True, "reason": why, "due_at": now}
    delivery.still_ours().update(**outcome.in_words() if outcome else {}, **became)
