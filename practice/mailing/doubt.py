"""What a process left when it died, and what to do when nobody can know whether an email left."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from practice.mailing import reasons
from practice.mailing.models import MOST_ATTEMPTS, Delivery, DeliveryQuerySet
from practice.mailing.outcome import Outcome
from practice.mailing.provider import BackendTransport
from practice.mailing.transport import open_provider
from practice.people.models import Practice

State = Delivery.State

#: Before a provider is asked about an email for the first time.
SHORTEST_WAIT = timedelta(minutes=1)


def recover(now: datetime) -> None:
    """Take up what a process left when it died: free what it had only claimed, doubt what it was handing over.

    Asks nobody but the database: see `asking.ask`.
    """
    ended = Delivery.objects.filter(lease_until__lte=now)
    leaving = ended.filter(state=State.SUBMITTING)
    by_key = handed_over_again(now, open_provider())
    # Most ticks find none, and preparing the longer question takes longer than asking the shorter one.
    for delivery in leaving.exclude(pk__in=by_key) if leaving.exists() else ():
        told = delivery.reason == reasons.SAME_AGAIN
        doubt(delivery, reasons.UNKNOWN if told else reasons.LEASE_ENDED, now)
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
    """Nobody can know whether it left: ask the provider, where that can tell (asking.py); else the practice has chosen.

    `outcome` is of a sender that lived to tell; without one, the provider has had time enough.
    """
    provider, words = open_provider(), outcome.in_words() if outcome else {}
    ask_at = now + SHORTEST_WAIT if outcome else now
    if handed_over_again(now, provider).filter(pk=delivery.pk).exists():
        delivery.still_ours().update(**words, lease_until=ask_at, reason=reasons.SAME_AGAIN)
    elif provider and provider.can_find:
        delivery.still_ours().update(**words, state=State.UNCERTAIN, lease_until=ask_at, reason=why)
    else:
        give_up(delivery, why, now, words)


def handed_over_again(now: datetime, provider: BackendTransport | None) -> DeliveryQuerySet:
    """Emails in doubt that the provider knows by their key, so that the same may be handed over again.

    Those stay `submitting` for as long as the key lives and the client wants them, and are nobody's worry.
    """
    if provider is None or not provider.same_for:
        return Delivery.objects.none()
    since = now - provider.same_for
    return Delivery.objects.filter(state=State.SUBMITTING, submitted_at__gt=since).welcome()


def give_up(delivery: Delivery, why: str, now: datetime, words: dict[str, Any]) -> None:
    """No provider can tell. The practice has chosen: send it once more, if it is still wanted, or wait for a person."""
    chosen = Practice.current().uncertain == Practice.Uncertain.RESEND
    once_more = chosen and not delivery.resent and delivery.still_ours().welcome().exists()
    became: dict = {"state": State.UNCERTAIN, "lease_until": None, "reason": why}
    if once_more:
        became = {"state": State.DUE, "lease_until": None, "resent": True, "reason": why, "due_at": now}
    delivery.still_ours().update(**words, **became)
