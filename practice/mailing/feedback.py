"""What is told of an email after it left, and what that does: to its state, and to the address it went to.

Each event is kept once and takes effect in the same transaction. A state only ever moves forward: see `heard.py`.
Some providers know an email by their own id alone, and tell of it before that id is noted: see `look_again`.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.encoding import punycode

from practice.mailing import reasons
from practice.mailing.heard import Heard, weaker
from practice.mailing.models import Delivery, Notice, ProviderEvent, Suppression
from practice.mailing.querysets import DeliveryQuerySet
from practice.mailing.unsent import unsent

log = logging.getLogger(__name__)

State = Delivery.State
Why = Suppression.Why

#: For so long the email of an event may turn up.
FINDABLE = timedelta(hours=1)
#: What an email becomes by what is told of it.
BECOMES = {
    Heard.TAKEN: State.ACCEPTED,
    Heard.DELAYED: State.ACCEPTED,
    Heard.REFUSED: State.FAILED,
    Heard.RETURNED: State.BOUNCED,
    Heard.DELIVERED: State.DELIVERED,
    Heard.GONE: State.BOUNCED,
    Heard.COMPLAINED: State.COMPLAINED,
}
#: Why an address is written to no more.
SUPPRESSES = {Heard.GONE: Why.BOUNCED, Heard.COMPLAINED: Why.COMPLAINED, Heard.UNSUBSCRIBED: Why.ASKED}
#: Handed over, and nobody has told yet how it ended.
ON_ITS_WAY = Q(state__in=(State.SUBMITTING, State.UNCERTAIN, State.ACCEPTED), heard="")
#: To leave once more, because nobody could know of the first time.
ONCE_MORE = Q(state__in=(State.DUE, State.CLAIMED), resent=True, heard="")


@dataclass(frozen=True)
class Event:
    """One thing told about an email.

    It names the email by our own id, by `provider_id` (the provider's, or our Message-ID), or both. `recipient`, if it
    is known, must be where the email went. `text` is the server's own words: read, and never kept. `unwanted` is why
    the address must not be written to, if that does not follow from what was `told`.
    """

    source: str
    told: Heard
    event_id: str = ""
    delivery_id: int | None = None
    provider_id: str = ""
    recipient: str = ""
    text: str = ""
    at: datetime | None = None
    unwanted: Why | None = None

    @property
    def key(self) -> str:
        """The same for the same event, however often it is told."""
        said = [self.source, self.told, self.recipient.lower(), self.event_id]
        if not self.event_id:
            said += [str(self.delivery_id), self.provider_id, self.at.isoformat() if self.at else self.text]
        return hashlib.sha256("\n".join(said).encode(errors="backslashreplace")).hexdigest()


@transaction.atomic
def take(event: Event, now: datetime) -> ProviderEvent:
    """Keep an event and let it take effect; only keep it, if it is about no email of ours. Twice is harmless."""
    known = ProviderEvent.objects.filter(key=event.key).first()
    if known and known.delivery_id:
        return known
    delivery = delivery_of(event)
    kept, new = ProviderEvent.objects.get_or_create(
        key=event.key,
        defaults={
            "source": event.source,
            "told": event.told,
            "status": reasons.status_in(event.text)[:12],
            "at": event.at,
            "received_at": now,
            "delivery": delivery,
            "event_id": event.event_id,
            "provider_id": event.provider_id,
            "findable_until": now + FINDABLE if delivery is None and _may_turn_up(event) else None,
        },
    )
    if delivery and (new or _found(kept, delivery)):
        _take_effect(event, delivery, now)
    if delivery is None:
        _told_of_a_notice(event, now)
    return kept


def look_again(now: datetime) -> None:
    """Let events take effect whose email was not known by the provider's id when they came, and now is."""
    lost = list(ProviderEvent.objects.filter(findable_until__gt=now).order_by())
    ids = {kept.provider_id for kept in lost}
    left = Delivery.objects.filter(provider_id__in=ids).exclude(provider_id="")
    known = {delivery.provider_id: delivery for delivery in left}
    for kept in lost:
        if delivery := known.get(kept.provider_id):
            with transaction.atomic():
                if _found(kept, delivery):
                    _take_effect(_as_kept(kept), delivery, now)


def refused(
    delivery: Delivery | Notice, phase: str, text: str, now: datetime, unwanted: Why | None = None
) -> None:
    """A server refused an email for good, in this phase and with this text. If there is no such mailbox, or the
    provider tells why the address is `unwanted`, nothing more leaves for it.
    """
    address = delivery.to_address or delivery.client.email
    why = unwanted or (Why.BOUNCED if reasons.refused_as_gone(phase, text, address) else None)
    if why:
        log.info("feedback: email %s refused, nothing more leaves (%s)", delivery.pk, why)
        Suppression.add(address, why, now)


def delivery_of(event: Event) -> Delivery | None:
    """The email that an event is about, if it is one of ours that left for this recipient."""
    found = _named_by(event)
    if found is None or not found.to_address or found.submitted_at is None:
        return None
    # Another installation may use the same account at the provider, and its ids look like ours.
    return found if event.recipient in ("", found.to_address) or _same(event.recipient, found) else None


def _may_turn_up(event: Event) -> bool:
    """Whether it names its email only by an id that nobody knows. One that went to somebody else is known."""
    return bool(event.provider_id) and _named_by(event) is None


def _found(kept: ProviderEvent, delivery: Delivery) -> bool:
    """Note which email an event is about, if nobody has. Returns whether that was so."""
    lost = ProviderEvent.objects.filter(pk=kept.pk, delivery=None)
    return lost.update(delivery=delivery, findable_until=None) == 1


def _as_kept(kept: ProviderEvent) -> Event:
    """What is left of an event. To whom it went is not: but no two emails have one id at a provider."""
    return Event(
        kept.source,
        Heard(kept.told),
        kept.event_id,
        provider_id=kept.provider_id,
        text=kept.status,
        at=kept.at,
    )


def _named_by(event: Event) -> Delivery | None:
    if event.delivery_id is not None:
        return Delivery.objects.filter(pk=event.delivery_id).first()
    if not event.provider_id:
        return None
    ours = Delivery.objects.filter(message_id=event.provider_id).first()
    # The second condition says what SQLite cannot see by itself: that the partial index knows it.
    return ours or Delivery.objects.filter(provider_id=event.provider_id).exclude(provider_id="").first()


def _same(recipient: str, delivery: Delivery) -> bool:
    return _folded(recipient) == _folded(delivery.to_address)


def _folded(address: str) -> str:
    local, _, domain = address.strip().rpartition("@")
    try:
        return f"{local}@{punycode(domain)}".lower()
    except UnicodeError:
        return address.strip().lower()


def _take_effect(event: Event, delivery: Delivery, now: datetime) -> None:
    log.info("feedback: email %s %s (%s)", delivery.pk, event.told, event.source)
    become: dict = {
        "state": BECOMES.get(event.told),
        "reason": reasons.heard(event.told, event.text)[:300],
        "heard": "" if event.told in (Heard.TAKEN, Heard.DELAYED) else event.told,
    }
    if become["state"] in Delivery.SENT:
        become["accepted_at"] = Coalesce("accepted_at", event.at or now)
    if event.told == Heard.REFUSED:
        become |= unsent(delivery.resent, State.FAILED, become["reason"])
    if become["state"]:
        _listening(event.told).filter(pk=delivery.pk).update(**become)
    if event.provider_id not in ("", delivery.message_id) and not delivery.provider_id:
        Delivery.objects.filter(pk=delivery.pk, provider_id="").update(provider_id=event.provider_id)
    if why := event.unwanted or SUPPRESSES.get(event.told):
        Suppression.add(delivery.to_address, why, now)


def _told_of_a_notice(event: Event, now: datetime) -> None:
    """Where a short email came back for good or was unwelcome, its address is written to no more."""
    why = event.unwanted or SUPPRESSES.get(event.told)
    if not why or not event.provider_id:
        return
    notice = Notice.objects.filter(
        Q(message_id=event.provider_id) | Q(provider_id=event.provider_id), submitted_at__isnull=False
    ).first()
    if notice and (not event.recipient or _folded(event.recipient) == _folded(notice.to_address)):
        log.info("feedback: notice %s %s (%s)", notice.pk, event.told, event.source)
        Suppression.add(notice.to_address, why, now)


def _listening(told: Heard) -> DeliveryQuerySet:
    """The emails that this changes."""
    if told in (Heard.TAKEN, Heard.DELAYED):
        return Delivery.objects.filter(ON_ITS_WAY | ONCE_MORE).exclude(state=State.ACCEPTED)
    overruled = Delivery.objects.filter(heard__in=weaker(told))
    if told in (Heard.REFUSED, Heard.RETURNED):
        # One that waits to leave again is not ended by news of the time before.
        return overruled.filter(ON_ITS_WAY | ~Q(heard=""))
    return overruled
