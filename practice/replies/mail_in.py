"""Reads a mail that somebody wrote: who, to whom, what is new in it, and whether a person wrote it at all.

Nothing here asks the database, and nothing that stands in a mail makes it raise: what the standard library cannot read
is passed over, part by part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from functools import cached_property

from django.utils.translation import gettext_noop

from practice.replies.mail_parts import Parts
from practice.replies.new_text import all_text, new_text

#: Where a mail says whom it is for. Servers on the way write some of these.
RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "x-envelope-to", "x-forwarded-to", "envelope-to")
#: Whatever has one of these was written by a machine, or to many.
OF_MACHINES = (
    *("x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply", "x-loop", "x-vacation"),
    *("list-id", "list-unsubscribe", "list-post", "list-help", "feedback-id"),
)
BULK = ("bulk", "junk", "list", "auto_reply", "auto-reply")
#: How an absence note begins its subject where it says so nowhere else. So may a person's own mail.
ABSENT = re.compile(
    r"(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|automatische antwort|abwesenheit"
    r"|abwesend|ich bin nicht im b|respuesta autom|fuera de (la )?oficina|ausencia)",
    re.IGNORECASE,
)
REPORTS = ("delivery-status", "feedback-report", "disposition-notification")
POSTMASTERS = ("mailer-daemon", "postmaster")


@dataclass(frozen=True)
class Mail:
    """A mail, read. `sender` is the one address in its From, in lower case, empty when there are none or several;
    `recipients` is all that it says of whom it is for, as text. `bounce` and `automatic` are sentences that say why it
    is so, in English, else empty. `looks_absent`: its subject alone is that of an absence note. `new_text` is what its
    writer wrote, without what they answered to.
    """

    sender: str
    recipients: str
    message_id: str
    subject: str
    bounce: str
    automatic: str
    looks_absent: bool
    new_text: str
    parts: Parts
    attachments: int
    headers: tuple[tuple[str, str], ...]

    @cached_property
    def text(self) -> str:
        """All that stands in it. Worked out where it is shown: of most mails nobody asks."""
        return "" if self.bounce else clean(all_text(self.parts.text, self.parts.html))

    @property
    def says_more(self) -> bool:
        """Whether more stands in it than what is new."""
        return self.text.split() != self.new_text.split()

    def header(self, name: str) -> str:
        """The first header of this name (in lower case), else an empty text."""
        return next((value for known, value in self.headers if known == name), "")


def read(message: Message, envelope_sender: str | None = None, envelope_recipient: str = "") -> Mail:
    """Read it. The envelope is what the mail server was told: its sender is empty for bounces, None if nobody knows.

    Changes the message's policy to the one that takes headers as they come.
    """
    for part in message.walk():
        part.policy = compat32
    headers = tuple(_headers(message))
    parts = Parts.of(message)
    bounce = _bounce(message, headers, envelope_sender)
    subject = one_line(_decoded(_first(headers, "subject")))
    return Mail(
        sender=_sender(headers),
        recipients=" ".join([envelope_recipient or "", *(v for n, v in headers if n in RECIPIENTS)]),
        message_id=one_line(_first(headers, "message-id"))[:200],
        subject=subject[:200],
        bounce=bounce,
        automatic=_automatic(headers),
        looks_absent=bool(ABSENT.match(subject)),
        new_text="" if bounce else clean(new_text(parts.text, parts.html)),
        parts=parts,
        attachments=parts.attachments,
        headers=headers,
    )


def clean(text: str) -> str:
    """Without what no database keeps or no page shows: null characters, halves of a character, other control codes."""
    text = text.encode(errors="replace").decode()
    return "".join(char for char in text if char.isprintable() or char in "\n\t" or ord(char) > 0x9F).strip()


def one_line(text: str) -> str:
    """The same as one line."""
    return " ".join(clean(text).split())


# --- Headers --------------------------------------------------------------------------------------


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    """(name in lower case, value) as they stand there, unparsed: the parsers raise on garbled ones."""
    for name, value in message.raw_items():
        yield str(name).lower(), " ".join(str(value).split())


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for known, value in headers if known == name), "")


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except Exception:  # an unknown charset, broken base64
        return value


def _sender(headers: tuple[tuple[str, str], ...]) -> str:
    """Two From headers, or two addresses in one, are how forgers show one and mean another: then there is none."""
    try:
        found = {address.lower() for _, address in getaddresses([v for n, v in headers if n == "from"])}
    except Exception:
        return ""
    return found.pop() if len(found) == 1 else ""


def _bounce(message: Message, headers: tuple[tuple[str, str], ...], envelope_sender: str | None) -> str:
    kind = _first(headers, "content-type").lower()
    if "multipart/report" in kind and any(report in kind for report in REPORTS):
        return gettext_noop("It is a mail server’s report about another email.")
    if _first(headers, "x-failed-recipients") or _has_report(message):
        return gettext_noop("It is a mail server’s report about another email.")
    return_path = [value for name, value in headers if name == "return-path"]
    if envelope_sender is not None and envelope_sender.strip(" <>") == "":
        return gettext_noop("It has no return address, as mails of mail servers.")
    if envelope_sender is None and return_path and return_path[0].strip(" <>") == "":
        return gettext_noop("It has no return address, as mails of mail servers.")
    if _sender(headers).partition("@")[0] in POSTMASTERS:
        return gettext_noop("A mail server wrote it.")
    return ""


def _has_report(message: Message) -> bool:
    """Whether it is a report itself: somebody may attach the report about a mail of theirs, and write to it."""
    inner = message.get_payload() if message.get_content_maintype() == "multipart" else []
    parts = [message, *(part for part in inner if isinstance(part, Message))]
    return any(
        part.get_content_type() in ("message/delivery-status", "message/feedback-report") for part in parts
    )


def _automatic(headers: tuple[tuple[str, str], ...]) -> str:
    submitted = _first(headers, "auto-submitted").lower().partition(";")[0].strip()
    if submitted not in ("", "no"):
        return gettext_noop("It says that it was sent automatically.")
    if _first(headers, "precedence").lower() in BULK:
        return gettext_noop("It says that it was sent to many, or automatically.")
    if any(name in OF_MACHINES for name, _ in headers):
        return gettext_noop("It has the marks of an automatic mail, or of a mailing list.")
    return ""
