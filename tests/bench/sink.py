"""A counting server in a process of its own: SMTP or a provider's HTTP, with a delay for each flush of replies.

In the hot path it only finds where a mail ends and who it is for; each hundredth is kept and looked at after the round.
It answers each packet `delay` seconds later, as a network of that round trip would, so replies to commands that came
together leave together.
"""

import json
import re
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection

SAMPLE = 100


@dataclass
class Tally:
    """What arrived since the last reset: every recipient, each hundredth mail, and when the last was accepted."""

    recipients: list[bytes] = field(default_factory=list)
    samples: list[bytes] = field(default_factory=list)
    last: float = 0.0

    def add(self, recipient: bytes, content: Callable[[], bytes]) -> None:
        if len(self.recipients) % SAMPLE == 0:
            self.samples.append(content())
        self.recipients.append(recipient)
        self.last = time.monotonic()


# --- Conversations: bytes in, bytes out -------------------------------------------------------------


class Smtp:
    """The server's side of RFC 5321, with the extensions that Postfix offers."""

    greeting = b"220 sink.example ESMTP\r\n"
    EHLO = b"".join(
        b"250-%s\r\n" % word for word in (b"sink.example", b"PIPELINING", b"SIZE 102400000", b"8BITMIME")
    )
    ANSWERS = {
        b"EHLO": EHLO + b"250 SMTPUTF8\r\n",
        b"HELO": b"250 sink.example\r\n",
        b"MAIL": b"250 2.1.0 Ok\r\n",
        b"RCPT": b"250 2.1.5 Ok\r\n",
        b"DATA": b"354 End data with <CR><LF>.<CR><LF>\r\n",
        b"RSET": b"250 2.0.0 Ok\r\n",
        b"NOOP": b"250 2.0.0 Ok\r\n",
        b"QUIT": b"221 2.0.0 Bye\r\n",
    }

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.buffer = bytearray()
        self.recipient = b""
        self.is_mail = False
        self.searched = 0

    def feed(self, data: bytes) -> bytes:
        """Take what came and return the replies to it."""
        self.buffer += data
        replies = b""
        while reply := self._mail() if self.is_mail else self._command():
            replies += reply
        return replies

    def _command(self) -> bytes:
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return b""
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        verb = line[:4].upper()
        if verb == b"RCPT":
            self.recipient = line[line.find(b"<") + 1 : line.find(b">")]
        self.is_mail, self.searched = verb == b"DATA", 0
        return self.ANSWERS.get(verb, b"502 5.5.2 Not here\r\n")

    def _mail(self) -> bytes:
        end = self.buffer.find(b"\r\n.\r\n", self.searched)
        if end < 0:
            self.searched = max(0, len(self.buffer) - 4)
            return b""
        self.tally.add(self.recipient, lambda: bytes(self.buffer[: end + 2]).replace(b"\r\n..", b"\r\n."))
        del self.buffer[: end + 5]
        self.is_mail = False
        return b"250 2.0.0 Ok: queued\r\n"


class Http:
    """Postmark's side of "Send a single email": https://postmarkapp.com/developer/api/email-api"""

    greeting = b""
    LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
    TO = re.compile(rb'"To": ?"(?:[^"\\]|\\.)*?([\w.+-]+@[\w.-]+)')

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.buffer = bytearray()

    def feed(self, data: bytes) -> bytes:
        """Take what came and return the answer, once the request is whole."""
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n") + 4
        length = self.LENGTH.search(self.buffer, 0, head) if head > 3 else None
        if head <= 3 or (length and len(self.buffer) < head + int(length[1])):
            return b""
        asked, body = bytes(self.buffer[:head]), bytes(self.buffer[head:])
        self.buffer.clear()
        return self._answer(body) if asked.startswith(b"POST /email ") else self._say(b"404 Not Found", {})

    def _answer(self, body: bytes) -> bytes:
        found = self.TO.search(body)
        recipient = found[1] if found else b""
        self.tally.add(recipient, lambda: body)
        number = len(self.tally.recipients)
        said = {"ErrorCode": 0, "Message": "OK", "To": recipient.decode(), "MessageID": f"{number:032x}"}
        return self._say(b"200 OK", said)

    @staticmethod
    def _say(status: bytes, said: dict) -> bytes:
        text = json.dumps(said).encode()
        kind = b"Content-Type: application/json\r\nContent-Length: %d" % len(text)
        return b"HTTP/1.1 %s\r\n%s\r\n\r\n%s" % (status, kind, text)


