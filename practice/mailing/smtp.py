"""SMTP that knows its phase.

The point of no return is the end of the message after the server's 354. What fails before it has not left; when the
connection breaks after it and before the answer, nobody can know. Django's own backend cannot tell the two apart.
"""

import re
import smtplib
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.encoding import punycode

from practice.mailing.outcome import MaySubmit, Outage, Outcome, Phase, Transport


class Broken(Exception):
    """The connection broke in this phase."""

    def __init__(self, phase: Phase, why: object) -> None:
        super().__init__(str(why))
        self.phase = phase


class SmtpTransport(Transport):
    """SMTP, phase by phase, on the connection that Django's backend opens, secures and signs in."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self.used = False

    def send(self, message: EmailMessage, may_submit: MaySubmit) -> Outcome:
        parsed: Any = message.message()
        content = parsed.as_bytes(linesep="\r\n")
        sender, recipient = envelope_address(message.from_email), envelope_address(message.to[0])
        if self.used:
            try:
                return self._try(sender, recipient, content, may_submit)
            except Outage:
                pass  # the server ended a connection that had served for a while
        self._open()
        return self._try(sender, recipient, content, may_submit)

    def _try(self, sender: str, recipient: str, content: bytes, may_submit: MaySubmit) -> Outcome:
        """One attempt. Raises Outage when the server is gone before it heard of this recipient."""
        self.used = True
        try:
            outcome = self._say_all(sender, recipient, content, may_submit)
        except Broken as broken:
            self._hang_up()
            if broken.phase == "mail":
                raise Outage("The mail server breaks the connection.") from broken
            return Outcome("unknown" if broken.phase == "dot" else "dropped", broken.phase, text=str(broken))
        except BaseException:
            self._hang_up()
            raise
        if outcome.code == 421:  # the server says that it hangs up
            self._hang_up()
            if outcome.phase == "mail":
                raise Outage("The mail server takes no emails at the moment.")
        elif outcome.kind != "accepted":
            self._reset()
        return outcome

    def _say_all(self, sender: str, recipient: str, content: bytes, may_submit: MaySubmit) -> Outcome:
        commands: tuple[tuple[Phase, str, int], ...] = (
            ("mail", f"MAIL FROM:<{sender}>", 2),
            ("rcpt", f"RCPT TO:<{recipient}>", 2),
            ("data", "DATA", 3),
        )
        for phase, command, wanted in commands:
            code, text = self._say(phase, command)
            if code // 100 != wanted:
                return not_taken(phase, code, text)
        if not may_submit():
            self._hang_up()
            return Outcome("withdrawn", "data")
        code, text = self._finish(content)
        return Outcome("accepted", "dot", code, text) if code // 100 == 2 else not_taken("dot", code, text)

    def _say(self, phase: Phase, command: str) -> tuple[int, str]:
        try:
            code, text = self._connection.docmd(command)
        except (smtplib.SMTPException, OSError) as error:
            raise Broken(phase, error) from error
        return code, text.decode(errors="replace")

    def _finish(self, content: bytes) -> tuple[int, str]:
        body = smtplib._quote_periods(content)  # type: ignore[attr-defined]
        try:
            # The final dot goes last, so when this fails the server has not got it.
            self._connection.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            raise Broken("data", error) from error
        try:
            code, text = self._connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Broken("dot", error) from error
        return code, text.decode(errors="replace")

    @property
    def _connection(self) -> smtplib.SMTP:
        if self.backend.connection is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        return self.backend.connection

    def _open(self) -> None:
        self.close()
        try:
            self.backend.open()
            self._connection.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Outage(_in_words(error)) from error

    def _reset(self) -> None:
        if self.backend.connection is not None:
            try:
                self._connection.rset()
            except (smtplib.SMTPException, OSError):
                self._hang_up()

    def _hang_up(self) -> None:
        """End the connection without a word: in the middle of an email, QUIT would be taken for a line of it."""
        self.used = False
        if self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None

    def close(self) -> None:
        self.used = False
        try:
            self.backend.close()
        except (smtplib.SMTPException, OSError):
            self.backend.connection = None


def not_taken(phase: Phase, code: int, text: str) -> Outcome:
    """The outcome of an answer that is not yes: 4xx is not now, 5xx is never (RFC 5321, 4.2.1).

    Raises Broken for what is no answer at all.
    """
    if code // 100 not in (4, 5):
        raise Broken(phase, f"The server's answer cannot be understood: {text}")
    return Outcome("later" if code < 500 else "refused", phase, code, text)


def envelope_address(mailbox: str) -> str:
    """The bare address in a From or To, as SMTP carries it. Raises ValueError when it cannot."""
    address = parseaddr(mailbox)[1]
    local, at, domain = address.rpartition("@")
    local.encode("ascii")
    if not (local and at and domain) or re.search(r"[\s\x00-\x1f\x7f<>]", address):
        raise ValueError("This address cannot be written to.")
    return f"{local}@{punycode(domain)}"


def _in_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server does not accept our user name and password."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server does not take emails at the moment (it answered {error.smtp_code})."
    return f"The mail server cannot be reached ({type(error).__name__})."
