"""Several connections side by side: each carries one email at a time, and none stops the others."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from practice.mailing import outbox
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery
from practice.mailing.planning import plan
from practice.mailing.sender import Sender
from practice.mailing.transport import open_transport
from practice.people.models import Consent
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, send_due
from tests.mailing.test_real_processes import close_connections_of_others

EVERYBODY = 40


@pytest.fixture
def many(maya, module, server, settings):
    """Forty emails in the outbox, and eight connections for them."""
    settings.CONNECTIONS = 8
    for number in range(EVERYBODY):
        client = make_client(maya, f"Client {number}", f"client{number}@example.org", "Europe/Berlin")
        make_assignment(client, module)
    plan(SLOT)
    return Delivery.objects.order_by("pk")


def states(rows):
    return dict.fromkeys(rows.values_list("state", flat=True))


def test_forty_emails_leave_once_each_on_eight_connections(many, server):
    send_due()
    assert states(many) == {"accepted": None}
    assert len({content.partition(b"Message-ID:")[2].split()[0] for content in server.accepted}) == EVERYBODY
    assert len(server.accepted) == EVERYBODY
    assert server.connections == 8


def test_a_few_emails_open_no_more_connections_than_they_are_worth(several, server, settings):
    settings.CONNECTIONS = 8
    send_due()
    assert server.connections == 1


def test_a_server_that_wants_fewer_connections_gets_fewer_and_every_email(many, server):
    def three_at_most(_):
        return "421 4.7.0 too many connections" if server.connections > 3 else None

    server.script = {"CONNECT": three_at_most}
    send_due()
    assert states(many) == {"accepted": None}
    assert len(server.accepted) == EVERYBODY


def test_a_refusal_on_one_connection_is_of_that_email_alone(many, server):
    server.script = {"RCPT": lambda rcpt: "550 5.7.1 no" if "client7@" in rcpt else None}
    send_due()
    assert sorted(many.values_list("state", flat=True)) == ["accepted"] * 39 + ["failed"]


def test_whoever_takes_it_back_between_claim_and_dot_gets_nothing(many, server):
    batch = outbox.claim(SLOT)
    Consent.objects.filter(client__name="Client 3").update(withdrawn_at=SLOT)
    with Sender(open_transport, 8, lambda: SLOT) as sender:
        sender.send(batch)
    rows = many.values_list("assignment__client__name", "state")
    assert [name for name, state in rows if state != "accepted"] == ["Client 3"]
    assert len(server.accepted) == EVERYBODY - 1


def test_a_lease_that_somebody_else_took_sends_nothing(many, server):
    batch = outbox.claim(SLOT)
    many.update(lease="somebody else's")
    with Sender(open_transport, 8, lambda: SLOT) as sender:
        sender.send(batch)
    assert server.accepted == []


def test_an_email_that_kills_every_process_is_parked_and_the_others_on_its_round_are_not(many, server):
    """Whoever builds the email of client 5 dies, with seven others in work; the leases end, and others take over."""
    for minutes in range(0, 200, 6):
        now = SLOT + timedelta(minutes=minutes)
        recover(now)
        while batch := outbox.claim(now):
            fatal = next((at for at, row in enumerate(batch) if row.client.name == "Client 5"), None)
            with Sender(open_transport, 8, lambda now=now: now) as sender:
                sender.send(batch if fatal is None else batch[: fatal // 8 * 8])
            if fatal is not None:
                break
    rows = many.values_list("assignment__client__name", "state")
    assert [(name, state) for name, state in rows if state != "accepted"] == [("Client 5", "failed")]


def test_what_a_shift_leaves_is_free_at_once(many, server):
    batch = outbox.claim(SLOT)
    ticks = iter(range(1000))
    with Sender(open_transport, 8, lambda: SLOT + timedelta(seconds=next(ticks))) as sender:
        done = sender.send(batch, until=SLOT + timedelta(seconds=3))
    assert 0 < done < EVERYBODY
    assert many.filter(state="due").count() == EVERYBODY - done
    assert many.filter(state="accepted").count() == done == len(server.accepted)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server that could go away")
def test_an_outcome_outlives_the_connection_to_the_database(many, server):
    """The server takes an email, and before it says so the database hangs up: it is written down all the same."""
    hung_up = []

    def hang_up(rcpt):
        if "client9@" in rcpt and not hung_up:
            hung_up.append(close_connections_of_others())
            connection.close()  # this thread's own

    server.script = {"DOT": hang_up}
    with pytest.raises(DatabaseError):
        send_due()
    send_due()
    assert hung_up[0] >= 1
    assert states(many) == {"accepted": None}
    assert len(server.accepted) == EVERYBODY
