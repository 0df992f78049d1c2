"""The provider: an SMTP server and the HTTP APIs of Postmark, Resend and Brevo, in a process of their own.

    python -m tests.faults.provider FOLDER

It writes FOLDER/accepted.log and prints its two ports. `PUT /script` at the HTTP port tells it what to do (script.py).
"""

import json
import sys
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.faults import script
from tests.mailing import scripted_smtp
from tests.mailing.postmark_search import search

HELLO_WITH_PIPELINING = "250-hello\r\n250-PIPELINING\r\n250 8BITMIME"
BREAKS = {script.DROP: scripted_smtp.DROP, script.STALL: scripted_smtp.STALL}


class Talk(scripted_smtp.Conversation):
    """One SMTP connection: it keeps to the order of commands, as pipelined ones need it, and hangs up after 421."""

    mail = rcpt = False

    def say(self, phase):
        if phase == "DATA" and not self.rcpt:
            self.reply("503 5.5.1 no valid recipients")
            return
        super().say(phase)
        if phase == "MAIL":
            self.mail, self.rcpt = self.last.startswith("2"), False
        elif phase == "RCPT":
            self.rcpt = self.mail and self.last.startswith("2")

    def take_message(self):
        super().take_message()
        self.mail = self.rcpt = False

    def reply(self, answer):
        super().reply(answer)
        if self.last.startswith("421"):
            raise scripted_smtp.Gone


class Smtp(scripted_smtp.ScriptedServer):
    """The scripted server of the suite, told what to do from outside."""

    def __init__(self, told: script.Script, log: script.AcceptLog) -> None:
        super().__init__()
        self.RequestHandlerClass = Talk
        self.told, self.log = told, log

    def script_for(self, phase, recipient):
        rule = self.told.asks(phase, recipient)
        if rule:
            return BREAKS.get(rule["does"], rule["does"])
        if phase == "EHLO" and self.told.pipelining:
            return HELLO_WITH_PIPELINING
        return scripted_smtp.USUAL.get(phase)

    def accept(self, content, answer):
        email = message_from_bytes(content)
        told = answer if isinstance(answer, str) else "nothing"
        self.log.write(email["Message-ID"], parseaddr(email["To"])[1], told)


@dataclass(frozen=True)
class Posted:
    """An email as it came by one of the APIs. `asked` is all of it; with a `key` it is taken once."""

    message_id: str
    to: str
    asked: dict
    key: str | None = None

    def search_terms(self) -> dict:
        """What Postmark's search finds it by."""
        stream = self.asked.get("MessageStream", "outbound")
        return {
            "Recipients": [parseaddr(self.to)[1]],
            "Metadata": self.asked.get("Metadata", {}),
            "MessageStream": stream,
        }


def by_postmark(asked: dict, headers) -> Posted:
    own = {header["Name"]: header["Value"] for header in asked["Headers"]}
    return Posted(own["Message-ID"], asked["To"], asked)


def by_resend(asked: dict, headers) -> Posted:
    return Posted(asked["headers"]["Message-ID"], asked["to"][0], asked, headers["Idempotency-Key"])


def by_brevo(asked: dict, headers) -> Posted:
    own = asked["headers"]
    return Posted(own["Message-ID"], asked["to"][0]["email"], asked, own["idempotencyKey"])


APIS = {"/postmark/email": by_postmark, "/resend/emails": by_resend, "/brevo/smtp/email": by_brevo}


class Http(ThreadingHTTPServer):
    """The HTTP side. Keeps what it accepted, to answer a repeated key and a lookup."""

    daemon_threads = True

    def __init__(self, told: script.Script, log: script.AcceptLog) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.told, self.log, self.lock = told, log, threading.Lock()
        self.by_key: dict[str, tuple[str, Posted]] = {}
        self.taken: list[dict] = []

    def take(self, email: Posted, told: str) -> tuple[int, dict]:
        """Accept an email, unless it was accepted under its key. Returns the answer: status and body."""
        with self.lock:
            if email.key in self.by_key:
                return repeated(email, *self.by_key[email.key])
            self.log.write(email.message_id, parseaddr(email.to)[1], told)
            provider_id = f"00000000-0000-4000-8000-{len(self.taken):012d}"
            self.taken.append({"MessageID": provider_id, **email.search_terms()})
            if email.key:
                self.by_key[email.key] = provider_id, email
        return accepted(email, provider_id)

    def handle_error(self, request, client_address):
        pass  # a client that was killed


def accepted(email: Posted, provider_id: str) -> tuple[int, dict]:
    """In the words of all three."""
    ids = dict.fromkeys(("id", "MessageID", "messageId"), provider_id)
    return 200, {**ids, "To": email.to, "ErrorCode": 0, "Message": "OK"}


def repeated(email: Posted, provider_id: str, first: Posted) -> tuple[int, dict]:
    """What Brevo and Resend say to a key that they know."""
    if "idempotencyKey" in email.asked["headers"]:
        return 400, {"code": "duplicate_parameter", "message": "as scripted"}
    if email.asked != first.asked:
        return 409, {"name": "invalid_idempotent_request", "message": "another email had this key"}
    return accepted(email, provider_id)


class Conversation(BaseHTTPRequestHandler):
    """One connection, kept for many requests."""

    protocol_version = "HTTP/1.1"
    server: Http

    def do_PUT(self):
        self.server.told.change(self.body())
        self.answer(200, {})

    def do_GET(self):
        """Postmark's search of sent messages."""
        with self.server.lock:
            found = search(self.path, self.server.taken)
        self.answer(*found)

    def do_POST(self):
        if self.path not in APIS:
            self.answer(404, {"Message": "no such thing"})
            return
        email = APIS[self.path](self.body(), self.headers)
        rule = self.server.told.asks("API", parseaddr(email.to)[1]) or {"does": 200}
        does = rule["does"]
        error = does if isinstance(does, int) and does >= 400 else 0
        taken = self.server.take(email, str(does)) if does != script.DROP and not error else None
        if does == script.ACCEPT_STALL:
            time.sleep(20)
        if does in (script.DROP, script.ACCEPT_DROP, script.ACCEPT_STALL):
            self.close_connection = True
        elif error or does == script.ACCEPT_500:
            said = {"ErrorCode": error, "Message": "as scripted", "message": "as scripted"}
            self.answer(error or 500, said, rule.get("headers", {}))
        else:
            self.answer(*taken)

    def body(self) -> dict:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, body: dict, headers: dict | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


def main() -> None:
    told, log = script.Script(), script.AcceptLog(Path(sys.argv[1]) / "accepted.log")
    servers = [Smtp(told, log), Http(told, log)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps([server.server_address[1] for server in servers]), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
