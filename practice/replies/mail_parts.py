"""The parts of a mail: what can be read in it, and what only came along."""

import codecs
from dataclasses import dataclass, field
from email.message import Message

#: Of a longer part only the beginning is read, in bytes. Nobody writes so much by hand.
READ = 400_000
#: Codecs that read slowly on purpose-made text, or that are no charsets of mails.
NO_CHARSETS = {"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
#: Parts that mail programs add by themselves.
BY_THEMSELVES = {
    *("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"),
    *("application/ms-tnef", "text/calendar", "text/x-amp-html"),
}


@dataclass
class Parts:
    """The plain text and the HTML of a mail, each put together of its parts, and how many attachments came."""

    plain: list[str] = field(default_factory=list)
    hyper: list[str] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)

    @classmethod
    def of(cls, message: Message) -> "Parts":
        """Take it apart."""
        parts = cls()
        parts._take(message)
        return parts

    @property
    def text(self) -> str:
        return "\n".join(self.plain)

    @property
    def html(self) -> str:
        return "\n".join(self.hyper)

    @property
    def attachments(self) -> int:
        """How many somebody attached; a picture in a signature is none."""
        return sum(not _came_by_itself(part) for part in self.attached)

    def _take(self, part: Message) -> None:
        kind, is_attached = part.get_content_type(), part.get_content_disposition() == "attachment"
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            for inner in part.get_payload():
                if isinstance(inner, Message):
                    self._take(inner)
        elif part.get_content_maintype() == "multipart":  # whose parts nothing divides
            self.plain.append(text_of(part))
        elif kind in ("text/plain", "text/html") and not is_attached:
            (self.plain if kind == "text/plain" else self.hyper).append(text_of(part))
        else:
            self.attached.append(part)


def text_of(part: Message) -> str:
    """What a text part says. A charset that nobody knows is read as UTF-8, with a mark for what that cannot read."""
    try:
        content = part.get_payload(decode=True)
    except (TypeError, ValueError, LookupError, AttributeError):  # the standard library on a garbled header
        return ""
    if not isinstance(content, bytes):
        return ""
    return content[:READ].decode(_charset(part), errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _charset(part: Message) -> str:
    try:
        name = codecs.lookup(part.get_content_charset() or "utf-8").name
        b"".decode(name)  # some codecs are no charsets
    except (LookupError, ValueError, UnicodeError, TypeError):
        return "utf-8"
    return "utf-8" if name in NO_CHARSETS or name == "ascii" else name


def _came_by_itself(part: Message) -> bool:
    is_picture = part.get_content_maintype() == "image" and "content-id" in part
    return part.get_content_type() in BY_THEMSELVES or (
        is_picture and part.get_content_disposition() != "attachment"
    )


def without_attachments(message: Message, parts: Parts) -> bytes:
    """The mail as bytes, with nothing in place of what came along. Changes the message."""
    for part in parts.attached:
        del part["Content-Transfer-Encoding"]
        part.set_payload("")
    return as_bytes(message)


def as_bytes(message: Message) -> bytes:
    """A mail as bytes, as nearly as it can be written again. Never raises."""
    try:
        return message.as_bytes()
    except Exception:  # the standard library cannot write all that it can read
        lines = [f"{name}: {value}" for name, value in message.raw_items()]
        text = [str(part.get_payload()) for part in message.walk() if not part.is_multipart()]
        return "\n".join([*lines, "", *text]).encode(errors="replace")
