"""Connections to a mail server, driven directly: bytes out, replies in.

Saying something waits for nothing. What many connections wait for is waited for at once (`gather`), so that none of
them takes the others' time.
"""

import select
import socket
from collections.abc import Collection
from ssl import SSLWantReadError, SSLWantWriteError
from time import monotonic

from django.utils.translation import gettext_noop

#: What a socket raises where it would have to wait.
NOT_YET = (BlockingIOError, SSLWantReadError, SSLWantWriteError)
#: No reply is longer: RFC 5321, 4.5.3.1.5 allows lines of 512 octets.
LONGEST_REPLY = 65_536


class Wire:
    """A socket on which a server waits for commands.

    A server that takes nothing of what is said, and answers nothing, for `patience` seconds is given up.
    """

    def __init__(self, sock: socket.socket, patience: float) -> None:
        self.sock, self.patience = sock, patience
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self.until = 0.0
        self.error: OSError | None = None
        self._saying = memoryview(b"")
        self._awaited = 0
        self._replies: list[bytes] = []
        self._heard = b""
        #: How much of what was said last went out.
        self.went_out = 0

    def say(self, data: bytes, replies: int) -> None:
        """Begin to say something that so many `replies` will answer. Raises OSError."""
        self.until = monotonic() + self.patience
        self._saying, self.went_out, self._awaited = memoryview(data), 0, replies
        self._send()
        self._raise_error()

    def hear(self) -> tuple[int, str]:
        """The next reply: its code, -1 if it has none, and its text. Raises OSError, such as TimeoutError."""
        if not self._replies:
            gather([self])
        if not self._replies:
            self._raise_error()
            raise TimeoutError(gettext_noop("The server did not answer."))
        self._awaited -= 1
        return _read(self._replies.pop(0))

    def give_back(self) -> None:
        """Leave the socket as others expect it: it waits."""
        self.sock.settimeout(self.patience)

    # --- For gather -------------------------------------------------------------------------------

    @property
    def waits(self) -> bool:
        """Whether there is something left to say or to hear."""
        return self.error is None and (self._is_saying or len(self._replies) < self._awaited)

    @property
    def waits_for(self) -> int:
        """For poll: what it waits for."""
        return select.POLLIN | (select.POLLOUT if self._is_saying else 0)

    def go_on(self) -> None:
        """Say and hear as much as can be without waiting."""
        self._send()
        try:
            while self.waits:
                more = self.sock.recv(LONGEST_REPLY)
                if not more:
                    raise ConnectionError(gettext_noop("The server hung up."))
                self._take(more)
        except NOT_YET:
            return
        except OSError as error:
            self.error = error

    # --- How --------------------------------------------------------------------------------------

    @property
    def _is_saying(self) -> bool:
        return self.went_out < len(self._saying)

    def _send(self) -> None:
        try:
            while self._is_saying:
                self.went_out += self.sock.send(self._saying[self.went_out :])
                self.until = monotonic() + self.patience
        except NOT_YET:
            return
        except OSError as error:
            self.error = error

    def _take(self, more: bytes) -> None:
        """Take off the whole replies among what was heard. Of a reply's lines only the last has no dash."""
        self._heard += more
        begin = 0
        while (end := self._heard.find(b"\n", begin) + 1) > 0:
            if self._heard[begin + 3 : begin + 4] != b"-":
                self._replies.append(self._heard[:end])
                self._heard, begin = self._heard[end:], 0
            else:
                begin = end
        if len(self._heard) > LONGEST_REPLY:
            raise ConnectionError(gettext_noop("The server’s reply has no end."))

    def _raise_error(self) -> None:
        if self.error is not None:
            raise self.error


def gather(wires: Collection[Wire]) -> None:
    """Let all of these say and hear what they wait for, at the same time, each until its patience ends."""
    poll, waiting = select.poll(), {}
    for wire in wires:
        if wire.waits:
            waiting[wire.sock.fileno()] = wire
            poll.register(wire.sock, wire.waits_for)
    while waiting:
        left = min(wire.until for wire in waiting.values()) - monotonic()
        for number, _ in poll.poll(max(left, 0) * 1000):
            waiting[number].go_on()
            poll.modify(number, waiting[number].waits_for)
        now = monotonic()
        for number, wire in list(waiting.items()):
            if not wire.waits or wire.until <= now:
                poll.unregister(number)
                del waiting[number]


def _read(reply: bytes) -> tuple[int, str]:
    lines = reply.decode(errors="replace").splitlines()
    code, text = lines[-1][:3], "\n".join(line[4:].strip() for line in lines)
    return (
        (int(code), text)
        if code.isascii() and code.isdigit()
        else (-1, reply.decode(errors="replace").strip())
    )
