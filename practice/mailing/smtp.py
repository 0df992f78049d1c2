"""SMTP that knows its phase.

The point of no return is the end of the text after the server's 354. What fails before it has not left; when the
connection breaks after it and before the answer, nobody can know. Django's own backend cannot tell the two apart.

Where the server offers PIPELINING (RFC 2920), the text of one email travels together with MAIL, RCPT and DATA of the
next, so that an email costs one round trip.
"""

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from socket import IPPROTO_TCP, TCP_NODELAY

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from practice.mailing.bounces import return_address
from practice.mailing.mime import content_of, envelope_address
from practice.mailing.models import Delivery
from practice.mailing.outcome import Offered, Outage, Outcome, Phase, Transport

#: What is said for each email before its text, and how the server's answer begins when it agrees.
ENVELOPE: tuple[tuple[Phase, int], ...] = (("mail", 2), ("rcpt", 2), ("data", 3))


class Broken(Exception):
    """The connection broke while an answer of this phase was waited for."""

    def __init__(self, phase: Phase, why: object) -> None:
        super().__init__(str(why))
        self.phase = phase


@dataclass(frozen=True)
class Parcel:
    """One email, ready for the wire: what is said for its envelope, and its text with the final dot."""

    envelope: tuple[bytes, bytes, bytes]
    text: bytes

    @classmethod
    def of(cls, delivery: Delivery, at: datetime) -> "Parcel":
        """Raises ValueError when it cannot be written down."""
        content = content_of(delivery, at)
        sender = return_address(delivery) or _our_address(settings.DEFAULT_FROM_EMAIL)
        recipient = envelope_address(delivery.to_address)
        commands = f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{recipient}>\r\n", "DATA\r\n"
        mail, rcpt, data = (command.encode("ascii") for command in commands)
        # RFC 5321, 4.5.2: a dot at the beginning of a line is doubled.
        return cls((mail, rcpt, data), content.replace(b"\r\n.", b"\r\n..") + b".\r\n")


