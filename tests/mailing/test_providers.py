"""A provider over HTTP: its answers are told apart, and where it gives none, nothing is called sent or failed."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, unquote_plus

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from practice.mailing.messages import Letter
from practice.mailing.transport import open_transport
from tests.mailing.scripted_http import scripted_provider, use_any, use_provider
from tests.mailing.scripted_smtp import DROP, STALL, free_port
from tests.mailing.sending import SLOT, send_due


@pytest.fixture
def provider(settings):
    with scripted_provider() as server:
        use_provider(settings, server.url)
        yield server


def after(row, minutes=0):
    send_due(SLOT + timedelta(minutes=minutes))
    row.refresh_from_db()
    return row


def test_an_email_goes_out_with_ids_only_and_nothing_that_watches(planned, provider):
    row = after(planned)
    assert (row.state, row.provider_id, row.phase) == ("accepted", "id-1", "api")
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


def test_a_provider_may_name_the_time_as_a_date(planned, provider):
    dates = {"Date": "Sun, 08 Mar 2026 09:00:00 GMT", "Retry-After": "Sun, 08 Mar 2026 09:20:00 GMT"}
    provider.answer = 503, dates, {}
    assert after(planned).due_at == SLOT + timedelta(minutes=20)


def test_a_provider_that_asks_for_patience_is_left_alone_with_all_that_waits(several, provider, settings):
    settings.CONNECTIONS = 1
    provider.answer = 429, {"Retry-After": "600"}, {}
    for minutes in range(10):
        send_due(SLOT + timedelta(minutes=minutes))
    assert len(provider.requests) == 1
    assert set(several.values_list("state", "due_at", "attempts")) == {
        ("due", SLOT + timedelta(minutes=10), 0)
    }
    provider.answer = None
    send_due(SLOT + timedelta(minutes=10))
    assert set(several.values_list("state", flat=True)) == {"accepted"}
    assert len(provider.accepted) == 5


@pytest.mark.parametrize(
    "told", ["soon", "-5", "", "Sun, 99 Mar 2026 09:20:00 GMT", "Sun, 08 Mar 2026 09:20:00 -0000"]
)
def test_a_time_that_cannot_be_read_is_no_time(planned, provider, told):
    provider.answer = 429, {"Retry-After": told}, {}
    assert after(planned).due_at == SLOT + timedelta(minutes=1)


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


@pytest.mark.parametrize("to", ["nobody", "<>", "a@example.org, b@"])
def test_an_answer_that_cannot_be_read_is_no_refusal(planned, provider, to):
    provider.answer = 200, {}, {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": to}
    assert after(planned).state in ("uncertain", "accepted")


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
    use_provider(settings, f"http://127.0.0.1:{free_port()}")
    row = after(planned)
    assert (row.state, row.attempts, row.reason) == ("due", 0, "The mail provider cannot be reached.")


@pytest.fixture
def self_signed(tmp_path):
    """A certificate that nobody vouches for."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, SLOT, SLOT + timedelta(days=9999))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "both.pem"
    path.write_bytes(pem + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


def test_somebody_else_in_the_place_of_the_provider_gets_nothing(planned, settings, self_signed):
    with scripted_provider(self_signed) as server:
        use_provider(settings, server.url.replace("http:", "https:"))
        row = after(planned)
        assert (row.state, row.attempts, row.reason) == ("due", 0, "The mail provider cannot be reached.")
        assert server.requests == []


def test_a_proxy_out_of_reach_is_no_email_s_fault(planned, settings, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    use_provider(settings, "http://provider.example")
    row = after(planned)
    assert (row.state, row.reason) == ("due", "The mail provider cannot be reached.")


def test_emails_go_through_the_proxy_that_the_environment_names(planned, provider, settings, monkeypatch):
    monkeypatch.setenv("http_proxy", provider.url)
    use_provider(settings, "http://provider.example")
    assert after(planned).state == "accepted"
    assert provider.requests[0].path == "http://provider.example/email"


def test_an_address_with_a_line_break_reaches_no_provider(planned, provider):
    type(planned.client).objects.update(email="ada@example.org\nBcc: all@example.org")
    assert after(planned).state == "failed"
    assert provider.accepted == []


def test_many_emails_share_one_connection(several, provider):
    send_due()
    assert {row.state for row in several.all()} == {"accepted"}
    assert (len(provider.accepted), provider.connections) == (5, 1)


# --- What each provider is told -------------------------------------------------------------------

DONE = {"id": "1", "message": "Queued. Thank you."}
ONE = {"status": "success", "job_id": "1", "emails": ["ada@example.org"]}
#: For each provider of Anymail: what it says to an email that it takes, and how it is told to watch nobody.
PROVIDERS = {
    "brevo": ({"messageId": "1"}, None),
    "mailersend": ({"warnings": []}, {"settings": {"track_opens": False, "track_clicks": False}}),
    "mailgun": (DONE, {"o:tracking-opens": ["no"], "o:tracking-clicks": ["no"]}),
    "mailjet": (
        {"Messages": [{"Status": "success", "To": [{"Email": "ada@example.org", "MessageID": 1}]}]},
        {"Globals": {"TrackOpens": "disabled", "TrackClicks": "disabled"}},
    ),
    "mailtrap": ({"success": True, "message_ids": ["1"]}, None),
    "mandrill": (
        [{"email": "ada@example.org", "status": "sent", "_id": "1"}],
        {"message": {"track_opens": False, "track_clicks": False}},
    ),
    "postal": (
        {"status": "success", "data": {"messages": {"ada@example.org": {"id": 1}}, "message_id": "1"}},
        None,
    ),
    "postmark": (
        {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "ada@example.org"},
        {"TrackOpens": False, "TrackLinks": "None"},
    ),
    "resend": (DONE, None),
    "scaleway": ({"emails": [{"id": "1", "mail_rcpt": "ada@example.org", "status": "new"}]}, None),
    "sparkpost": (
        {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "1"}},
        {"options": {"open_tracking": False, "click_tracking": False}},
    ),
    "unisender_go": (ONE, {"message": {"track_read": 0, "track_links": 0}}),
}
HAVE_NO_METADATA = {"mailersend", "postal"}


def contains(told, wanted):
    return all(
        contains(told[key], value) if isinstance(value, dict) else told[key] == value
        for key, value in wanted.items()
    )


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_provider_is_told_to_watch_nobody_where_it_can_be_told(planned, provider, settings, name):
    said, off = PROVIDERS[name]
    use_any(settings, provider.url, name)
    provider.answer = (
        202 if name == "mailersend" else 200,
        {"X-Message-Id": "1", "Content-Type": "application/json"},
        said,
    )
    row = after(planned)
    assert (row.state, row.reason) == ("accepted", "")
    (request,) = provider.requests
    told = parse_qs(request.body.decode()) if name == "mailgun" else json.loads(request.body)
    assert contains(told, off or {})
    words = unquote_plus(request.body.decode())
    assert (row.token in words, "ada@example.org" in words) == (True, True)
    assert ("delivery" in words) is (name not in HAVE_NO_METADATA)
    assert ("track" in words.lower().replace("for-tests", "")) is bool(off)


def test_a_provider_is_sent_an_email_it_has_no_words_to_keep_unwatched(planned, provider, settings):
    """Anymail refuses what a provider cannot do. An email that cannot leave at all would be worse."""
    use_provider(settings, provider.url, "resend")
    assert after(planned).state == "accepted"
    assert open_transport().deaf_to == {"track_opens", "track_clicks"}


@pytest.mark.parametrize("field", ["subject", "from_email"])
def test_a_line_break_reaches_no_provider(planned, provider, field):
    letter = Letter(
        "Hello", "Hello", "m@example.com", ["ada@example.org"], headers={"Date": "", "Message-ID": ""}
    )
    setattr(letter, field, "m@example.com\nBcc: all@example.org")
    assert open_transport().send(letter).kind == "refused"
    assert provider.requests == []
