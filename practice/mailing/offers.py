"""One email offered on one connection, and how that went."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from practice.mailing import links
from practice.mailing.models import Delivery
from practice.mailing.outcome import Ended, Offered, Outcome, Transport

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Lane:
    """One connection, and the email that was submitted on it while nothing is known of it yet."""

    transport: Transport
    last: Delivery | None = None


@dataclass(eq=False)
class Offer:
    """One email on one connection, and how that went."""

    lane: Lane
    delivery: Delivery
    now: datetime
    answer: Offered | None = None
    error: Exception | None = None

    # None of these asks anything of the database: they may run in a thread of their own.

    def make(self) -> None:
        """Begin to bring it to the point of no return."""
        self._try(lambda: self.lane.transport.offer(self.delivery, self.now))

    def hear(self) -> None:
        """Bring it there."""
        if self.error is None:
            self.answer = self._try(self.lane.transport.answer)

    def may_be_made_again(self) -> bool:
        """Whether its connection ended before it was heard of; then it is as if it had not been made."""
        ended = isinstance(self.error, Ended)
        self.error = None if ended else self.error
        return ended

    def go(self) -> None:
        """Let it leave."""
        self._try(self.lane.transport.submit)

    def _try(self, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except Exception as error:  # what kind it is, is looked at afterwards
            self.error = error

    @property
    def may_go(self) -> bool:
        """Whether it waits at the point of no return."""
        return self.answer is not None and self.answer.refusal is None


def gone_wrong(offer: Offer, submitted: bool) -> Outcome:
    """The outcome of an error that no server told us. The log gets its name, never what the email says."""
    error = offer.error
    log.error("outbox: email %s: %s", offer.delivery.pk, type(error).__name__)
    if submitted:
        return Outcome("unknown", "api", text=type(error).__name__)
    if isinstance(error, ValueError):
        return Outcome("refused", "build", text=str(error) if isinstance(error, links.LostKey) else "")
    return Outcome("dropped", "build", text=type(error).__name__)
