"""A provider over HTTP that does as it is told and remembers every request: Postmark's API, Resend's and Brevo's."""

import json
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.mailing.scripted_smtp import DROP, STALL

OK = {"ErrorCode": 0, "Message": "OK"}


class ScriptedProvider(ThreadingHTTPServer):
    """`answer`: None for the usual, (status, headers, body), or DROP or STALL, with which the email is taken all the
    same. `hides`: the list does not show what was taken.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer, self.hides, self.now = None, False, datetime.now(UTC)
        self.requests, self.accepted, self.by_key, self.connections = [], [], {}, 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        pass  # a client that went away

    def process_request(self, *args):
        self.connections += 1
        super().process_request(*args)


@contextmanager
def scripted_provider(certificate=None):
    """`certificate`: a file with one and its key, to speak TLS."""
    server = ScriptedProvider()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


class Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Postmark's search of sent messages."""
        self.server.requests.append(self)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        found = [] if self.server.hides else [row for row in self.server.accepted if self.shows(row, asked)]
        if self.headers["X-Postmark-Server-Token"] != "for-tests":
            self.say(401, {}, {"ErrorCode": 10, "Message": "no such token"})
        elif self.server.answer:
            self.say(*self.server.answer)
        else:
            self.say(200, {}, {"TotalCount": len(found), "Messages": found})

    def shows(self, row, asked):
        return (
            asked["recipient"] in row["Recipients"]
            and row["Metadata"].get("delivery") == asked["metadata_delivery"]
            and {"count", "offset"} <= asked.keys()
        )

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(self)
        answer = self.server.answer
        if isinstance(answer, tuple):
            return self.say(*answer)
        told = self.taken(json.loads(self.body)) if answer in (None, DROP, STALL) else answer
        if answer in (DROP, STALL):
            time.sleep(1.5 if answer is STALL else 0)
            self.close_connection = True
            return None
        return self.say(*told)

    def taken(self, posted):
        """Take an email, unless its key says that it was taken before. Returns what to answer."""
        server, provider_id = self.server, f"id-{len(self.server.accepted) + 1}"
        if self.path == "/resend/emails":
            key = self.headers["Idempotency-Key"]
            if key in server.by_key:
                before, body = server.by_key[key]
                return (
                    (200, {}, {"id": before})
                    if body == self.body
                    else (409, {}, {"name": "invalid_idempotent_request"})
                )
            server.by_key[key] = provider_id, self.body
            said = {"id": provider_id}
        elif self.path == "/brevo/smtp/email":
            key = posted["headers"]["idempotencyKey"]
            if key in server.by_key:
                return 400, {}, {"code": "duplicate_parameter", "message": "idempotencyKey was used"}
            server.by_key[key] = provider_id, self.body
            said = {"messageId": provider_id}
        else:
            said = OK | {"MessageID": provider_id, "To": posted["To"]}
        server.accepted.append(
            posted
            | {
                "MessageID": provider_id,
                "Recipients": [str(posted.get("To") or posted["to"]).rpartition("<")[2].rstrip(">")],
                "Metadata": posted.get("Metadata", {}),
                "ReceivedAt": server.now.isoformat(),
            }
        )
        return 200, {}, said

    def say(self, status, headers, body):
        content = json.dumps(body).encode()
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def use_provider(settings, url, name="postmark", **more):
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "letters@example.com"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "for-tests",
        "POSTMARK_API_URL": f"{url}/",
        "RESEND_API_KEY": "for-tests",
        "RESEND_API_URL": f"{url}/resend/",
        "BREVO_API_KEY": "for-tests",
        "BREVO_API_URL": f"{url}/brevo/",
        "REQUESTS_TIMEOUT": 1,
        **more,
    }
