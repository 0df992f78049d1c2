"""SMTP that knows its phase.

The point of no return is the end of the text after the server's 354. What fails before it has not left; when the
connection breaks after it and before the answer, nobody can know. Django's own backend cannot tell the two apart.

Where the server offers PIPELINING (RFC 2920), the text of one email travels together with MAIL, RCPT and DATA of the
next, so that an email costs one round trip.
"""

import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_noop

from practice.mailing import reasons
from practice.mailing.bounces import return_address
from practice.mailing.messages import Letter
from practice.mailing.mime import DOT_FIRST, content_of, envelope_address
from practice.mailing.models import Delivery
from practice.mailing.outcome import Ended, Offered, Outage, Outcome, Phase, Transport
from practice.mailing.wire import Wire, gather
from practice.people.our_address import our_address

#: What is said for each email before its text, and how the server's answer begins when it agrees.
ENVELOPE: tuple[tuple[Phase, int], ...] = (("mail", 2), ("rcpt", 2), ("data", 3))


class Broken(Exception):
    """The connection broke while an answer of this phase was waited for."""

    def __init__(self, phase: Phase, why: object) -> None:
        super().__init__(str(why))
        self.phase = phase


@dataclass(frozen=True)
class Parcel:
    """One email, ready for the wire: the three lines of its envelope, and its text with the final dot."""

    envelope: bytes
    text: bytes

    @classmethod
    def of(cls, delivery: Delivery, at: datetime) -> "Parcel":
        """Raises ValueError when it cannot be written down."""
        # RFC 5321, 4.5.2: a dot at the beginning of a line would be doubled; `content_of` begins none with it.
        return cls._addressed(return_address(delivery), delivery.to_address, content_of(delivery, at))

    @classmethod
    def of_letter(cls, email: Letter) -> "Parcel":
        """The same for an email that is no step."""
        content = email.message().as_bytes(linesep="\r\n")
        return cls._addressed(settings.BOUNCE_ADDRESS, email.to[0], DOT_FIRST.sub(b"..", content))

    @classmethod
    def _addressed(cls, sender: str | None, recipient: str, content: bytes) -> "Parcel":
        sender = sender or envelope_address(our_address())
        envelope = f"MAIL FROM:<{sender}>\r\nRCPT TO:<{envelope_address(recipient)}>\r\nDATA\r\n"
        return cls(envelope.encode("ascii"), content + b".\r\n")


