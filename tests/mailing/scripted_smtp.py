"""An SMTP server that does in each phase what a test tells it: answer a line, drop the connection, or stall."""

import socket
import socketserver
import threading
from contextlib import contextmanager

DROP = object()
STALL = object()

USUAL = {
    "CONNECT": "220 ready",
    "EHLO": "250 hello",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 queued",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


class Gone(Exception):
    pass


class Conversation(socketserver.StreamRequestHandler):
    someone = False  # whether a recipient was accepted since MAIL

    def handle(self):
        server = self.server
        server.connections += 1
        try:
            self.say("CONNECT")
            while line := self.rfile.readline():
                verb = line.split()[0].split(b":")[0].upper().decode()
                self.recipient = line.decode().strip() if verb == "RCPT" else getattr(self, "recipient", "")
                if verb == "DATA" and not self.someone:
                    self.reply("554 5.5.1 no valid recipients")
                    continue
                self.say(verb)
                if verb in ("MAIL", "RCPT"):
                    self.someone = verb == "RCPT" and self.last.startswith("2")
                if verb == "DATA" and self.last.startswith("354"):
                    self.take_message()
                if verb == "QUIT":
                    return
        except (Gone, ConnectionError):
            self.connection.close()

    def take_message(self):
        if self.server.script_for("BODY", self.recipient) is DROP:
            self.rfile.readline()
            raise Gone
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise Gone
            lines.append(line[1:] if line.startswith(b"..") else line)
        answer = self.server.script_for("DOT", self.recipient)
        if not isinstance(answer, str) or answer.startswith("2"):
            self.server.accept(b"".join(lines), answer)  # kept, whatever the client gets to hear
        self.reply(answer)

    def say(self, phase):
        self.reply(self.server.script_for(phase, self.recipient if phase in ("RCPT", "DATA", "DOT") else ""))

    def reply(self, answer):
        if answer is DROP:
            raise Gone
        if answer is STALL:
            self.server.released.wait(20)
            raise Gone
        self.last = answer
        self.wfile.write(answer.encode() + b"\r\n")


class ScriptedServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.script, self.accepted, self.connections = {}, [], 0
        self.usual = dict(USUAL)
        self.released = threading.Event()

    def script_for(self, phase, recipient):
        """What a test asked for: a line, DROP, STALL, or a function of the RCPT line (None: as usual)."""
        asked = self.script.get(phase)
        if callable(asked):
            asked = asked(recipient)
        return asked or self.usual.get(phase)

    def accept(self, content, answer):
        self.accepted.append(content)

    def handle_error(self, request, client_address):
        pass


@contextmanager
def scripted_server():
    with ScriptedServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()


def free_port():
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
