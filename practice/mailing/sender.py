"""Hands over emails on several connections side by side, a round at a time.

In a round each connection is offered one email, which brings what became of the one before it; then one statement notes
which of them leave and which of the last ones were accepted; then they go. So a round costs one commit, however many
connections there are, and a process that dies leaves one email in doubt on each of them at most.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Any, Self

from django.db import DatabaseError
from django.utils.translation import gettext_noop

from practice.mailing import ledger
from practice.mailing.editions import Editions
from practice.mailing.leases import release
from practice.mailing.messages import values_for
from practice.mailing.models import Delivery
from practice.mailing.offers import Lane, Offer, gone_wrong
from practice.mailing.outcome import Outage, Outcome, Transport
from practice.mailing.patience import SHORTEST_WAIT
from practice.mailing.recording import insist, record

log = logging.getLogger(__name__)

State = Delivery.State
Tell = Callable[[Delivery, Outcome], None]

TOO_MANY = gettext_noop("The mail provider asks for patience: it takes only so many emails at a time.")
#: So few emails are worth no second connection.
EMAILS_EACH = 5


def note(delivery: Delivery, outcome: Outcome) -> None:
    """Tell the log, in ids only."""
    level = logging.DEBUG if outcome.kind == "accepted" else logging.INFO
    log.log(
        level, "outbox: email %s %s (%s %s)", delivery.pk, outcome.kind, outcome.phase, outcome.code or "-"
    )


class Sender:
    """Hands over one claimed batch after another on up to so many `connections`, which it keeps. A context manager.

    `tell` hears of each email and its outcome.
    """

    def __init__(
        self,
        open_transport: Callable[[], Transport],
        connections: int,
        clock: Callable[[], datetime],
        tell: Tell = note,
    ) -> None:
        self.open_transport, self.connections = open_transport, connections
        self.clock, self.tell = clock, tell
        self.lanes: list[Lane] = []
        self.waiting: deque[Delivery] = deque()
        self.asked_to_wait = timedelta(0)
        self.threads = ThreadPoolExecutor(connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.settle()
        finally:
            self.threads.shutdown()
            for lane in self.lanes:
                lane.transport.close()

    def send(self, batch: list[Delivery], until: datetime | None = None) -> int:
        """Hand over a batch; what is left `until` then is given back. Returns how many were handed over.

        Raises Outage when no connection can be had, and DatabaseError; then, too, what is known was recorded and the
        rest given back.
        """
        self.waiting, why, wait = deque(batch), "", timedelta(0)
        editions = Editions(batch, self.clock())
        try:
            while self.waiting and not (until and self.clock() >= until):
                self._round(editions)
            self.settle()  # what is known is written down before anybody plans what comes next
        except Outage as outage:
            why, wait = str(outage), outage.wait
            raise
        finally:
            insist(lambda: release(self.waiting, why, self.clock() + wait if wait else None))
        return len(batch) - len(self.waiting)

    def settle(self) -> None:
        """Wait for what became of the last email on each connection, and record it."""
        outcomes = self._side_by_side(lambda lane: lane.transport.finish(), self.lanes)
        accepted = self._told_but_accepted(zip(self.lanes, outcomes, strict=True))
        insist(lambda: ledger.note([], accepted, self.clock()))
        for delivery, outcome in accepted:
            self.tell(delivery, outcome)

    # --- One round ----------------------------------------------------------------------------------

    def _round(self, editions: Editions) -> None:
        offers = self._offers(editions)
        self._bring(offers)
        self._bring([offer for offer in offers if offer.may_be_made_again()])
        outage = self._without(offer for offer in offers if isinstance(offer.error, Outage))
        for offer in offers:
            if offer.error and not isinstance(offer.error, Outage):
                self._record(offer.delivery, gone_wrong(offer, submitted=False))
        leaving = self._note([offer for offer in offers if offer.answer])
        self._side_by_side(Offer.go, leaving, waits=any(lane.transport.submit_waits for lane in self.lanes))
        outage = self._without(offer for offer in leaving if isinstance(offer.error, Outage)) or outage
        for offer in leaving:
            if offer.error is None:
                offer.lane.last = offer.delivery
            elif not isinstance(offer.error, Outage):
                self._record(offer.delivery, gone_wrong(offer, submitted=True))
        if outage and not self.lanes:
            raise outage
        if self.asked_to_wait:
            raise Outage(TOO_MANY, self.asked_to_wait)

    def _bring(self, offers: list[Offer]) -> None:
        """Bring emails to the point of no return, all at the same time."""
        transports = [offer.lane.transport for offer in offers]
        self._side_by_side(Offer.make, offers, waits=any(way.offer_waits for way in transports))
        if transports:
            type(transports[0]).gather(transports)
        self._side_by_side(Offer.hear, offers, waits=any(way.answer_waits for way in transports))

    def _offers(self, editions: Editions) -> list[Offer]:
        """The next email for each connection, with its content. Opens connections where more are worth it."""
        while len(self.lanes) < min(self.connections, ceil(len(self.waiting) / EMAILS_EACH)):
            self.lanes.append(Lane(self.open_transport()))
        now = self.clock().replace(microsecond=0)  # as the Date header tells it
        offers = [Offer(lane, self.waiting.popleft(), now) for lane in self.lanes[: len(self.waiting)]]
        try:
            return [offer for offer in offers if self._dress(offer, editions)]
        except DatabaseError:
            self.waiting.extendleft(offer.delivery for offer in offers)
            raise

    def _dress(self, offer: Offer, editions: Editions) -> bool:
        delivery = offer.delivery
        try:
            editions.dress(delivery)
            delivery.to_address, delivery.values = delivery.client.email, values_for(delivery.client)
        except DatabaseError:
            raise
        except Exception as error:  # of this email alone: the others go on
            offer.error = error
            self._record(delivery, gone_wrong(offer, submitted=False))
            return False
        return True

    def _note(self, offers: list[Offer]) -> list[Offer]:
        """Note in one statement which emails leave and which last ones were accepted. Returns those that leave."""
        leaving = [offer for offer in offers if offer.may_go]
        accepted = self._told_but_accepted(
            (offer.lane, offer.answer.last) for offer in offers if offer.answer
        )
        if self.asked_to_wait:
            self._take_back(leaving)
            offers, leaving = [offer for offer in offers if not offer.may_go], []
        try:
            free = ledger.note([offer.delivery for offer in leaving], accepted, self.clock(), _dated(leaving))
        except DatabaseError:
            self._take_back(offers)
            for delivery, outcome in accepted:
                self._record(delivery, outcome)
            raise
        for delivery, outcome in accepted:
            self.tell(delivery, outcome)
        for offer in offers:
            if offer.answer and offer.answer.refusal:
                self._record(offer.delivery, offer.answer.refusal)
            elif offer.delivery.pk not in free:
                offer.lane.transport.withdraw()
                self._record(offer.delivery, Outcome("withdrawn", "data"))
        return [offer for offer in leaving if offer.delivery.pk in free]

    def _take_back(self, offers: list[Offer]) -> None:
        """Let none of these leave now."""
        self.waiting.extendleft(offer.delivery for offer in offers)
        for offer in offers:
            if offer.may_go:
                offer.lane.transport.withdraw()

    def _without(self, offers: Iterable[Offer]) -> Outage | None:
        """Do without connections that can no longer be had: their emails go back to the others. Returns the reason."""
        outage = None
        for offer in list(offers):
            outage = offer.error if isinstance(offer.error, Outage) else outage
            self.waiting.appendleft(offer.delivery)
            self._told(offer.lane, offer.lane.transport.finish())
            self.lanes.remove(offer.lane)
            self.connections = max(len(self.lanes), 1)
        return outage

    def _told_but_accepted(
        self, outcomes: Iterable[tuple[Lane, Outcome | None]]
    ) -> list[tuple[Delivery, Outcome]]:
        """Record what became of the last email on each connection; return those that were accepted, to be noted."""
        accepted = []
        for lane, outcome in outcomes:
            if outcome and outcome.kind == "accepted" and lane.last:
                accepted.append((lane.last, outcome))
                lane.last = None
            else:
                self._told(lane, outcome)
        return accepted

    def _told(self, lane: Lane, outcome: Outcome | None) -> None:
        """Record what became of the last email on a connection."""
        last, lane.last = lane.last, None
        if last and outcome:
            self._record(last, outcome)

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.code == HTTPStatus.TOO_MANY_REQUESTS:
            self.asked_to_wait = max(self.asked_to_wait, outcome.retry_after or SHORTEST_WAIT)
        insist(lambda: record(delivery, outcome, self.clock()))
        self.tell(delivery, outcome)

    def _side_by_side(self, do: Callable[[Any], Any], these: list[Any], waits: bool = True) -> list[Any]:
        """Do something for each, all at once; what is alone, or `waits` for nobody, needs no thread."""
        return list(self.threads.map(do, these) if waits and len(these) > 1 else map(do, these))


def _dated(offers: list[Offer]) -> datetime | None:
    """The moment that these emails are dated with: the same for all of a round."""
    return offers[0].now if offers else None