class SmtpTransport(Transport):
    """SMTP, phase by phase, on the connection that Django's backend opens, secures and signs in."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self._wire: Wire | None = None
        self._pipelines = False
        #: Offered, and neither submitted nor withdrawn.
        self._offered: Parcel | None = None
        #: Submitted, and to travel with whatever is said next.
        self._going: bytes = b""
        self._last: Outcome | None = None
        #: Whether an email was answered on this connection.
        self._served = False

    @property
    def offer_waits(self) -> bool:
        return self._wire is None

    @property
    def answer_waits(self) -> bool:
        return not self._pipelines

    def offer(self, delivery: Delivery, at: datetime) -> None:
        self.offer_parcel(Parcel.of(delivery, at))

    def offer_parcel(self, parcel: Parcel) -> None:
        """As `offer`, for one that is written down."""
        if self._wire is None:
            self._open()
        self._offered = parcel
        self._begin(parcel)

    @classmethod
    def gather(cls, transports: Iterable[Any]) -> None:
        gather([way._wire for way in transports if way._wire is not None and way._pipelines])

    def answer(self) -> Offered:
        parcel, self._offered = self._offered, None
        return Offered(self._answer(parcel) if parcel else None, self._told())

    def submit(self) -> None:
        if self._offered is not None:
            self._going, self._offered = self._offered.text, None

    def withdraw(self) -> None:
        self._offered = None
        self._hang_up()  # the server waits for a text, and whatever it gets it takes for one

    def finish(self) -> Outcome | None:
        if self._going:
            try:
                self._say(self._going)
                self._hear_of_last()
            except Broken:
                self._hang_up()
        return self._told()

    def close(self) -> None:
        self._going, self._offered = b"", None
        try:
            if self._wire is not None:
                self._wire.give_back()
            self.backend.close()
        except (smtplib.SMTPException, OSError):
            self.backend.connection = None
        self._wire = None

    # --- One conversation ---------------------------------------------------------------------------

    def _answer(self, parcel: Parcel) -> Outcome | None:
        """What the server says to an email: its refusal. Raises Outage when it is gone before it heard of it."""
        try:
            refusal = self._hear_all() if self._pipelines else self._one_by_one(parcel)
        except Broken as broken:
            self._hang_up()
            if broken.phase in ("dot", "mail"):
                raise self._gone(gettext_noop("The mail server breaks the connection.")) from broken
            return Outcome("dropped", broken.phase, text=str(broken))
        except BaseException:
            self._hang_up()
            raise
        if refusal is None:
            self._offered = parcel
        elif refusal.code == 421:  # the server says that it hangs up
            self._hang_up()
            if refusal.phase == "mail":
                raise self._gone(gettext_noop("The mail server takes no emails at the moment."))
        elif self._wire is not None:
            self._reset()
        self._served = True
        return refusal

    def _gone(self, why: str) -> Outage:
        return Ended(why) if self._served else Outage(why)

    def _begin(self, parcel: Parcel) -> None:
        """Say as much as the server takes at once: the text of the last email and the whole envelope of this one."""
        if self._pipelines:
            try:
                self._say(self._going + parcel.envelope, replies=len(ENVELOPE) + bool(self._going))
            except Broken:
                self._hang_up()

    def _hear_all(self) -> Outcome | None:
        if self._going:
            self._hear_of_last()
        refusal, code = None, 0
        for phase, wanted in ENVELOPE:
            code, text = self._hear(phase)
            if code // 100 != wanted:
                refusal = refusal or not_taken(phase, code, text)
            if code == 421:  # nothing comes after it
                return refusal
        if refusal and code // 100 == 3:
            self._hang_up()  # it waits for a text without a recipient
        return refusal

    def _one_by_one(self, parcel: Parcel) -> Outcome | None:
        if self._going:
            self._say(self._going)
            self._hear_of_last()
        for (phase, wanted), command in zip(ENVELOPE, parcel.envelope.splitlines(keepends=True), strict=True):
            self._say(command, phase)
            code, text = self._hear(phase)
            if code // 100 != wanted:
                return not_taken(phase, code, text)
        return None

    def _hear_of_last(self) -> None:
        """What became of the text that was just said."""
        code, text = self._hear("dot")
        self._last = (
            Outcome("accepted", "dot", code, text) if code // 100 == 2 else not_taken("dot", code, text)
        )
        self._going = b""

    def _told(self) -> Outcome | None:
        last, self._last = self._last, None
        return last

    # --- The wire -----------------------------------------------------------------------------------

    def _say(self, data: bytes, phase: Phase = "mail", replies: int = 1) -> None:
        """Say something: with the text of the last email in front, if that is to go."""
        try:
            self._open_wire.say(data, replies)
        except OSError as error:
            raise self._broken(phase, error) from error

    def _hear(self, phase: Phase) -> tuple[int, str]:
        try:
            code, text = self._open_wire.hear()
        except OSError as error:
            raise self._broken(phase, error) from error
        if code // 100 not in (2, 3, 4, 5):
            raise self._broken(phase, reasons.NOT_UNDERSTOOD % {"detail": text})
        return code, text

    def _broken(self, phase: Phase, why: object) -> Broken:
        """The connection is of no more use. Says what that means for the email whose text was on its way."""
        if self._going:
            # The final dot goes last: while any of the text is still here, the server has not got it.
            whole = self._wire is not None and self._wire.went_out >= len(self._going)
            self._last = Outcome("unknown" if whole else "dropped", "dot" if whole else "data", text=str(why))
            self._going = b""
        return Broken(phase, why)

    @property
    def _open_wire(self) -> Wire:
        if self._wire is None:
            raise ConnectionError(gettext_noop("The connection is closed."))
        return self._wire

    def _open(self) -> None:
        self.close()
        try:
            self.backend.open()
            connection: Any = self.backend.connection
            connection.ehlo_or_helo_if_needed()
            self._pipelines = connection.has_extn("pipelining")
            self._wire = Wire(connection.sock, settings.EMAIL_TIMEOUT)
            self._served = False
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Outage(_in_words(error)) from error

    def _reset(self) -> None:
        try:
            self._say(b"RSET\r\n")
            self._hear("mail")
        except Broken:
            self._hang_up()

    def _hang_up(self) -> None:
        """End the connection without a word: in the middle of an email, QUIT would be taken for a line of it."""
        self._wire = None
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None


def not_taken(phase: Phase, code: int, text: str) -> Outcome:
    """The outcome of an answer that is not yes: 4xx is not now, else it is never (RFC 5321, 4.2.1)."""
    return Outcome("later" if code // 100 == 4 else "refused", phase, code, text)


@lru_cache(maxsize=1)
def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return gettext_noop("The mail server does not accept our user name and password.")
    if isinstance(error, smtplib.SMTPResponseException):
        return reasons.SERVER_BUSY % {"detail": error.smtp_code}
    return reasons.SERVER_UNREACHABLE % {"detail": type(error).__name__}
