"""What providers tell of an email after it left: it moves on, an address that cannot be written to is left in peace."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.assignments.models import Assignment
from practice.mailing import feedback, ledger, outbox, planning
from practice.mailing.feedback import Event, delivery_of
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from tests.cast import make_assignment, make_client, make_module
from tests.mailing.providers import PROVIDERS, SECRET, post, postmark, sendgrid, use_provider
from tests.mailing.sending import SLOT

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")


@pytest.fixture
def row(planned):
    """Ada's first email, which left."""
    return left(planned)


def left(row, state="accepted", **more):
    fields = {
        "state": state,
        "submitted_at": SLOT,
        "accepted_at": SLOT,
        "to_address": row.client.email,
        "provider_id": f"provider-{row.pk}",
        **more,
    }
    Delivery.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def told(row, *whats, by="postmark"):
    """Post these, and see what became of the email."""
    for what in whats:
        assert post(by, PROVIDERS[by](row, what)).status_code == 200
    row.refresh_from_db()
    return row.state


@pytest.fixture(autouse=True)
def uses_postmark(settings):
    use_provider(settings, "postmark")


# --- Each provider


@pytest.mark.parametrize("by", PROVIDERS)
@pytest.mark.parametrize(
    ("what", "state", "suppressed"),
    [
        ("delivered", "delivered", None),
        ("delayed", "accepted", None),
        ("returned", "bounced", None),
        ("gone", "bounced", "bounced"),
        ("complained", "complained", "complained"),
    ],
)
def test_what_each_provider_says_is_understood(settings, row, by, what, state, suppressed):
    use_provider(settings, by)
    assert told(row, what, by=by) == state
    assert list(Suppression.objects.values_list("address", "why")) == (
        [("ada@example.org", suppressed)] if suppressed else []
    )


@pytest.mark.parametrize("by", ["postmark", "sendgrid", "brevo", "mailgun"])
def test_a_wish_for_no_more_emails_is_heard_wherever_it_was_said(settings, row, by):
    use_provider(settings, by)
    assert told(row, "unsubscribed", by=by) == "accepted"
    assert Suppression.objects.get().why == "asked"


@pytest.mark.parametrize(
    ("by", "suppressed"), [("postmark", ["bounced"]), ("sendgrid", ["bounced"]), ("brevo", [])]
)
def test_what_a_provider_does_not_even_send_has_failed_and_says_why(settings, row, by, suppressed):
    use_provider(settings, by)
    assert told(row, "refused", by=by) == "failed"
    assert "did not send it" in row.reason
    assert list(Suppression.objects.values_list("why", flat=True)) == suppressed


def test_opens_and_clicks_leave_no_trace(row):
    post("postmark", postmark(row, "delivered") | {"RecordType": "Open", "FirstOpen": True})
    post(
        "postmark",
        postmark(row, "delivered") | {"RecordType": "Click", "OriginalLink": "https://example.com"},
    )
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("words", ["552 5.2.2 over quota", "550 5.7.1 policy", "452 4.1.1 try later"])
def test_a_bounce_that_is_called_final_but_is_not_about_the_address_suppresses_nothing(row, words):
    post("postmark", postmark(row, "gone", Details=f"smtp;{words}"))
    row.refresh_from_db()
    assert row.state == "bounced"
    assert not Suppression.objects.exists()


# --- Which email


def test_an_email_is_found_by_our_id_the_providers_or_its_message_id(row):
    post("postmark", postmark(row, "delivered", Metadata={}))
    row.refresh_from_db()
    assert row.state == "delivered"
    post("postmark", postmark(row, "complained", Metadata={}, MessageID=row.message_id))
    row.refresh_from_db()
    assert row.state == "complained"


