"""Reads the mails that are new in an IMAP mailbox (RFC 9051), one at a time, and deletes none."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

SECONDS = 30
#: Of a longer mail only the beginning is read, where nobody asks for more.
BYTES = 1_000_000


class Unreadable(Exception):
    """The mailbox cannot be read: a sentence of our own. The library's words may hold the password."""


def new_mails(url: str, setting: str = "BOUNCE_MAILBOX", most: int = BYTES) -> Iterator[bytes]:
    """Each mail that nobody has seen, up to so many bytes. It counts as seen when the next one is asked for.

    `url`: imap+ssl://user:password@host/INBOX, with imap+tls for STARTTLS and imap for a server on this machine.
    Raises Unreadable, which names the `setting` that the url came from.
    """
    try:
        yield from _unseen(url, most)
    except ValueError:
        raise Unreadable(
            f"{setting} cannot be used. It must begin with imap+ssl:// or imap+tls:// and name a host."
        ) from None
    except (imaplib.IMAP4.error, OSError) as error:
        raise Unreadable(f"{setting} cannot be read ({type(error).__name__}).") from None


def names_a_mailbox(url: str) -> bool:
    """Whether this can be the address of a mailbox, as `new_mails` takes it."""
    where = urlsplit(url)
    return where.scheme in ("imap", "imap+ssl", "imap+tls") and bool(where.hostname)


def _unseen(url: str, most: int) -> Iterator[bytes]:
    with _opened(url) as server:
        for uid in _answer(server.uid("SEARCH", "UNSEEN"))[0].split():
            fetched = _answer(server.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{most}>)"))
            # Between the mails stand the server's own lines, as bytes.
            yield from (part[1] for part in fetched if isinstance(part, tuple))
            _answer(server.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)"))


@contextmanager
def _opened(url: str) -> Iterator[imaplib.IMAP4]:
    if not names_a_mailbox(url):
        raise ValueError("not the address of a mailbox")
    where = urlsplit(url)
    host = where.hostname or ""
    trusted = ssl.create_default_context()
    server: imaplib.IMAP4
    if where.scheme == "imap+ssl":
        server = imaplib.IMAP4_SSL(host, where.port or 993, ssl_context=trusted, timeout=SECONDS)
    else:
        server = imaplib.IMAP4(host, where.port or 143, timeout=SECONDS)
    with server:
        if where.scheme == "imap+tls":
            server.starttls(trusted)
        server.login(unquote(where.username or ""), unquote(where.password or ""))
        folder = unquote(where.path.strip("/")) or "INBOX"
        _answer(server.select('"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))))
        yield server


def _answer(answered: tuple[str, list]) -> list:
    """What a server answered. Raises imaplib.IMAP4.error when it is no."""
    yes, data = answered
    if yes != "OK":
        raise imaplib.IMAP4.error("The server said no.")
    return data
