"""Whatever a mail server does, and whenever: nothing is lost, and nothing is called sent or failed that is not."""

from datetime import timedelta
from itertools import takewhile

import pytest

from practice.mailing import outbox
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery
from practice.mailing.sender import Sender
from practice.mailing.transport import open_transport
from practice.people.models import Practice
from resources.models import Step
from tests.mailing.scripted_smtp import DROP, STALL, free_port
from tests.mailing.sending import SLOT, send_due, use_server


def after(delivery, minutes=0):
    """The row as it is after a tick so many minutes past the slot."""
    send_due(SLOT + timedelta(minutes=minutes))
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize("phase", ["RCPT", "DATA", "DOT"])
@pytest.mark.parametrize("code", [421, 451, 452])
def test_a_server_that_asks_for_patience_is_asked_again(planned, server, phase, code):
    server.script = {phase: f"{code} 4.3.2 not now"}
    row = after(planned)
    assert (row.state, row.code, row.attempts) == ("due", code, 0)
    assert row.phase == {"RCPT": "rcpt", "DATA": "data", "DOT": "dot"}[phase]
    assert row.due_at == SLOT + timedelta(minutes=1)
    assert "tried again" in row.reason
    server.script = {}
    assert after(planned, minutes=1).state == "accepted"
    assert len(server.accepted) == 1


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", "451 4.3.0 not now", DROP])
def test_a_server_that_takes_nobody_costs_no_attempt(planned, server, answer):
    server.script = {"MAIL": answer}
    row = after(planned)
    assert (row.state, row.attempts) == ("due", 0)
    server.script = {}
    assert after(planned, minutes=1).state == "accepted"


@pytest.mark.parametrize(
    ("phase", "answer", "why"),
    [
        ("RCPT", "550 5.1.1 no such user", "There is no mailbox with this address"),
        ("RCPT", "550 unbekannt", "does not accept mail for this address"),
        ("RCPT", "552 5.2.2 over quota", "The mailbox is full"),
        ("DATA", "550 5.7.1 no", "refused it under its rules"),
        ("DOT", "554 5.7.1 looks like spam", "refused it under its rules"),
        ("MAIL", "550 5.7.1 who are you", "does not accept our own sender address"),
    ],
)
def test_a_refusal_is_final_and_told_in_plain_words(planned, server, phase, answer, why):
    server.script = {phase: answer}
    row = after(planned)
    assert row.state == "failed"
    assert why in row.reason
    assert row.answer == answer[4:]
    assert after(planned, minutes=30).state == "failed"
    assert server.accepted == []


@pytest.mark.parametrize("phase", ["RCPT", "DATA", "BODY"])
def test_a_break_before_the_final_dot_means_that_it_has_not_left(planned, server, phase):
    # Longer than what the network holds on its way: of a short one nobody can know where the break was.
    Step.objects.update(body="<p>A long letter.</p>" * (100_000 if phase == "BODY" else 1))
    server.script = {phase: DROP}
    assert after(planned).state == "due"
    server.script = {}
    assert after(planned, minutes=1).state == "accepted"
    assert len(server.accepted) == 1


@pytest.mark.parametrize("answer", [DROP, STALL, "what?"])
def test_a_break_after_the_final_dot_is_never_called_sent_or_failed(planned, server, answer):
    server.script = {"DOT": answer}
    row = after(planned)
    assert row.state == "uncertain"
    assert "before the server confirmed" in row.reason
    assert after(planned, minutes=30).state == "uncertain"
    assert server.connections == 1


def test_the_practice_may_choose_to_send_once_more_when_nobody_can_know(planned, server):
    Practice.objects.update(uncertain="resend")
    server.script = {"DOT": DROP}
    after(planned)
    row = after(planned, minutes=1)
    assert row.state == "uncertain"
    assert len(server.accepted) == 2
    ids = {content.partition(b"Message-ID:")[2].split()[0] for content in server.accepted}
    assert ids == {planned.message_id.encode()}
    assert after(planned, minutes=30).state == "uncertain"
    assert len(server.accepted) == 2


def test_an_outage_uses_up_no_attempt(several, settings, smtp_sink):
    use_server(settings, ("127.0.0.1", free_port()))
    for minutes in range(10):
        send_due(SLOT + timedelta(minutes=minutes))
    assert set(several.values_list("state", "attempts")) == {("due", 0)}
    assert "cannot be reached" in several.first().reason
    use_server(settings, smtp_sink.address)
    send_due(SLOT + timedelta(minutes=10))
    assert set(several.values_list("state", flat=True)) == {"accepted"}
    assert len(smtp_sink.mails) == 5


def test_a_wrong_password_holds_everything_and_says_so(planned, server, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "maya", "wrong"
    server.script = {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"}
    row = after(planned)
    assert (row.state, row.attempts) == ("due", 0)
    assert "user name and password" in row.reason


def test_a_poison_message_is_parked_after_three_attempts_and_the_others_go_on(several, server):
    server.script = {"DATA": lambda rcpt: DROP if "bea@" in rcpt else None}
    for minutes in (0, 1, 3, 7, 15):
        send_due(SLOT + timedelta(minutes=minutes))
    states = dict(several.values_list("assignment__client__name", "state"))
    assert states.pop("Bea") == "failed"
    assert set(states.values()) == {"accepted"}
    bea = several.get(assignment__client__name="Bea")
    assert bea.attempts == 3
    assert "three times" in bea.reason


def test_an_email_that_kills_its_process_takes_nobody_with_it(several, server):
    """Whoever hands over Bea's email dies on the spot; the leases end, and others take over."""
    for minutes in range(0, 60, 6):
        now = SLOT + timedelta(minutes=minutes)
        recover(now)
        while batch := outbox.claim(now):
            with Sender(open_transport, 3, lambda now=now: now) as sender:
                sender.send(list(takewhile(lambda row: row.client.name != "Bea", batch)))
            if any(row.client.name == "Bea" for row in batch):
                break
    states = dict(several.values_list("assignment__client__name", "state"))
    assert states.pop("Bea") == "failed"
    assert list(states.values()) == ["accepted"] * 4
    assert len(server.accepted) == 4


def test_many_emails_travel_on_one_connection(several, server):
    send_due()
    assert len(server.accepted) == 5
    assert server.connections == 1


def test_a_refused_email_does_not_stop_the_next_one_on_the_connection(several, server):
    server.script = {"RCPT": lambda rcpt: "550 5.1.1 no" if "cem@" in rcpt else None}
    send_due()
    assert sorted(several.values_list("state", flat=True)) == ["accepted"] * 4 + ["failed"]
    assert server.connections == 1


@pytest.mark.parametrize("answer", [DROP, "421 enough for one connection"])
def test_a_server_that_ends_a_connection_after_some_emails_is_called_again(several, server, answer):
    seen = []

    def every_third(rcpt):
        seen.append(1)
        return answer if len(seen) % 3 == 0 else None

    server.script = {"MAIL": every_third}
    send_due()
    assert set(several.values_list("state", flat=True)) == {"accepted"}
    assert len(server.accepted) == 5


def test_patience_doubles_up_to_an_hour_and_ends_with_the_window(planned, server):
    server.script = {"RCPT": "451 4.7.1 greylisted"}
    tried = []
    for minutes in range(0, 6 * 60, 1):
        now = SLOT + timedelta(minutes=minutes)
        before = Delivery.objects.get().due_at
        if before <= now:
            outbox.deliver(lambda now=now: now)
            tried.append(minutes)
    assert tried == [0, 1, 2, 4, 8, 16, 32, 64, 124, 184, 244, 304]