class SmtpTransport(Transport):
    """SMTP, phase by phase, on the connection that Django's backend opens, secures and signs in."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        #: Offered, and neither submitted nor withdrawn.
        self._offered: Parcel | None = None
        #: Submitted, and to travel with whatever is said next.
        self._going: bytes = b""
        self._last: Outcome | None = None

    def offer(self, delivery: Delivery, at: datetime) -> Offered:
        parcel = Parcel.of(delivery, at)
        if self.backend.connection is not None:
            with suppress(Outage):  # the server ended a connection that had served for a while
                return Offered(self._say(parcel), self._told())
        self._open()
        return Offered(self._say(parcel), self._told())

    def submit(self) -> None:
        if self._offered is not None:
            self._going, self._offered = self._offered.text, None

    def withdraw(self) -> None:
        self._offered = None
        self._hang_up()  # the server waits for a text, and whatever it gets it takes for one

    def finish(self) -> Outcome | None:
        if self._going:
            try:
                self._write(self._going)
                self._hear_of_last()
            except Broken:
                self._hang_up()
        return self._told()

    def close(self) -> None:
        self._going, self._offered = b"", None
        try:
            self.backend.close()
        except (smtplib.SMTPException, OSError):
            self.backend.connection = None

    # --- One conversation ---------------------------------------------------------------------------

    def _say(self, parcel: Parcel) -> Outcome | None:
        """Let the last text go and offer the next email. Returns its refusal.

        Raises Outage when the server is gone before it heard of this email.
        """
        try:
            refusal = self._pipelined(parcel) if self._pipelines else self._one_by_one(parcel)
        except Broken as broken:
            self._hang_up()
            if broken.phase in ("dot", "mail"):
                raise Outage("The mail server breaks the connection.") from broken
            return Outcome("dropped", broken.phase, text=str(broken))
        except BaseException:
            self._hang_up()
            raise
        if refusal is None:
            self._offered = parcel
        elif refusal.code == 421:  # the server says that it hangs up
            self._hang_up()
            if refusal.phase == "mail":
                raise Outage("The mail server takes no emails at the moment.")
        elif self._connected:
            self._reset()
        return refusal

    def _pipelined(self, parcel: Parcel) -> Outcome | None:
        had_last = bool(self._going)
        self._write(self._going + b"".join(parcel.envelope))
        if had_last:
            self._hear_of_last()
        answers = [(phase, wanted, *self._hear(phase)) for phase, wanted in ENVELOPE]
        refusal = next(
            (not_taken(p, code, text) for p, wanted, code, text in answers if code // 100 != wanted), None
        )
        if refusal and answers[-1][2] // 100 == 3:
            self._hang_up()  # it waits for a text without a recipient
        return refusal

    def _one_by_one(self, parcel: Parcel) -> Outcome | None:
        if self._going:
            self._write(self._going)
            self._hear_of_last()
        for (phase, wanted), command in zip(ENVELOPE, parcel.envelope, strict=True):
            self._write(command, phase)
            code, text = self._hear(phase)
            if code // 100 != wanted:
                return not_taken(phase, code, text)
        return None

    def _hear_of_last(self) -> None:
        """What became of the text that was just written."""
        self._going = b""
        try:
            code, text = self._hear("dot")
            self._last = (
                Outcome("accepted", "dot", code, text) if code // 100 == 2 else not_taken("dot", code, text)
            )
        except Broken as broken:
            self._last = Outcome("unknown", "dot", text=str(broken))
            raise

    def _told(self) -> Outcome | None:
        last, self._last = self._last, None
        return last

    # --- The wire -----------------------------------------------------------------------------------

    def _write(self, data: bytes, phase: Phase = "mail") -> None:
        """Say something: with the text of the last email in front, if that is to go."""
        view, said = memoryview(data), 0
        try:
            while said < len(data):
                said += self._connection.sock.send(view[said:])  # type: ignore[union-attr]
        except (OSError, smtplib.SMTPException) as error:
            if self._going:
                # The final dot goes last: while any of the text is still here, the server has not got it.
                whole = said >= len(self._going)
                self._last = Outcome(
                    "unknown" if whole else "dropped", "dot" if whole else "data", text=str(error)
                )
                self._going = b""
            raise Broken(phase, error) from error

    def _hear(self, phase: Phase) -> tuple[int, str]:
        try:
            code, text = self._connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Broken(phase, error) from error
        if code // 100 not in (2, 3, 4, 5):
            raise Broken(phase, f"The server's answer cannot be understood: {text.decode(errors='replace')}")
        return code, text.decode(errors="replace")

    @property
    def _connection(self) -> smtplib.SMTP:
        if self.backend.connection is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        return self.backend.connection

    @property
    def _connected(self) -> bool:
        return self.backend.connection is not None

    @property
    def _pipelines(self) -> bool:
        return self._connection.has_extn("pipelining")

    def _open(self) -> None:
        self.close()
        try:
            self.backend.open()
            self._connection.ehlo_or_helo_if_needed()
            self._connection.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # type: ignore[union-attr]
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Outage(_in_words(error)) from error

    def _reset(self) -> None:
        try:
            self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        """End the connection without a word: in the middle of an email, QUIT would be taken for a line of it."""
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None


def not_taken(phase: Phase, code: int, text: str) -> Outcome:
    """The outcome of an answer that is not yes: 4xx is not now, else it is never (RFC 5321, 4.2.1)."""
    return Outcome("later" if code // 100 == 4 else "refused", phase, code, text)


@lru_cache(maxsize=1)
def _our_address(mailbox: str) -> str:
    return envelope_address(parseaddr(mailbox)[1])


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server does not accept our user name and password."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server does not take emails at the moment (it answered {error.smtp_code})."
    return f"The mail server cannot be reached ({type(error).__name__})."