def test_the_providers_id_is_looked_up_by_its_index(row):
    with CaptureQueriesContext(connection) as asked:
        delivery_of(Event("a provider", Heard.DELIVERED, provider_id=row.provider_id))
    (lookup,) = [query["sql"] for query in asked if '"provider_id" = ' in query["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # of a handful of rows it would read all
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{lookup}")
        assert "delivery_by_provider" in repr(cursor.fetchall())


def test_events_of_another_installation_at_the_same_account_touch_nothing(row):
    post("postmark", postmark(row, "gone", Email="somebody@example.net"))
    row.refresh_from_db()
    assert row.state == "accepted"
    assert not Suppression.objects.exists()
    assert ProviderEvent.objects.get().delivery is None


def test_an_address_is_the_same_however_it_is_written(row):
    left(row, to_address="Ada@Bücher.example")
    post("postmark", postmark(row, "gone", Email="ADA@xn--bcher-kva.example"))
    assert Suppression.objects.get().address == "ada@bücher.example"


def test_an_email_that_never_left_cannot_bounce(planned):
    post("postmark", postmark(planned, "gone", Email="ada@example.org"))
    planned.refresh_from_db()
    assert planned.state == "due"
    assert not Suppression.objects.exists()


# --- Twice, late, in any order


def test_the_same_event_twice_is_one(row):
    assert told(row, "gone", "gone", "delivered", "delivered") == "bounced"
    assert ProviderEvent.objects.count() == 2


def test_an_address_that_may_be_written_to_again_is_not_blocked_by_a_repetition(row):
    told(row, "gone")
    Suppression.objects.all().delete()
    told(row, "gone")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("first", ["gone", "complained"])
def test_a_late_yes_undoes_nothing(row, first):
    state = told(row, first)
    assert told(row, "delivered", "delayed", "returned") == state


def test_of_several_reasons_not_to_write_the_weightiest_stands(ada):
    for why in ("complained", "asked", "bounced"):
        Suppression.add("Ada@example.org", Suppression.Why(why), SLOT)
    assert Suppression.objects.get().why == "asked"


# --- Doubt ends


@pytest.mark.parametrize("state", ["submitting", "uncertain"])
@pytest.mark.parametrize(
    ("what", "became"),
    [
        ("taken", "accepted"),
        ("delayed", "accepted"),
        ("delivered", "delivered"),
        ("returned", "bounced"),
        ("gone", "bounced"),
        ("refused", "failed"),
        ("complained", "complained"),
    ],
)
def test_what_the_provider_tells_ends_the_doubt(settings, row, state, what, became):
    use_provider(settings, "sendgrid")
    left(row, state, accepted_at=None)
    assert told(row, what, by="sendgrid") == became
    assert (row.accepted_at is None) == (became == "failed")


@pytest.mark.parametrize("state", ["due", "claimed"])
@pytest.mark.parametrize(
    ("what", "became"), [("taken", "accepted"), ("delayed", "accepted"), ("delivered", "delivered")]
)
def test_an_email_in_doubt_that_did_leave_is_not_sent_again(settings, row, state, what, became):
    use_provider(settings, "sendgrid")
    left(row, state, accepted_at=None, resent=True, provider_id="")
    assert told(row, "returned", by="sendgrid") == state
    assert told(row, what, by="sendgrid") == became
    assert not outbox.claim(SLOT)
    assert ledger.note([row], [], SLOT) == set()


def test_news_of_the_time_before_does_not_settle_one_that_came_back_and_leaves_again(settings, row):
    use_provider(settings, "sendgrid")
    told(row, "returned", by="sendgrid")
    row.send_again(SLOT)
    assert told(row, "taken", "delayed", by="sendgrid") == "due"


def test_the_providers_id_is_learned_from_the_event(settings, row):
    use_provider(settings, "brevo")
    said = PROVIDERS["brevo"](row, "delivered")
    left(row, "submitting", provider_id="")
    post("brevo", said)
    row.refresh_from_db()
    assert row.provider_id == f"provider-{row.pk}"


def test_an_email_sent_again_starts_afresh(row):
    told(row, "returned")
    assert row.send_again(SLOT)
    row.refresh_from_db()
    assert (row.state, row.heard) == ("due", "")
    assert told(left(row), "delivered") == "delivered"


# --- What it does


def test_nothing_more_leaves_for_an_address_that_does_not_exist(row, maya, ada):
    """Not the next step, not another series, and not what waits already."""
    other = make_assignment(ada, make_module(maya, title="Learning to rest"))
    planning.plan(SLOT)
    told(row, "gone")
    planning.plan(SLOT)
    waiting = Delivery.objects.get(assignment=other)
    assert waiting.state == "suppressed"
    for assignment in Assignment.objects.all():
        assert "there is no such mailbox" in assignment.outlook().hold.why


def test_a_new_address_lets_the_series_go_on(row, ada):
    told(row, "gone")
    ada.email = "ada.new@example.org"
    ada.save()
    assert row.assignment.outlook().hold is None
    assert row.send_again(SLOT)


def test_another_clients_emails_go_on(row, maya, module):
    bea = make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    told(row, "gone")
    assert bea.outlook().hold is None


@pytest.mark.parametrize(
    ("phase", "text", "suppressed"),
    [
        ("rcpt", "5.1.1 <ada@example.org>: Recipient address rejected: User unknown", True),
        ("rcpt", "5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("rcpt", "5.1.1 The email account that you tried to reach does not exist.", True),
        ("rcpt", "No such user here", True),
        ("rcpt", "5.4.1 Recipient address rejected: user does not exist", True),
        ("dot", "5.1.1 User unknown", True),
        ("api", "5.1.3 invalid", True),
        ("api", '{"message": "The recipient address Ada@Example.org does not exist"}', True),
        ("rcpt", "5.7.1 Your message looks like spam", False),
        ("rcpt", "5.2.2 Mailbox full", False),
        ("rcpt", "4.1.1 User unknown, perhaps", False),
        ("dot", "Transaction failed", False),
        ("api", "", False),
        # About us, or perhaps.
        ("rcpt", "5.1.8 Sender address rejected: domain not found", False),
        ("rcpt", "5.1.1 Sender address rejected: User unknown", False),
        ("rcpt", "Sender address rejected: Domain not found", False),
        ("rcpt", "<ada@example.org>: mail from this address does not exist", False),
        ("rcpt", "Your account has been disabled", False),
        ("rcpt", "5.2.1 Your account has been disabled", False),
        ("rcpt", "account disabled", False),
        ("mail", "5.1.1 User unknown", False),
        ("data", "No such user", False),
        ("dot", "unknown user", False),
        ("api", "account disabled", False),
        ("api", '{"error": "account disabled", "to": "ada@example.org"}', False),
        ("api", '{"message": "Unknown user"}', False),
        ("build", "The address cannot be written, or the user is unknown.", False),
    ],
)
def test_a_refusal_suppresses_an_address_only_when_it_is_about_the_recipient(row, phase, text, suppressed):
    feedback.refused(row, phase, text, SLOT)
    assert Suppression.objects.filter(address="ada@example.org", why="bounced").exists() == suppressed


def test_an_address_with_a_word_about_us_in_it_is_no_word_about_us(row):
    left(row, to_address="your.account@example.org")
    feedback.refused(row, "rcpt", "<Your.Account@example.org>: No such user", SLOT)
    assert Suppression.objects.filter(address="your.account@example.org").exists()


@pytest.mark.parametrize(
    "details", ["smtp;550 Sender address rejected: Domain not found", "550 5.1.1 sender rejected"]
)
def test_a_bounce_that_speaks_of_the_sender_suppresses_nothing(row, details):
    post("postmark", postmark(row, "gone", Details=details))
    row.refresh_from_db()
    assert row.state == "bounced"
    assert not Suppression.objects.exists()


# --- What cannot be read


def test_events_of_unknown_emails_and_unknown_kinds_are_kept(row):
    said = postmark(row, "delivered", Metadata={"delivery": "999999"})
    assert post("postmark", said).status_code == 200
    assert post("postmark", postmark(row, "delivered", RecordType="Tomorrow")).status_code == 200
    unknown, new_kind = ProviderEvent.objects.order_by("pk")
    assert (unknown.told, unknown.delivery) == (Heard.DELIVERED, None)
    assert (new_kind.told, new_kind.delivery) == (Heard.UNKNOWN, row)


def test_nothing_kept_holds_an_address_or_a_word_of_the_email(row):
    told(row, "delivered", "returned", "gone", "complained", "unsubscribed", "refused")
    post("postmark", b'{"RecordType": "Bounce", "Email": "ada@example.org"')
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mailing_providerevent")
        kept = repr(cursor.fetchall())
    assert "example" not in kept
    assert "week" not in kept


@pytest.mark.parametrize(
    "said", [b"", b"{", b"null", b"[]", b"3", b'"x"', b"\xff\xfe", b"{}", b"[[[[", b'[{"event":3}]']
)
@pytest.mark.parametrize("by", ["postmark", "sendgrid", "brevo", "resend"])
def test_garbage_is_kept_and_answered_so_that_it_does_not_come_again(settings, db, by, said):
    use_provider(settings, by)
    for _ in range(2):
        assert post(by, said).status_code == 200
    assert ProviderEvent.objects.count() <= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"Metadata": [1]},
        {"Metadata": None},
        {"Metadata": {"delivery": {"a": 1}}},
        {"Metadata": {"delivery": "9" * 400}},
        {"DeliveredAt": 5},
        {"DeliveredAt": "yesterday"},
        {"Recipient": ["x"]},
        {"Recipient": "\ud800@\x00"},
        {"MessageID": "\x00\ud800", "Metadata": {}},
        {"MessageID": {"a": "b"}},
        {"Details": 17},
        {"RecordType": ["Delivery"]},
    ],
)
def test_fields_of_the_wrong_kind_are_answered_like_any_other(row, wrong):
    assert post("postmark", postmark(row, "delivered") | wrong).status_code == 200
    assert ProviderEvent.objects.count() == 1


