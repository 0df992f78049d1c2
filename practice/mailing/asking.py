"""Asks the provider about emails in doubt: hands the same over again under its key, or looks for it in its list."""

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.mailing import reasons
from practice.mailing.doubt import give_up, handed_over_again, wait_to_be_told
from practice.mailing.lookups import KEPT, SURELY, NoAnswer
from practice.mailing.messages import letter_as_sent
from practice.mailing.models import MOST_ATTEMPTS, Delivery
from practice.mailing.outcome import Outage, Outcome
from practice.mailing.patience import LEASE, LONGEST_WAIT, patience
from practice.mailing.provider import BackendTransport
from practice.mailing.transport import open_provider
from practice.mailing.unsent import unsent

log = logging.getLogger(__name__)

State = Delivery.State
Clock = Callable[[], datetime]

#: What one tick asks at most, and for how many seconds: other emails come first.
MOST, SECONDS = 200, min(20, settings.LEASE_SECONDS / 5)
#: A provider that gave no answer for so long is asked no more.
ENOUGH = timedelta(days=1)


def ask(clock: Clock = timezone.now) -> None:
    """Ask about those whose turn it is, the ones longest in doubt first, until the provider gives no answer."""
    provider = open_provider()
    if provider is None or not (provider.same_for or provider.can_find):
        return
    settle, ends = hand_over_again if provider.same_for else look, monotonic() + SECONDS
    with provider:
        for delivery in in_doubt(clock(), provider):
            if monotonic() > ends or not settle(delivery, provider, clock()):
                return


def in_doubt(now: datetime, provider: BackendTransport) -> list[Delivery]:
    """The emails that this provider can be asked about now."""
    listed = Delivery.objects.filter(state=State.UNCERTAIN)
    rows = handed_over_again(now, provider) if provider.same_for else listed
    waiting = rows.filter(lease_until__lte=now).order_by("submitted_at", "pk")
    return list(waiting.select_related("edition", "assignment__client")[:MOST])


# --- Under its key --------------------------------------------------------------------------------


def hand_over_again(delivery: Delivery, provider: BackendTransport, now: datetime) -> bool:
    """Hand exactly the same email over again; with its key it is no second one. Returns whether there was an answer."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=State.SUBMITTING, lease=delivery.lease, lease_until__lte=now
    )
    if Blackout.objects.in_force([delivery.assignment.client_id], now):
        return True  # if it did not leave the first time, it may not on this day
    # As a condition of its own beside those on the row, which then are looked at again when somebody else was faster.
    still_welcome = mine.filter(Exists(Delivery.objects.welcome().still_right().filter(pk=OuterRef("pk"))))
    delivery.lease = secrets.token_hex(16)
    if not still_welcome.update(lease=delivery.lease, lease_until=now + LEASE):
        return True  # somebody else is at it, or it is no longer wanted
    try:
        outcome = provider.send(letter_as_sent(delivery))
    except Outage as outage:
        log.warning("asking: %s", outage)
        return False
    except ValueError:  # it cannot be built again, such as without the old SECRET_KEY
        outcome = Outcome("refused", "build")
    except Exception as error:  # of this email alone
        outcome = Outcome("unknown", "api", text=type(error).__name__)
    log.info("asking: email %s %s (%s)", delivery.pk, outcome.kind, outcome.code or "-")
    if outcome.kind == "accepted":
        accept(delivery, now, outcome.provider_id, **outcome.in_words())
    elif outcome.kind == "refused":  # this time; what became of the first time is still open
        wait_to_be_told(delivery, reasons.UNKNOWN, now, outcome.in_words())
    else:
        wait = outcome.retry_after or patience(submitted(delivery), now)
        delivery.still_ours().update(lease_until=now + min(wait, LONGEST_WAIT), reason=reasons.SAME_AGAIN)
    return outcome.kind != "unknown" or outcome.code is not None


# --- In its list ----------------------------------------------------------------------------------


def look(delivery: Delivery, provider: BackendTransport, now: datetime) -> bool:
    """Look for an email in the provider's list, and draw the conclusion. Returns whether there was an answer."""
    try:
        found = provider.find(delivery)
    except NoAnswer:
        if now - submitted(delivery) > ENOUGH:
            give_up(delivery, delivery.reason, now, {})
        else:
            delivery.still_ours().update(lease_until=now + patience(submitted(delivery), now))
        return False
    log.info("asking: email %s %s", delivery.pk, "found" if found else "not found")
    waited = now - submitted(delivery)
    if found:
        accept(delivery, submitted(delivery), found)
    elif SURELY <= waited <= KEPT:
        leave_again(delivery, now)
    else:
        next_time = now + patience(submitted(delivery), now) if waited < SURELY else None
        delivery.still_ours().update(lease_until=next_time)
    return True


def leave_again(delivery: Delivery, now: datetime) -> None:
    """It did not leave, and may."""
    doubted = delivery.still_ours().filter(state=State.UNCERTAIN)
    if delivery.attempts + 1 >= MOST_ATTEMPTS:
        became = unsent(delivery.resent, State.FAILED, reasons.PARKED)
    else:
        became = {"state": State.DUE, "lease_until": None, "due_at": now, "reason": reasons.NOT_THERE}
    doubted.update(**became, attempts=F("attempts") + 1)


def check(row: Delivery, now: datetime) -> str:
    """Ask about an uncertain email because a person wants to know. Returns what came of it: see `reasons.shown`."""
    provider = open_provider()
    if provider is None or not provider.can_find:
        return reasons.NOTHING_HEARD
    with provider:
        answered = look(row, provider, now)
    row.refresh_from_db()
    if row.state == State.UNCERTAIN:
        return reasons.NOT_FOUND_YET if answered else reasons.NO_ANSWER
    return reasons.NOT_THERE if row.state == State.DUE else reasons.FOUND


# --- Both -----------------------------------------------------------------------------------------


def accept(delivery: Delivery, at: datetime, provider_id: str, **words: object) -> None:
    """The provider has it."""
    doubted = delivery.still_ours().filter(state__in=(State.SUBMITTING, State.UNCERTAIN))
    doubted.update(state=State.ACCEPTED, accepted_at=at, provider_id=provider_id, reason="", **words)


def submitted(delivery: Delivery) -> datetime:
    """When it was handed over. Of one in doubt that is known."""
    return delivery.submitted_at or delivery.due_at
