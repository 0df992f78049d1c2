"""A provider over HTTP: its answers are told apart, and where it gives none, nothing is called sent or failed."""

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.mailing.scripted_smtp import DROP, STALL, free_port
from tests.mailing.sending import SLOT, send_due

ACCEPTED = {"ErrorCode": 0, "Message": "OK", "MessageID": "abc-1"}


class Provider(BaseHTTPRequestHandler):
    """Speaks as Postmark does."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if server.answer is DROP or server.answer is STALL:
            server.accepted.append(posted)
            if server.answer is STALL:
                time.sleep(1.5)
            self.close_connection = True
            return
        status, headers, body = server.answer or (
            200,
            {},
            ACCEPTED | {"To": posted["To"]},
        )
        if status == 200:
            server.accepted.append(posted)
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.answer, server.accepted = None, []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    use_provider(settings, server.server_port)
    yield server
    server.shutdown()
    server.server_close()


def use_provider(settings, port):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "letters@example.com"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "for-tests",
        "POSTMARK_API_URL": f"http://127.0.0.1:{port}/",
        "REQUESTS_TIMEOUT": 1,
    }


def after(row, minutes=0):
    send_due(SLOT + timedelta(minutes=minutes))
    row.refresh_from_db()
    return row


def test_an_email_goes_out_with_ids_only_and_nothing_that_watches(planned, provider):
    row = after(planned)
    assert (row.state, row.provider_id, row.phase) == ("accepted", "abc-1", "api")
    (posted,) = provider.accepted
    assert posted["Metadata"] == {"delivery": str(row.pk)}
    assert posted["TrackOpens"] is False
    assert posted["TrackLinks"] == "None"
    headers = {header["Name"]: header["Value"] for header in posted["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == row.message_id
    assert row.token in posted["TextBody"]


def test_a_provider_that_names_a_time_is_asked_again_then(planned, provider):
    provider.answer = 429, {"Retry-After": "600"}, {}
    row = after(planned)
    assert (row.state, row.code, row.due_at) == ("due", 429, SLOT + timedelta(minutes=10))
    provider.answer = None
    assert after(planned, minutes=9).state == "due"
    assert after(planned, minutes=10).state == "accepted"


def test_a_provider_in_trouble_is_asked_again(planned, provider):
    provider.answer = 500, {}, {}
    assert after(planned).state == "due"
    provider.answer = None
    assert after(planned, minutes=1).state == "accepted"
    assert len(provider.accepted) == 1


@pytest.mark.parametrize("answer", [DROP, STALL, (504, {}, {}), (502, {}, {})])
def test_no_answer_from_the_provider_itself_is_never_called_sent_or_failed(planned, provider, answer):
    provider.answer = answer
    assert after(planned).state == "uncertain"
    provider.answer = None
    assert after(planned, minutes=30).state == "uncertain"


def test_an_address_that_the_provider_refuses_is_final(planned, provider):
    said = (
        "You tried to send to a recipient that has been marked as inactive.\n"
        "Found inactive addresses: ada@example.org.\n"
        "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
    )
    provider.answer = 422, {}, {"ErrorCode": 406, "Message": said}
    row = after(planned)
    assert (row.state, row.reason) == ("failed", "The mail provider refused it.")


def test_a_yes_that_names_nobody_is_not_believed(planned, provider):
    provider.answer = 422, {}, {"ErrorCode": 406, "Message": "Something new."}
    assert after(planned).state == "uncertain"


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_holds_everything_and_says_so(planned, provider, status):
    provider.answer = status, {}, {}
    row = after(planned)
    assert (row.state, row.attempts) == ("due", 0)
    assert "does not let us in" in row.reason


def test_a_provider_out_of_reach_costs_no_attempt(planned, settings):
    use_provider(settings, free_port())
    row = after(planned)
    assert (row.state, row.attempts, row.reason) == ("due", 0, "The mail provider cannot be reached.")


def test_an_address_with_a_line_break_reaches_no_provider(planned, provider):
    type(planned.client).objects.update(email="ada@example.org\nBcc: all@example.org")
    assert after(planned).state == "failed"
    assert provider.accepted == []
