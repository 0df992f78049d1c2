"""Short emails: neutral, once, and never to somebody who does not want them."""

from datetime import timedelta

import pytest

from practice.mailing import bounces, feedback, notices
from practice.mailing.feedback import Event
from practice.mailing.heard import Heard
from practice.mailing.models import Notice, Suppression
from practice.mailing.outcome import Outcome
from practice.people import accounts
from practice.people.models import Client, Practice
from tests.mailing.coming_back import mail
from tests.mailing.scripted_smtp import DROP
from tests.mailing.sending import parsed, text_of

MESSAGE, CODE = Notice.Kind.MESSAGE, Notice.Kind.CODE


@pytest.fixture
def sent(settings, smtp_sink, now):
    """Hands over what waits, to a real mail server; gives the mails that came there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = smtp_sink.address

    def send(at=now):
        notices.send_waiting(lambda: at)
        return smtp_sink.mails

    return send


def test_a_notice_leaves_once_and_says_nothing(ada, sent, now):
    notice = notices.post(ada, MESSAGE, now)
    (mail,) = sent()
    said = mail.content.decode()
    assert "Subject: A short note for you" in said
    assert "Auto-Submitted: auto-generated" in said
    for word in ("therap", "session", "client", "wrote"):
        assert word not in said.lower()
    notice.refresh_from_db()
    assert notice.state == Notice.State.SENT
    assert len(sent()) == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(ada, sent, now):
    Practice.objects.update(postal_address=".5 Garden Lane\n..\n.")
    notices.post(ada, MESSAGE, now)
    (mail,) = sent()
    assert "\n.5 Garden Lane\n..\n.\n" in text_of(parsed(mail.content))


def test_what_waits_already_says_it_all(ada, sent, now):
    first = notices.post(ada, MESSAGE, now)
    assert notices.post(ada, MESSAGE, now) == first
    assert len(sent()) == 1


def test_it_waits_as_long_as_it_was_told_and_can_be_taken_back(ada, sent, now):
    notices.post(ada, MESSAGE, now, wait=timedelta(minutes=2))
    assert sent(now + timedelta(seconds=119)) == []
    assert notices.withdraw(ada, MESSAGE)
    assert sent(now + timedelta(minutes=3)) == []
    assert not notices.withdraw(ada, MESSAGE)


@pytest.mark.parametrize("closed", [False, True], ids=["archived", "account closed"])
def test_nothing_is_said_to_whom_nothing_more_goes_out(ada, maya, sent, now, closed):
    notices.post(ada, MESSAGE, now)
    if closed:
        accounts.close(maya, None, False)
    else:
        type(ada).objects.update(archived_at=now)
    assert sent() == []
    assert Notice.objects.get().state == Notice.State.WITHDRAWN


def test_nothing_is_said_to_somebody_who_took_their_consent_back(ada, sent, now):
    notices.post(ada, MESSAGE, now)
    ada.withdraw_consent(now)
    assert sent() == []
    assert Notice.objects.get().state == Notice.State.WITHDRAWN


@pytest.mark.parametrize(
    ("why", "kind", "leaves"),
    [("asked", MESSAGE, False), ("asked", CODE, True), ("bounced", CODE, False), ("complained", CODE, False)],
)
def test_a_suppressed_address_gets_only_what_its_owner_asks_for(ada, sent, now, why, kind, leaves):
    Suppression.add(ada.email, Suppression.Why(why), now)
    notices.post(ada, kind, now)
    assert bool(sent()) == leaves


def test_a_code_that_could_not_leave_in_time_does_not_leave_any_more(ada, sent, now):
    notices.post(ada, CODE, now)
    assert sent(now + timedelta(minutes=11)) == []


def test_a_server_that_asks_for_patience_gets_it(ada, sent, smtp_sink, now):
    notice = notices.post(ada, MESSAGE, now)
    smtp_sink.answer("RCPT", "451 4.3.0 Later")
    assert sent() == []
    notice.refresh_from_db()
    assert notice.state == Notice.State.WAITING
    assert notice.due_at == now + timedelta(minutes=1)
    smtp_sink.answers.clear()
    assert len(sent(now + timedelta(minutes=1))) == 1


def test_one_that_is_tried_again_gives_way_to_another_that_was_written_meanwhile(ada, sent, now):
    first = notices.post(ada, MESSAGE, now)
    assert notices.claim(now) == first
    second = notices.post(ada, MESSAGE, now)
    notices.record(first, Outcome("later", "rcpt", 451), now)
    first.refresh_from_db()
    assert (first.state, first.reason) == (Notice.State.WITHDRAWN, "Another one that waits says the same.")
    (said,) = sent(now + timedelta(minutes=1))
    assert second.message_id in said.content.decode()


@pytest.mark.parametrize("phase", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_break_before_the_final_dot_means_that_it_has_not_left(ada, server, now, phase):
    notice = notices.post(ada, MESSAGE, now)
    server.script = {phase: DROP}
    notices.send_waiting(lambda: now)
    notice.refresh_from_db()
    assert notice.state == Notice.State.WAITING
    server.script = {}
    notices.send_waiting(lambda: now + timedelta(minutes=1))
    notice.refresh_from_db()
    assert notice.state == Notice.State.SENT
    assert len(server.accepted) == 1


def test_a_break_after_the_final_dot_leaves_it_uncertain_and_not_sent_twice(ada, server, now):
    notice = notices.post(ada, MESSAGE, now)
    server.script = {"DOT": DROP}
    notices.send_waiting(lambda: now)
    notices.send_waiting(lambda: now + timedelta(hours=1))
    notice.refresh_from_db()
    assert notice.state == Notice.State.UNCERTAIN
    assert len(server.accepted) == 1


def test_who_dies_while_handing_over_leaves_it_uncertain_and_not_sent_twice(ada, sent, now):
    notices.post(ada, MESSAGE, now)
    assert notices.claim(now)
    assert sent(now + timedelta(minutes=1)) == []
    assert sent(now + timedelta(hours=1)) == []
    notice = Notice.objects.get()
    assert notice.state == Notice.State.UNCERTAIN
    assert notice.reason


def test_two_senders_take_a_notice_once(ada, now):
    notices.post(ada, MESSAGE, now)
    assert notices.claim(now)
    assert notices.claim(now) is None


def test_an_address_that_does_not_exist_is_written_to_no_more(ada, sent, smtp_sink, now):
    smtp_sink.answer("RCPT", "550 5.1.1 No such user")
    notices.post(ada, MESSAGE, now)
    assert sent() == []
    assert Notice.objects.get().state == Notice.State.FAILED
    assert Suppression.objects.get(address=ada.email).why == "bounced"


def test_a_notice_that_comes_back_suppresses_its_address(ada, sent, now):
    notice = notices.post(ada, MESSAGE, now)
    assert sent()
    told = {"event_id": "1", "provider_id": notice.message_id}
    feedback.take(Event("Postmark", Heard.GONE, recipient="somebody@example.com", **told), now)
    assert not Suppression.objects.exists()
    feedback.take(Event("Postmark", Heard.GONE, recipient=ada.email, **told | {"event_id": "2"}), now)
    assert Suppression.objects.get(address=ada.email).why == "bounced"


def test_the_bounce_of_a_notice_comes_to_the_bounce_address_and_is_understood(ada, sent, settings, now):
    settings.BOUNCE_ADDRESS, settings.DEFAULT_FROM_EMAIL = "bounces@example.com", "practice@example.com"
    notice = notices.post(ada, MESSAGE, now)
    (left,) = sent()
    assert left.mail_from == "bounces@example.com"
    assert parsed(left.content)["From"].addresses[0].addr_spec == "practice@example.com"
    feedback.take(bounces.read(mail("postfix-unknown-user", left.mail_from, notice.message_id)), now)
    assert Suppression.objects.get(address=ada.email).why == "bounced"


def test_without_a_bounce_address_it_would_come_to_the_sender(ada, sent, settings, now):
    settings.DEFAULT_FROM_EMAIL = "The practice <practice@example.com>"
    notices.post(ada, MESSAGE, now)
    (left,) = sent()
    assert left.mail_from == "practice@example.com"


@pytest.mark.parametrize("discretion", Client.Discretion)
@pytest.mark.parametrize("kind", Notice.Kind)
def test_whoever_gets_no_reading_by_email_gets_no_help_lines_by_email_either(ada, now, kind, discretion):
    ada.discretion = discretion
    email = notices.letter(notices.drafted(ada, kind, now))
    for part in (email.body, email.alternatives[0].content):
        assert ("Emergency: 112" in part) == (discretion == "full")
        assert ("need someone to talk to" in part) == (discretion == "full")


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_it_speaks_the_clients_language_in_html_and_text(ada, sent, now, language):
    ada.language = language
    ada.save()
    code = notices.post(ada, CODE, now)
    (mail,) = sent()
    said = mail.content.decode()
    assert f"Content-Language: {language}" in said
    assert (
        said.count(code.code) == 2
    )  # once in each part, and neither in the subject nor in what a lock screen shows
    assert "http" not in notices.letter(Notice.objects.select_related("client").get()).body