def test_one_bad_event_does_not_take_the_others_with_it(settings, row):
    use_provider(settings, "sendgrid")
    said = [{"no": "event"}, "what", sendgrid(row, "delivered"), {"event": "bounce", "timestamp": "soon"}]
    assert post("sendgrid", said).status_code == 200
    row.refresh_from_db()
    assert row.state == "delivered"
    assert ProviderEvent.objects.filter(told=Heard.UNREADABLE).count() == 3


# --- Who may say so


@pytest.mark.parametrize("secret", ["", "Basic", "Basic !", "Bearer x", "Basic aG9va3M6d3Jvbmc="])
@pytest.mark.parametrize("said", [None, b"garbage"])
def test_a_wrong_secret_is_turned_away_and_nothing_is_kept(row, secret, said):
    answer = post("postmark", said or postmark(row, "gone"), secret=secret)
    assert 400 <= answer.status_code < 500
    row.refresh_from_db()
    assert row.state == "accepted"
    assert not ProviderEvent.objects.exists()
    assert not Suppression.objects.exists()


def test_without_a_secret_nobody_is_believed(settings, row):
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "for-tests"}
    assert post("postmark", postmark(row, "gone")).status_code == 404
    assert told_nothing(row)


def test_only_the_provider_in_use_has_an_address(settings, row):
    assert post("sendgrid", [sendgrid(row, "gone")]).status_code == 404
    assert post("nobody", {}).status_code == 404
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert post("postmark", postmark(row, "gone")).status_code == 404
    assert told_nothing(row)


