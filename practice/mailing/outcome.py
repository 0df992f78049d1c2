"""What became of an email that was handed to a server, and what a way out must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Self

from django.core.mail import EmailMessage

Phase = Literal["build", "connect", "mail", "rcpt", "data", "dot", "api"]
Kind = Literal["accepted", "later", "refused", "dropped", "unknown", "withdrawn"]
#: Asked just before the point of no return; says whether the email still may leave.
MaySubmit = Callable[[], bool]


@dataclass(frozen=True)
class Outcome:
    """What became of one email.

    accepted: the server took it. later: not now, and it has not left. refused: never, and it has not left.
    dropped: the connection broke before it left. unknown: nobody can know whether it left.
    withdrawn: it no longer might be submitted, and has not left.
    `phase` is where it ended, with the server's `code` and `text`.
    """

    kind: Kind
    phase: Phase
    code: int | None = None
    text: str = ""
    retry_after: timedelta | None = None
    provider_id: str = ""

    def in_words(self) -> dict[str, Any]:
        """The server's own words, as a delivery keeps them."""
        return {"phase": self.phase, "code": self.code, "answer": self.text[:2000]}


class Outage(Exception):
    """The server cannot be reached, or does not let us in: a sentence. No email is to blame, and none has left."""


class Transport(ABC):
    """One way out. In a with block it keeps its connection from the first email to the last."""

    @abstractmethod
    def send(self, message: EmailMessage, may_submit: MaySubmit) -> Outcome:
        """Hand over one email, if `may_submit` says yes just before the point of no return.

        Raises Outage, and ValueError when it cannot be written down as an email.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection, if there is one. Never raises."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
