"""An email as bytes, below Django's mail API: encoded once per edition, filled in for each client.

Making the whole message anew for each client is what a mailer spends most of its time on. Here all that is the same for
every client is encoded once, with marks in it; for each client only the values and three headers are. The result parses
to what the mail API would have made (a test compares the two).
"""

import re
from binascii import b2a_qp
from collections.abc import Callable, Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import sha256

from django.utils.encoding import punycode

from practice.mailing.editions import PLACEHOLDER, filling, in_html
from practice.mailing.models import Delivery

#: What a line should not exceed (RFC 5322, 2.1.1).
LINE = 78
#: One that does not fold a long header.
LINE_BREAK = re.compile(r"\r(?!\n )|(?<!\r)\n|\n(?! )|\x00")
#: At the beginning of a line.
DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
#: What most addresses look like: nothing in them needs a second look.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def content_of(delivery: Delivery, at: datetime, token: str | None = None) -> bytes:
    """The email of a delivery whose `edition`, `to_address` and `values` are set, dated `at`: CRLF, seven bits.

    Built again later, it is the same, byte for byte. With `token`, the private links carry that in place of the real
    one. Raises ValueError when an address or header cannot be written (such as one with a line break).
    """
    if delivery.edition is None:
        raise ValueError("This email has no edition yet.")
    edition, values = delivery.edition, filling(delivery, token)
    form = _form(edition.subject, tuple(map(tuple, edition.headers)), edition.text, edition.html)
    own = {
        b"To": header("To", mailbox_header(values["name"], delivery.to_address)),
        b"Date": _date(at),
        b"Message-ID": header("Message-ID", delivery.message_id),
        b"boundary": b"=%b=" % sha256(delivery.message_id.encode()).hexdigest()[:32].encode(),
    }
    for name, value in values.items():
        own[b"plain " + name.encode()] = _between_soft_breaks(value)
        own[b"html " + name.encode()] = _between_soft_breaks(in_html(value))
        own[b"header " + name.encode()] = value.encode("ascii", "ignore")
    return form % own


def envelope_address(mailbox: str) -> str:
    """The bare address in a From or To, as SMTP carries it. Raises ValueError when it cannot."""
    if PLAIN_ADDRESS.fullmatch(mailbox):
        return mailbox
    address = parseaddr(mailbox)[1]
    local, at, domain = address.rpartition("@")
    local.encode("ascii")
    # The parser passes over a line break, and what stands after it.
    if (
        not (local and at and domain)
        or re.search(r"[\r\n]", mailbox)
        or re.search(r"[\s\x00-\x1f\x7f<>]", address)
    ):
        raise ValueError("This address cannot be written to.")
    return f"{local}@{punycode(domain)}"


# --- Headers --------------------------------------------------------------------------------------


def header(name: str, value: str) -> bytes:
    """One header line, or several where it is long or not ASCII (RFC 2047). Raises ValueError on a line break."""
    if LINE_BREAK.search(value):
        raise ValueError("A header cannot have a line break.")
    if not value.isascii():
        value = Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
    elif len(name) + 2 + len(value) > LINE and "\r\n" not in value:
        return f"{name}:\r\n {value}\r\n".encode("ascii")
    return f"{name}: {value}\r\n".encode("ascii")


def mailbox_header(name: str, address: str) -> str:
    """A name and an address, encoded for a To or From."""
    bare = envelope_address(address)
    if name.isascii() and len(name) + len(bare) < LINE - 10:
        return formataddr((name, bare))
    return Header(name, "utf-8", header_name="To").encode(linesep="\r\n") + f"\r\n <{bare}>"


@lru_cache(maxsize=4)
def _date(at: datetime) -> bytes:
    return header("Date", format_datetime(at))


# --- The form -------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def _form(subject: str, headers: tuple[tuple[str, str], ...], text: str, body: str) -> bytes:
    """All of an email that is the same for every client, encoded, with a mark for each thing that is not."""
    return b"".join(
        (
            *(_header_form(name, value) for name, value in (("Subject", subject), *headers)),
            b"%(To)b%(Date)b%(Message-ID)bMIME-Version: 1.0\r\n",
            b'Content-Type: multipart/alternative;\r\n boundary="%(boundary)b"\r\n\r\n',
            _part_form(b"plain", text),
            _part_form(b"html", body),
            b"--%(boundary)b--\r\n",
        )
    )


def _header_form(name: str, value: str) -> bytes:
    """A header of an edition. Its From is a mailbox, not yet encoded; a placeholder can stand for plain ASCII only."""
    pieces = PLACEHOLDER.split(value)
    if len(pieces) == 1 and name in {"From", "Reply-To"}:
        pieces = [value := mailbox_header(*parseaddr(value))]
    if len(pieces) == 1:
        return header(name, value).replace(b"%", b"%%")
    if not all(piece.isascii() and piece.isprintable() for piece in pieces):
        raise ValueError("A header with a placeholder takes ASCII only.")
    marked = b"".join(_filled(pieces, b"header"))
    return b"%b:\r\n %b\r\n" % (name.encode("ascii"), marked)


def _part_form(subtype: bytes, text: str) -> bytes:
    return b"".join(
        (
            b"--%(boundary)b\r\nContent-Type: text/" + subtype + b"; charset=utf-8\r\n",
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            *_filled(PLACEHOLDER.split(text), subtype, quoted),
            b"\r\n",
        )
    )


def _filled(
    pieces: list[str], kind: bytes, encode: Callable[[str], bytes] = lambda piece: piece.encode("ascii")
) -> Iterator[bytes]:
    """Text at even places, encoded; at odd ones, names of placeholders, as marks for values of this kind."""
    for place, piece in enumerate(pieces):
        yield b"%%(%b %b)b" % (kind, piece.encode()) if place % 2 else encode(piece).replace(b"%", b"%%")


def _between_soft_breaks(value: str) -> bytes:
    """A value for a body: with a soft line break before and after it, no line grows too long, whatever its length."""
    return b"=\r\n%b=\r\n" % quoted(value)


def quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045, 6.7), with CRLF, in which one more character fits on the last line.

    No line begins with a dot, which SMTP would double.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # The "x" keeps a blank at the end from being encoded as one before a line break, and makes room for a "=".
    encoded = b2a_qp(f"{lines}x".encode(), istext=True)[:-1]
    return DOT_FIRST.sub(b"=2E", encoded).replace(b"\n", b"\r\n")