def told_nothing(row):
    row.refresh_from_db()
    return row.state == "accepted" and not ProviderEvent.objects.exists() and not Suppression.objects.exists()


def test_a_wrong_signature_is_turned_away(settings, row):
    use_provider(settings, "mailgun")
    said = PROVIDERS["mailgun"](row, "gone")
    said["signature"]["signature"] = "0" * 64
    assert post("mailgun", said).status_code == 400
    assert told_nothing(row)


def test_the_log_of_a_wrong_secret_does_not_tell_it(settings, row, caplog):
    """Mandrill's signature covers the address, with the secret in it, and Anymail's complaint quotes that."""
    use_provider(settings, "mandrill")
    settings.ANYMAIL |= {"MANDRILL_API_KEY": "x", "MANDRILL_WEBHOOK_KEY": "y"}
    assert post("mandrill", b"mandrill_events=[]", **{"x-mandrill-signature": "wrong"}).status_code == 400
    assert "wrong secret or signature" in caplog.text
    assert SECRET not in caplog.text


def test_looking_changes_nothing(row, client):
    assert client.get("/hooks/postmark/tracking/").status_code == 405
    assert client.head("/hooks/postmark/tracking/").status_code == 200
    assert told_nothing(row)


# --- At the same time


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_answered_and_end_alike(row):
    """Eight of the provider's senders, each with the same events."""
    events = [postmark(row, what) for what in ("delivered", "returned", "gone", "complained", "unsubscribed")]

    def provider(number):
        try:
            turned = events[number % 5 :] + events[: number % 5]
            return {post("postmark", event).status_code for event in turned}
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as senders:
        assert set().union(*senders.map(provider, range(8))) == {200}
    row.refresh_from_db()
    assert (row.state, row.heard, Suppression.objects.get().why) == ("complained", "complained", "asked")
    assert ProviderEvent.objects.count() == 5
