"""What a process left when it died, and what to do when nobody can know whether an email left."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from practice.mailing import hooks, reasons
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outcome
from practice.mailing.patience import SHORTEST_WAIT, TOLD_BY_THEN
from practice.mailing.provider import BackendTransport
from practice.mailing.querysets import DeliveryQuerySet
from practice.mailing.transport import open_provider
from practice.mailing.unsent import unsent
from practice.people.models import Practice

State = Delivery.State


def recover(now: datetime) -> None:
    """Take up what a process left when it died: free what it had only claimed, doubt what it was handing over.

    Asks nobody but the database: see `asking.ask`.
    """
    ended = Delivery.objects.filter(lease_until__lte=now)
    # As in most minutes; in the words of the index `delivery_leased`, so that nothing else is read.
    if not ended.filter(
        Q(state=State.CLAIMED) | Q(state=State.SUBMITTING) | Q(state=State.UNCERTAIN)
    ).exists():
        return
    provider = open_provider()
    leaving = ended.filter(state=State.SUBMITTING)
    by_key = handed_over_again(now, provider)
    for delivery in leaving.exclude(pk__in=by_key):
        told = delivery.reason == reasons.SAME_AGAIN
        doubt(delivery, reasons.UNKNOWN if told else reasons.LEASE_ENDED, now)
    if provider is None or not provider.can_find:  # else `asking` looks for them
        for delivery in ended.filter(state=State.UNCERTAIN):
            give_up(delivery, delivery.reason, now, {})
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
        for resent in (False, True):
            parked = rows.filter(attempts__gte=MOST_ATTEMPTS, resent=resent)
            parked.update(**unsent(resent, State.FAILED, reasons.PARKED))
        rows.filter(state=State.CLAIMED).update(state=State.DUE, lease_until=None)


def doubt(delivery: Delivery, why: str, now: datetime, outcome: Outcome | None = None) -> None:
    """Nobody can know whether it left: ask the provider, where that can tell (asking.py); else wait for what it tells.

    `outcome` is of a sender that lived to tell; without one, the provider has had time enough.
    """
    provider, words = open_provider(), outcome.in_words() if outcome else {}
    patience = max(outcome.retry_after or SHORTEST_WAIT, SHORTEST_WAIT) if outcome else timedelta(0)
    ask_at = now + patience
    if handed_over_again(now, provider).filter(pk=delivery.pk).exists():
        delivery.still_ours().update(**words, lease_until=ask_at, reason=reasons.SAME_AGAIN)
    elif provider and provider.can_find:
        delivery.still_ours().update(**words, state=State.UNCERTAIN, lease_until=ask_at, reason=why)
    else:
        wait_to_be_told(delivery, why, now, words)


def handed_over_again(now: datetime, provider: BackendTransport | None) -> DeliveryQuerySet:
    """Emails in doubt that the provider knows by their key, so that the same may be handed over again.

    Those stay `submitting` for as long as the key lives and the client wants them as they are, and are nobody's worry.
    """
    if provider is None or not provider.same_for:
        return Delivery.objects.none()
    since = now - provider.same_for
    return Delivery.objects.filter(state=State.SUBMITTING, submitted_at__gt=since).welcome().still_right()


def wait_to_be_told(delivery: Delivery, why: str, now: datetime, words: dict[str, Any]) -> None:
    """Nobody can be asked. A provider that tells by itself gets the time to do so, before anything is sent twice."""
    if hooks.tells():
        until = now + TOLD_BY_THEN
        delivery.still_ours().update(**words, state=State.UNCERTAIN, lease_until=until, reason=why)
    else:
        give_up(delivery, why, now, words)


def give_up(delivery: Delivery, why: str, now: datetime, words: dict[str, Any]) -> None:
    """No provider tells. The practice has chosen: send it once more, if it is still wanted, or wait for a person."""
    chosen = Practice.current().uncertain == Practice.Uncertain.RESEND
    again_at = now + SHORTEST_WAIT if words else now  # the server has just failed a sender that lived to tell
    once_more = chosen and not delivery.resent and delivery.still_ours().welcome().exists()
    became: dict = {"state": State.UNCERTAIN, "lease_until": None, "reason": why}
    if once_more:
        became = {"state": State.DUE, "lease_until": None, "resent": True, "reason": why, "due_at": again_at}
    delivery.still_ours().update(**words, **became)
