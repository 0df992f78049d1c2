"""What a process left when it died, and what to do when nobody can know whether an email left."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

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
    with transaction.atomic():
        claimed = (
            ended.filter(state=State.CLAIMED).order_by("due_at", "pk").select_for_update(skip_locked=True)
        )
        suspects: dict[str, int] = {}  # the one that was in work: the first of each lease that has not left
        taken = list(claimed.values_list("lease", "pk"))
        for lease, pk in taken:
            suspects.setdefault(lease, pk)
        rows = Delivery.objects.filter(pk__in=[pk for _, pk in taken])
        rows.filter(pk__in=suspects.values()).update(attempts=F("attempts") + 1)
        rows.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, reason=reasons.PARKED)
        rows.filter(state=State.CLAIMED).update(state=State.DUE, lease_until=None)


def doubt(delivery: Delivery, why: str, now: datetime, outcome: Outcome | None = None) -> None:
    """Nobody can know whether it left. The practice has chosen: send it once more, or wait for a person."""
    once_more = Practice.current().uncertain == Practice.Uncertain.RESEND and not delivery.resent
    became: dict = {"state": State.UNCERTAIN, "reason": why}
    if once_more:
        became = {"state": State.DUE, "lease_until": None, "resent": True, "reason": why, "due_at": now}
    delivery.still_ours().update(**outcome.in_words() if outcome else {}, **became)
