"""Fetches one public web page, and nothing else that a server inside the practice's network could reach.

Every address is checked before it is connected to, on every redirect, and the connection goes to the very
address that was checked, so that a name cannot point elsewhere a moment later.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from resources.draft import ImportProblem

SECONDS = 5.0
LARGEST = 2 * 1024 * 1024
REDIRECTS = 5
READABLE = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")

# Looked up by whoever shows them: the thread that fetches does not know the language.
NOT_WEB = gettext_lazy(
    "This is not a web address that can be fetched; it should begin with https://. "
    "Copy the text of the page and paste it instead."
)
NOT_FOUND = gettext_lazy(
    "There is no page at this address, or its server does not answer. Check it for typing errors. "
    "Copy the text of the page and paste it instead."
)
NOT_PUBLIC = gettext_lazy(
    "This address is not on the public web, so it is not fetched. "
    "Copy the text of the page and paste it instead."
)
TOO_SLOW = gettext_lazy(
    "The page took longer than 5 seconds. Copy the text of the page and paste it instead."
)
TOO_LARGE = gettext_lazy("The page has more than 2 MB. Copy the text of the page and paste it instead.")
TOO_MANY = gettext_lazy(
    "The page sends its visitors on too many times. Copy the text of the page and paste it instead."
)
NOT_TEXT = gettext_lazy(
    "This address is not a page of text. If it is a file, download it and choose it here as a file."
)
REFUSED = gettext_lazy(
    "The page's server answered {status}. If you see the page in your browser, copy its text and paste it."
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass
class Fetched:
    """What came back: the path of the last address, whether it is plain text, and the bytes."""

    path: str
    is_plain: bool
    body: bytes


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet, and not one that leads to an inner one in disguise."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or [None, None])[1]
        if inner is not None or address in ipaddress.ip_network("64:ff9b::/96"):
            return bool(address.ipv4_mapped and is_public(address.ipv4_mapped))
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def fetch(url: str, *, allowed: Callable[[Address], bool] = is_public, seconds: float = SECONDS) -> Fetched:
    """The page at a public http or https address, within `seconds` in all and 2 MB.

    Raises ImportProblem, whose message says what to do instead.
    """
    outcome: list[Fetched | Exception] = []
    fetching = _Fetching(allowed, time.monotonic() + seconds)

    def run() -> None:
        try:
            outcome.append(fetching.follow(url.strip()))
        except Exception as error:  # handed to the caller's thread below
            outcome.append(error)

    # A name server that never answers cannot be interrupted, so it is waited for in a thread.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    fetching.stop()
    result = outcome[0] if outcome else ImportProblem(TOO_SLOW)
    if isinstance(result, Fetched):
        return result
    if isinstance(result, ImportProblem):
        raise result
    if isinstance(result, TimeoutError) or fetching.is_late():
        raise ImportProblem(TOO_SLOW) from result
    if isinstance(result, OSError | http.client.HTTPException | ValueError):
        raise ImportProblem(NOT_FOUND) from result
    raise result


class _Fetching:
    """One fetch with its deadline and the connection it holds at the moment."""

    def __init__(self, allowed: Callable[[Address], bool], deadline: float) -> None:
        self.allowed = allowed
        self.deadline = deadline
        self.connection: http.client.HTTPConnection | None = None
        self.stopped = False

    def is_late(self) -> bool:
        return time.monotonic() >= self.deadline

    def left(self) -> float:
        """Seconds left; raises TimeoutError when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0 or self.stopped:
            raise TimeoutError
        return left

    def stop(self) -> None:
        """Ends a fetch that is still going on, even one that a server feeds a byte at a time."""
        self.stopped = True
        held = self.connection.sock if self.connection else None
        if held is not None:
            with contextlib.suppress(OSError):  # it may have ended already
                held.shutdown(socket.SHUT_RDWR)

    def follow(self, url: str) -> Fetched:
        for _ in range(REDIRECTS + 1):
            parts = _checked(url)
            response = self.ask(parts)
            if response.status in (301, 302, 303, 307, 308) and (onward := response.getheader("Location")):
                url = urljoin(url, onward)
                continue
            if response.status != 200:
                raise ImportProblem(format_lazy(REFUSED, status=response.status))
            kind = (response.getheader("Content-Type") or "text/html").split(";")[0].strip().lower()
            if kind not in READABLE:
                raise ImportProblem(NOT_TEXT)
            return Fetched(parts.path, kind in READABLE[2:], self.read(response))
        raise ImportProblem(TOO_MANY)

    def ask(self, parts: SplitResult) -> http.client.HTTPResponse:
        """Sends the request to an address of the host that was checked a moment before."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = self.checked_address(host, port)
        connection = http.client.HTTPConnection(host, port)
        sock = socket.create_connection((str(address), port), timeout=self.left())
        if parts.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        connection.sock = sock
        if self.connection:
            self.connection.close()
        self.connection = connection
        sock.settimeout(self.left())
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept": ", ".join(READABLE), "Accept-Encoding": "identity", "User-Agent": "Interlude"}
        connection.request("GET", path, headers=headers)
        return connection.getresponse()

    def checked_address(self, host: str, port: int) -> Address:
        """The host's first address, once all of them have been found to be public."""
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        self.left()
        addresses = [ipaddress.ip_address(str(text).split("%")[0]) for text in found]
        if not addresses or not all(map(self.allowed, addresses)):
            raise ImportProblem(NOT_PUBLIC)
        return addresses[0]

    def read(self, response: http.client.HTTPResponse) -> bytes:
        body = b""
        while chunk := response.read1(65536):
            body += chunk
            if len(body) > LARGEST:
                raise ImportProblem(TOO_LARGE)
            self.left()
        return body


def _checked(url: str) -> SplitResult:
    """The parts of a web address. Raises ImportProblem for any other scheme, a user name, odd letters."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        url.encode("ascii") if is_web else None
    except ValueError:
        is_web = False
    if not is_web or parts.username is not None or any(c <= " " for c in url):
        raise ImportProblem(NOT_WEB)
    return parts
