"""What became of an email that was handed to a server, and what a way out must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from practice.mailing.messages import Letter, letter
from practice.mailing.mime import envelope_address
from practice.mailing.models import Delivery, Suppression

Phase = Literal["build", "connect", "mail", "rcpt", "data", "dot", "api"]
Kind = Literal["accepted", "later", "refused", "dropped", "unknown", "withdrawn"]


@dataclass(frozen=True)
class Outcome:
    """What became of one email.

    accepted: the server took it. later: not now, and it has not left. refused: never, and it has not left.
    dropped: the connection broke before it left. unknown: nobody can know whether it left.
    withdrawn: it no longer might be submitted, and has not left.
    `phase` is where it ended, with the server's `code` and `text`. `unwanted` is why a provider that refused it writes
    to this address no more.
    """

    kind: Kind
    phase: Phase
    code: int | None = None
    text: str = ""
    retry_after: timedelta | None = None
    provider_id: str = ""
    unwanted: Suppression.Why | None = None

    def in_words(self) -> dict[str, Any]:
        """The server's own words, as a delivery keeps them."""
        return {"phase": self.phase, "code": self.code, "answer": self.text.replace("\0", "")[:2000]}


class Outage(Exception):
    """The server cannot be reached, or does not let us in: a sentence, in English until it is `reasons.shown`.

    No email is to blame, and none has left.
    `wait` is for how long it asks to be left alone, if it does.
    """

    def __init__(self, why: str, wait: timedelta = timedelta(0)) -> None:
        super().__init__(why)
        self.wait = wait


class Ended(Outage):
    """A connection that had served for a while is gone. A new one may be had for the same email."""


@dataclass(frozen=True)
class Offered:
    """The answer to an offer: the `refusal` of this email, if it is not wanted (then nothing of it has left), and what
    became of the `last` one, if that was still open.
    """

    refusal: Outcome | None = None
    last: Outcome | None = None


class Transport(ABC):
    """One way out. In a with block it keeps its connection from the first email to the last.

    Each email is offered and answered, and then submitted or withdrawn. What became of it is told with the next answer,
    or by `finish`: so it can travel together with the envelope of the next.
    """

    # Whether these wait for the server. What does not is done for many connections one after the other.

    @property
    def offer_waits(self) -> bool:
        return False

    @property
    def answer_waits(self) -> bool:
        return False

    @property
    def submit_waits(self) -> bool:
        return False

    @abstractmethod
    def offer(self, delivery: Delivery, at: datetime) -> None:
        """Begin to bring an email, dated `at`, to the point of no return.

        Raises ValueError, before anything is said, when it cannot be written down; and Outage. `finish` then still
        tells of the last one.
        """

    @classmethod
    def gather(cls, transports: Iterable[Any]) -> None:
        """Wait for the answers to all of these at once, where they would wait one after the other."""
        return

    @abstractmethod
    def answer(self) -> Offered:
        """Bring it there. Nothing of it has left when this returns. Raises Outage, which may be Ended."""

    @abstractmethod
    def submit(self) -> None:
        """Let the offered email go. Raises Outage; then it has not left."""

    @abstractmethod
    def withdraw(self) -> None:
        """Do not let it go."""

    @abstractmethod
    def finish(self) -> Outcome | None:
        """What became of the email that was submitted last, unless that was told already."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection, if there is one. Never raises."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class CallTransport(Transport):
    """A way out that takes an email in one call, which nobody can look into. The point of no return is the call."""

    def __init__(self) -> None:
        self._offered: Letter | None = None
        self._last: Outcome | None = None

    @property
    def submit_waits(self) -> bool:
        return True

    @abstractmethod
    def send(self, message: Letter) -> Outcome:
        """Hand over one email. Raises Outage and ValueError."""

    def offer(self, delivery: Delivery, at: datetime) -> None:
        envelope_address(delivery.to_address)
        self._offered = letter(delivery, at)

    def answer(self) -> Offered:
        return Offered(last=self.finish())

    def submit(self) -> None:
        if self._offered is not None:
            self._last = self.send(self._offered)

    def withdraw(self) -> None:
        self._offered = None

    def finish(self) -> Outcome | None:
        last, self._last = self._last, None
        return last
