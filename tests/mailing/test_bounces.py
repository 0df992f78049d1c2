"""Bounce mails of several servers are read, by an address that only we can have made; everything else is left alone."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from practice.mailing import bounces, tasks
from practice.mailing.bounces import return_address
from practice.mailing.heard import Heard
from practice.mailing.mailbox import new_mails
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from tests.mailing.coming_back import FOLDER, came, left_by_smtp, mail
from tests.mailing.scripted_imap import imap_server

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def row(planned, settings):
    """Ada's first email, which left by SMTP."""
    return left_by_smtp(planned, settings)


# --- The servers


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("postfix-unknown-user", "no mailbox with this address"),
        ("exim-unknown-user", "no mailbox with this address"),
        ("exim-old-without-a-report", "no mailbox with this address"),
        ("exchange-recipient-not-found", "takes no mail"),
        ("gmail-no-such-account", "no mailbox with this address"),
    ],
)
def test_no_such_mailbox_is_understood_whoever_says_it(row, name, reason):
    assert came(row, name) == "bounced"
    assert reason in row.reason
    assert Suppression.objects.get().address == "ada@example.org"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("exchange-mailbox-full", "The mailbox is full."), ("postfix-expired", "cannot be reached")],
)
def test_what_may_work_the_next_time_came_back_this_once(row, name, reason):
    assert came(row, name) == "bounced"
    assert reason in row.reason
    assert not Suppression.objects.exists()


def test_a_delay_is_no_failure(row):
    assert came(row, "postfix-delayed") == "accepted"
    assert came(row, "postfix-unknown-user") == "bounced"
    assert came(row, "postfix-delayed") == "bounced"


@pytest.mark.parametrize("name", ["absence-note", "advertisement", "read-receipt"])
def test_absence_notes_and_advertisements_are_left_alone_and_noted(row, name):
    assert came(row, name) == "accepted"
    kept = ProviderEvent.objects.get()
    assert (kept.told, kept.delivery) == (Heard.UNKNOWN, None)


def test_the_same_bounce_twice_is_one(row):
    came(row, "postfix-unknown-user")
    came(row, "postfix-unknown-user")
    assert ProviderEvent.objects.count() == 1


# --- The address


def test_the_longest_return_address_is_short_enough(settings):
    settings.BOUNCE_ADDRESS = f"{'b' * 30}@example.com"
    assert bounces.is_address(settings.BOUNCE_ADDRESS)
    longest = return_address(Delivery(pk=2**63 - 1, to_address="ada@example.org"))
    assert len(longest.partition("@")[0]) <= 64, "RFC 5321, 4.5.3.1.1"


def test_a_return_address_survives_capitals(row):
    assert came(row, "postfix-unknown-user", to=return_address(row).upper()) == "bounced"


def test_without_a_setting_there_is_none(row, settings):
    settings.BOUNCE_ADDRESS = ""
    assert return_address(row) is None
    assert came(row, "postfix-unknown-user", to="bounces+1-aaaaaaaaaaaaaaaa@example.com") == "accepted"


def test_a_return_address_of_somebody_elses_making_is_not_believed(row):
    real = return_address(row)
    forged = [
        real.replace("-", "-a")[: -len("@example.com") - 1] + "@example.com",
        f"bounces+{row.pk}@example.com",
        f"bounces+zzzzzzzzzzzz-{'a' * 16}@example.com",
        "bounces+-@example.com",
        real.replace("example.com", "example.net"),
    ]
    for to in forged:
        assert came(row, "postfix-unknown-user", to=to) == "accepted"
    assert not Suppression.objects.exists()


def test_the_return_address_of_one_email_does_not_speak_for_another(row):
    another = Delivery(pk=row.pk + 1, to_address=row.to_address)
    swapped = "-".join([return_address(row).split("-")[0], return_address(another).split("-")[1]])
    assert came(row, "postfix-unknown-user", to=swapped) == "accepted"


def test_a_late_bounce_of_an_old_address_does_not_speak_for_the_new_one(row):
    old = return_address(row)
    Delivery.objects.update(to_address="new@example.org")
    assert came(row, "postfix-unknown-user", to=old) == "accepted"


def test_bounces_are_understood_after_the_secret_key_changed(row, settings):
    old = return_address(row)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-only-the-tests-know-0123"
    assert return_address(row) != old
    assert came(row, "postfix-unknown-user", to=old) == "bounced"


# --- Garbage


