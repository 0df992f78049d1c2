"""An email as bytes, below Django's mail API: encoded once per edition, filled in for each client.

Making the whole message anew for each client is what a mailer spends most of its time on. Here a body is encoded once,
in pieces between its placeholders; for each client only the values and a few headers are. The result parses to what
the mail API would have made (a test compares the two).
"""

import html
import re
from binascii import b2a_qp
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import sha256

from django.utils.encoding import punycode

from practice.mailing.editions import PLACEHOLDER, fill
from practice.mailing.models import Delivery

#: What a line should not exceed (RFC 5322, 2.1.1).
LINE = 78
#: What most addresses look like: nothing in them needs a second look.
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def content_of(delivery: Delivery, at: datetime, token: str | None = None) -> bytes:
    """The email of a delivery whose `edition`, `to_address` and `values` are set, dated `at`: CRLF, seven bits.

    Built again later, it is the same, byte for byte. With `token`, the private links carry that in place of the real
    one. Raises ValueError when an address or header cannot be written (such as one with a line break).
    """
    if delivery.edition is None:
        raise ValueError("This email has no edition yet.")
    edition, values = delivery.edition, delivery.values | {"token": token or delivery.token}
    boundary = b"=%b=" % sha256(delivery.message_id.encode()).hexdigest()[:32].encode()
    own = (
        ("To", mailbox_header(values["name"], delivery.to_address)),
        ("Date", format_datetime(at)),
        ("Message-ID", delivery.message_id),
    )
    return b"".join(
        (
            *(
                _filled_header(name, value, values)
                for name, value in (("Subject", edition.subject), *edition.headers)
            ),
            *(header(name, value) for name, value in own),
            b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="%b"\r\n\r\n' % boundary,
            *_part(boundary, b"plain", edition.text, values),
            *_part(
                boundary, b"html", edition.html, {name: html.escape(value) for name, value in values.items()}
            ),
            b"--%b--\r\n" % boundary,
        )
    )


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
    if re.search(r"[\r\n\x00]", value.replace("\r\n ", "")):
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


@lru_cache(maxsize=500)
def _constant_header(name: str, value: str) -> bytes:
    """One that is the same for every client. The From of an edition is a mailbox, not yet encoded."""
    return header(name, mailbox_header(*parseaddr(value)) if name in {"From", "Reply-To"} else value)


def _filled_header(name: str, value: str, values: Mapping[str, str]) -> bytes:
    if PLACEHOLDER.search(value):
        return header(name, fill(value, values))
    return _constant_header(name, value)


# --- Bodies ---------------------------------------------------------------------------------------


def _part(boundary: bytes, subtype: bytes, text: str, values: Mapping[str, str]) -> Iterator[bytes]:
    yield b"--%b\r\nContent-Type: text/%b; charset=utf-8\r\n" % (boundary, subtype)
    yield b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    # A soft line break before and after a value: no line grows too long, whatever its length.
    encoded = {name: b"=\r\n%b=\r\n" % quoted(value) for name, value in values.items()}
    for piece, name in zip(*_pieces(text), strict=True):
        yield piece
        yield encoded[name] if name else b""
    yield b"\r\n"


@lru_cache(maxsize=100)
def _pieces(text: str) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
    """A body in encoded pieces, and for each the name of the placeholder that follows; none after the last."""
    pieces = PLACEHOLDER.split(text)
    return tuple(quoted(piece) for piece in pieces[::2]), (*pieces[1::2], "")


def quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045, 6.7), with CRLF, in which one more character fits on the last line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # The "x" keeps a blank at the end from being encoded as one before a line break, and makes room for a "=".
    return b2a_qp(f"{lines}x".encode(), istext=True)[:-1].replace(b"\n", b"\r\n")