# --- The process ----------------------------------------------------------------------------------


class Server:
    """One thread, one epoll, any number of connections."""

    def __init__(self, control: Connection, conversation: type, delay: float) -> None:
        self.control, self.conversation, self.delay = control, conversation, delay
        self.tally = Tally()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.poll = select.epoll()
        for watched in (control, self.listener):
            self.poll.register(watched.fileno(), select.EPOLLIN)
        self.talks: dict[int, tuple[socket.socket, Smtp | Http]] = {}
        self.waiting: deque[tuple[float, int, bytes]] = deque()
        control.send(self.listener.getsockname()[1])

    def run(self) -> None:
        while True:
            for number, _ in self.poll.poll(self.patience()):
                if number == self.listener.fileno():
                    self.accept()
                elif number == self.control.fileno():
                    self.obey()
                else:
                    self.hear(number)
            self.send_waiting()

    def patience(self) -> float | None:
        # epoll counts whole milliseconds and rounds up: half a one less makes it exact on average.
        return max(0.0, self.waiting[0][0] - time.monotonic() - 0.0005) if self.waiting else None

    def accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = connection.fileno()
        self.talks[number] = connection, self.conversation(self.tally)
        self.poll.register(number, select.EPOLLIN)
        self.reply(number, self.conversation.greeting)

    def hear(self, number: int) -> None:
        connection, talk = self.talks[number]
        try:
            data = connection.recv(262_144)
        except OSError:
            data = b""
        if data:
            self.reply(number, talk.feed(data))
        else:
            self.hang_up(number)

    def reply(self, number: int, words: bytes) -> None:
        if words and self.delay:
            self.waiting.append((time.monotonic() + self.delay, number, words))
        elif words:
            self.send(number, words)

    def send_waiting(self) -> None:
        soon = time.monotonic() + 0.0005
        while self.waiting and self.waiting[0][0] <= soon:
            _, number, words = self.waiting.popleft()
            self.send(number, words)

    def send(self, number: int, words: bytes) -> None:
        try:
            if number in self.talks:
                self.talks[number][0].sendall(words)
        except OSError:
            self.hang_up(number)

    def hang_up(self, number: int) -> None:
        self.poll.unregister(number)
        self.talks.pop(number)[0].close()
        self.waiting = deque(reply for reply in self.waiting if reply[1] != number)

    def obey(self) -> None:
        """What the benchmark asks: "count", "take" (the tally; a new one begins) or "open" (connections)."""
        asked = self.control.recv()
        if asked == "count":
            self.control.send((len(self.tally.recipients), self.tally.last))
        elif asked == "open":
            self.control.send(len(self.talks))
        elif asked == "take":
            self.control.send(self.tally)
            self.tally = Tally()
            for _, talk in self.talks.values():
                talk.tally = self.tally


def serve(control: Connection, conversation: type, delay: float) -> None:
    """The process itself; it ends with whoever started it."""
    with suppress(EOFError, KeyboardInterrupt):
        Server(control, conversation, delay).run()


@dataclass
class Sink:
    """The benchmark's end of it."""

    port: int
    control: Connection

    def ask(self, word: str):
        self.control.send(word)
        return self.control.recv()

    def wait_for(self, how_many: int, seconds: float, every: float = 0.02) -> float:
        """Wait until so many arrived; return when the last did (monotonic). Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (found := self.ask("count"))[0] < how_many:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found[0]} of {how_many} mails arrived within {seconds:.0f} s.")
            time.sleep(every)
        return found[1]


@contextmanager
def open_sink(conversation: type, delay: float = 0.0) -> Iterator[Sink]:
    """A sink on a port of its own."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(theirs, conversation, delay), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Sink(ours.recv(), ours)
    finally:
        process.kill()
        process.join()
