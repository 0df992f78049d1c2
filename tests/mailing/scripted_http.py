"""A provider over HTTP that does as it is told and remembers every request: Postmark's API, Resend's and Brevo's."""

import json
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parseaddr
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.mailing.postmark_search import search
from tests.mailing.scripted_smtp import DROP, STALL

OK = {"ErrorCode": 0, "Message": "OK"}


def inactive(address):
    """What Postmark says to an email for an address to which it writes no more."""
    said = (
        "You tried to send to a recipient that has been marked as inactive.\n"
        f"Found inactive addresses: {address}.\n"
        "Inactive recipients are ones that have generated a hard bounce, a spam complaint or a manual suppression."
    )
    return 422, {}, {"ErrorCode": 406, "Message": said}


class ScriptedProvider(ThreadingHTTPServer):
    """`answer`: None for the usual, (status, headers, body), or DROP or STALL, with which the email is taken all the
    same; `takes_all_the_same`: so it is with any answer. `hides`: the list does not show what was taken. `inactive`:
    the addresses that Postmark writes to no more, and why; `listed`: what it says of them instead.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer, self.takes_all_the_same = None, False
        self.hides, self.now = False, datetime.now(UTC)
        self.inactive, self.listed = {}, None
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
        """Postmark's search of sent messages, or of addresses that it writes to no more."""
        self.server.requests.append(self)
        if self.headers["X-Postmark-Server-Token"] != "for-tests":
            self.say(401, {}, {"ErrorCode": 10, "Message": "no such token"})
        elif self.server.answer:
            self.say(*self.server.answer)
        elif self.path.startswith("/message-streams/outbound/suppressions/dump?"):
            part = parse_qs(urlsplit(self.path).query)["EmailAddress"][0]
            rows = [
                {"EmailAddress": to, "SuppressionReason": why} for to, why in self.server.inactive.items()
            ]
            found = [row for row in rows if part in row["EmailAddress"]]
            self.say(200, {}, {"Suppressions": found} if self.server.listed is None else self.server.listed)
        else:
            status, found = search(self.path, [] if self.server.hides else self.server.accepted)
            self.say(status, {}, found)

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(self)
        answer = self.server.answer
        scripted = isinstance(answer, tuple)
        if scripted and not self.server.takes_all_the_same:
            return self.say(*answer)
        told = self.taken(json.loads(self.body))
        if answer in (DROP, STALL):
            time.sleep(1.5 if answer is STALL else 0)
            self.close_connection = True
            return None
        return self.say(*(answer if scripted else told))

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
        elif (to := parseaddr(posted["To"])[1]) in server.inactive:
            return inactive(to)
        else:
            said = OK | {"MessageID": provider_id, "To": posted["To"]}
        server.accepted.append(
            posted
            | {
                "MessageID": provider_id,
                "Recipients": [str(posted.get("To") or posted["to"]).rpartition("<")[2].rstrip(">")],
                "Metadata": posted.get("Metadata", {}),
                "MessageStream": posted.get("MessageStream", "outbound"),
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


def use_any(settings, url, name):
    """Let mail leave through any of Anymail's providers, at this server."""
    use_provider(settings, url, name)
    prefix = name.upper()
    for key in ("API_KEY", "SECRET_KEY", "API_TOKEN", "SERVER_TOKEN", "PROJECT_ID"):
        settings.ANYMAIL[f"{prefix}_{key}"] = "for-tests"
    settings.ANYMAIL[f"{prefix}_API_URL"] = f"{url}/api/"