@trying(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_garbled_mail_never_breaks_the_reading(row, data):
    name = data.draw(st.sampled_from(sorted(path.stem for path in FOLDER.iterdir())))
    content = bytearray(mail(name, return_address(row)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    assert bounces.read(bytes(content)).told in Heard


@given(content=st.binary(max_size=400))
def test_bytes_of_any_kind_are_no_bounce(content):
    assert bounces.read(content).delivery_id is None


def nested(depth):
    """A mail in a mail in a mail."""
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level) for level in range(depth)
    )


@pytest.mark.parametrize(
    "garbage", [b"Content-Type: multipart/mixed; boundary*=\"\x00''a\"\n\n", nested(3000)]
)
def test_a_mail_that_cannot_even_be_taken_apart_is_passed_over(row, settings, garbage):
    assert bounces.read(garbage).told == Heard.UNREADABLE
    with imap_server(garbage, mail("postfix-unknown-user", return_address(row))) as server:
        settings.BOUNCE_MAILBOX = server.url()
        tasks.read_bounces()
        assert server.seen == {1, 2}
    row.refresh_from_db()
    assert row.state == "bounced"


# --- The command and the task


def read_bounces(**options):
    said = StringIO()
    call_command("read_bounces", stdout=said, **options)
    return said.getvalue()


def test_a_mailbox_is_read_once_and_nothing_in_it_is_deleted(row, settings):
    mails = [mail(name, return_address(row)) for name in ("absence-note", "postfix-unknown-user")]
    with imap_server(*mails, b"", b"\xff\x00 garbage") as server:
        settings.BOUNCE_MAILBOX = server.url()
        assert "It came back: there is no such mailbox: 1" in read_bounces()
        assert server.seen == {1, 2, 3, 4}
        assert 'SELECT "INBOX/Bounces"' in server.heard
        assert not [
            command for command in server.heard if "DELETE" in command.upper() or "EXPUNGE" in command
        ]
        assert "Read: 0." in read_bounces()
    row.refresh_from_db()
    assert row.state == "bounced"


def test_a_mail_that_was_being_read_when_it_stopped_is_read_again(row, settings):
    with imap_server(mail("postfix-unknown-user", return_address(row))) as server:
        settings.BOUNCE_MAILBOX = server.url()
        reading = new_mails(server.url())
        next(reading)
        reading.close()
        assert "Read: 1." in read_bounces()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "Set BOUNCE_MAILBOX"),
        ("https://secret@example.com", "begin with imap"),
        ("imap://bounces:secret@127.0.0.1:1/", "cannot be read (ConnectionRefusedError)"),
        ("imap://bounces:secret/word@127.0.0.1/", "cannot be used"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_named_without_its_password(row, settings, url, says):
    settings.BOUNCE_MAILBOX = url
    with pytest.raises(CommandError) as said:
        read_bounces()
    assert says in str(said.value)
    assert "secret" not in str(said.value)


def test_a_wrong_password_is_not_told(row, settings):
    with imap_server() as server:
        settings.BOUNCE_MAILBOX = server.url("secret")
        with pytest.raises(CommandError) as said:
            read_bounces()
    assert "secret" not in str(said.value)


@pytest.mark.django_db(transaction=True)
def test_the_beat_reads_the_mailbox_and_two_at_once_take_each_mail_once(row, settings):
    mails = [mail(name, return_address(row)) for name in ("postfix-delayed", "postfix-unknown-user")]

    def worker(_number):
        try:
            tasks.read_bounces()
        finally:
            connection.close()

    with imap_server(*mails, *(b"Subject: %d" % number for number in range(20))) as server:
        settings.BOUNCE_MAILBOX = server.url()
        with ThreadPoolExecutor(2) as workers:
            list(workers.map(worker, range(2)))
    row.refresh_from_db()
    assert row.state == "bounced"
    assert ProviderEvent.objects.count() == 22
    assert Suppression.objects.count() == 1


def test_a_mailbox_that_is_away_is_told_to_the_log_and_tried_again(row, settings, caplog):
    settings.BOUNCE_MAILBOX = "imap://bounces:secret@127.0.0.1:1/"
    tasks.read_bounces()
    assert "BOUNCE_MAILBOX cannot be read" in caplog.text
    assert "secret" not in caplog.text


def test_a_mail_servers_pipe_hands_over_one_mail(row, process_env):
    done = subprocess.run(
        [sys.executable, "manage.py", "read_bounces", "--stdin"],
        input=mail("postfix-unknown-user", return_address(row)),
        cwd=ROOT,
        env=process_env | {"BOUNCE_ADDRESS": "bounces@example.com"},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert b"Read: 1." in done.stdout
    row.refresh_from_db()
    assert row.state == "bounced"


def test_a_mail_server_is_asked_to_come_again_when_the_database_is_away():
    done = subprocess.run(
        [sys.executable, "manage.py", "read_bounces", "--stdin"],
        input=b"Subject: x\r\n\r\n",
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": "sqlite:////nowhere/interlude.sqlite3"},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 75
