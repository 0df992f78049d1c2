"""The mailbox that clients write to is read on the beat; nothing is deleted, and two readers take each mail once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from practice.replies import tasks
from practice.replies.models import InboundMail, Reply
from tests.mailing.scripted_imap import imap_server
from tests.replies.mails import ADDRESS, QUOTED, address_of, mail, with_parts


@pytest.fixture(autouse=True)
def takes_mail(settings):
    settings.INBOUND_ADDRESS = ADDRESS


@pytest.mark.django_db(transaction=True)
def test_the_beat_reads_the_mailbox_and_two_at_once_take_each_mail_once(delivery, settings):
    to = address_of(delivery)
    mails = [mail(to, f"It is {number}.", message_id=f"<{number}@x>") for number in range(12)]

    def worker(_number):
        try:
            tasks.read_mails()
        finally:
            connection.close()

    with imap_server(*mails, b"", b"\xff\x00 garbage", b"Content-Type: x/y; boundary*=\"\x00''a\"") as server:
        settings.INBOUND_MAILBOX = server.url()
        with ThreadPoolExecutor(2) as workers:
            list(workers.map(worker, range(2)))
        assert server.seen == set(range(1, 16))
        assert not [said for said in server.heard if "DELETE" in said.upper() or "EXPUNGE" in said]
    assert InboundMail.objects.count() == 12
    assert Reply.objects.sent().count() == 12


def read_from_mailbox(settings, *mails):
    with imap_server(*mails) as server:
        settings.INBOUND_MAILBOX = server.url()
        tasks.read_mails()


PHOTO = ("Content-Type: image/jpeg", "/9j/4AAQSkZJRgABAQ==\n" * 60_000)


@pytest.mark.parametrize("first", [("Content-Type: text/plain", "Look:"), None])
def test_words_after_a_photo_are_read(delivery, settings, first):
    parts = [part for part in (first, PHOTO, ("Content-Type: text/plain", "That is my garden.")) if part]
    read_from_mailbox(settings, with_parts(address_of(delivery), *parts))
    assert Reply.objects.sent().get().values()[0].splitlines()[-1] == "That is my garden."


@pytest.mark.parametrize("text", ["It helped me. " * 40, ""])
def test_one_that_could_not_be_read_to_its_end_waits_to_be_looked_at(delivery, settings, monkeypatch, text):
    content = mail(address_of(delivery), text + QUOTED)
    monkeypatch.setattr(tasks, "MOST_BYTES", len(content) - 1)
    read_from_mailbox(settings, content)
    row = InboundMail.objects.get()
    assert (row.state, row.reason) == ("quarantined", "It is longer than could be read.")
    assert not Reply.objects.exists()


def test_a_mailbox_that_is_away_is_named_to_the_log_without_its_password(db, settings, caplog):
    settings.INBOUND_MAILBOX = "imap://reply:secret@127.0.0.1:1/"
    tasks.read_mails()
    assert "INBOUND_MAILBOX cannot be read" in caplog.text
    assert "secret" not in caplog.text
