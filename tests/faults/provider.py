"""The provider: an SMTP server and the HTTP APIs of Postmark and Resend, in a process of their own.

    python -m tests.faults.provider FOLDER

It writes FOLDER/accepted.log and prints its two ports. `PUT /script` at the HTTP port tells it what to do (script.py).
"""

import json
import sys
import threading
import time
from email import message_from_bytes
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.faults import script
from tests.mailing import scripted_smtp

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


class Http(ThreadingHTTPServer):
    """The HTTP side. Keeps what it accepted, to answer a repeated key and a lookup."""

    daemon_threads = True

    def __init__(self, told: script.Script, log: script.AcceptLog) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.told, self.log, self.lock = told, log, threading.Lock()
        self.by_key: dict[str, str] = {}
        self.taken: list[dict] = []

    def take(self, message_id: str, recipient: str, metadata: dict, told: str) -> str:
        """Accept an email. Returns the provider's own id of it."""
        self.log.write(message_id, recipient, told)
        with self.lock:
            provider_id = f"00000000-0000-4000-8000-{len(self.taken):012d}"
            self.taken.append(
                {"MessageID": provider_id, "Status": "Sent", "Recipients": [recipient], "Metadata": metadata}
            )
        return provider_id

    def handle_error(self, request, client_address):
        pass  # a client that was killed


class Conversation(BaseHTTPRequestHandler):
    """One connection, kept for many requests."""

    protocol_version = "HTTP/1.1"
    server: Http

    def do_PUT(self):
        self.server.told.change(self.body())
        self.answer(200, {})

    def do_POST(self):
        asked = self.body()
        if self.path == "/postmark/email":
            headers = {header["Name"]: header["Value"] for header in asked.get("Headers", [])}
            self.take(headers["Message-ID"], asked["To"], asked.get("Metadata", {}), key=None)
        elif self.path == "/resend/emails":
            headers = asked["headers"]
            metadata = json.loads(headers.get("X-Metadata", "{}"))
            self.take(headers["Message-ID"], asked["to"][0], metadata, self.headers["Idempotency-Key"])
        else:
            self.answer(404, {"Message": "no such thing"})

    def do_GET(self):
        """Postmark's search of outbound messages, by metadata."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        wanted = {
            name.removeprefix("metadata_"): value
            for name, value in asked.items()
            if name.startswith("metadata_")
        }
        with self.server.lock:
            found = [email for email in self.server.taken if wanted.items() <= email["Metadata"].items()]
        self.answer(200, {"TotalCount": len(found), "Messages": found})

    def take(self, message_id: str, to: str, metadata: dict, key: str | None) -> None:
        recipient = parseaddr(to)[1]
        rule = self.server.told.asks("API", recipient) or {"does": 200}
        does = rule["does"]
        if does == script.DROP:
            self.close_connection = True
            return
        if isinstance(does, int) and does >= 400:
            self.answer(does, {"ErrorCode": does, "Message": "as scripted"}, rule.get("headers", {}))
            return
        if key and key in self.server.by_key:
            provider_id = self.server.by_key[key]  # once accepted, and not again
        else:
            provider_id = self.server.take(message_id, recipient, metadata, str(does))
            if key:
                self.server.by_key[key] = provider_id
        if does == script.ACCEPT_STALL:
            time.sleep(20)
        if does in (script.ACCEPT_DROP, script.ACCEPT_STALL):
            self.close_connection = True
            return
        self.answer(
            200, {"id": provider_id, "MessageID": provider_id, "To": to, "ErrorCode": 0, "Message": "OK"}
        )

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
