"""A personal note stands at the top of the first email of an assignment, and nowhere else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from practice.assignments.first_note import FirstNote
from practice.mailing.messages import letter_as_sent
from practice.mailing.mime import content_of
from practice.mailing.models import Delivery, Edition
from practice.mailing.personal import notes_of
from practice.mailing.planning import plan
from practice.mailing.viewing import View
from practice.people.models import Client
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, html_of, parsed, send_due, sent, text_of

NOTE = "Dear Ada,\n\nI thought of you & <this>.\n.\nMaya {{ x }} \N{OWL}"


@pytest.fixture
def noted(ada, module):
    """Ada receives the module, and a note with its first email."""
    row = make_assignment(ada, module)
    FirstNote.objects.create(assignment=row, text=NOTE)
    return row


def opened(browser, delivery):
    """The page behind its link, whenever the suite runs."""
    Delivery.objects.update(link_expires_at=timezone.now() + timedelta(days=1))
    return browser.get(f"/n/{delivery.token}/").content.decode()


def test_the_note_follows_the_greeting_escaped_in_html_and_plain_in_text(noted, sink):
    email = sent(sink)
    assert text_of(email).startswith(f"Hello Ada,\n\n{NOTE}\n\nHere is something")
    assert "I thought of you &amp; &lt;this&gt;.<br>" in html_of(email)
    assert (
        html_of(email).index("Hello Ada") < html_of(email).index("Dear Ada") < html_of(email).index("Step 1")
    )


def test_the_second_email_has_no_note_and_no_gap_for_it(noted, sink):
    sent(sink)
    send_due(SLOT + timedelta(weeks=1))
    (mail,) = sink.mails
    assert text_of(parsed(mail.content)).startswith("Hello Ada,\n\nHere is something")
    assert "Dear Ada" not in html_of(parsed(mail.content))
    assert "<p></p>" not in html_of(parsed(mail.content))


def test_others_in_the_same_batch_share_one_edition_without_it(noted, maya, module, sink):
    for name in ("Bea", "Cem"):
        make_assignment(make_client(maya, name, f"{name}@example.org", "Europe/Berlin"), module)
    send_due()
    assert len(sink.mails) == 3
    assert ["Dear Ada" in text_of(parsed(mail.content)) for mail in sink.to("ada@example.org")] == [True]
    assert sum("Dear Ada" in text_of(parsed(mail.content)) for mail in sink.mails) == 1
    assert Edition.objects.count() == 2


def test_what_exactly_did_my_client_receive_with_its_note(noted, sink):
    send_due()
    (mail,) = sink.mails
    delivery = Delivery.objects.get()
    assert content_of(delivery, delivery.submitted_at) == mail.content
    assert NOTE in View.of(Delivery.objects.get()).text
    assert "Dear Ada" in letter_as_sent(Delivery.objects.get()).body


def test_no_table_holds_the_note_in_the_clear(noted, sink):
    send_due()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert "I thought of you" not in str(cursor.fetchall()), table


def test_the_note_waits_for_the_first_email_that_really_goes(noted, module, sink):
    noted.skip_next(SLOT - timedelta(days=1))
    assert NOTE in text_of(sent(sink))
    assert Delivery.objects.get().step.title == "Step 2"


def test_an_email_that_failed_leaves_the_note_to_the_next(noted, sink):
    sink.answer("RCPT", "550 5.7.1 not today")
    send_due()
    assert Delivery.objects.get().state == "failed"
    sink.clear()
    send_due(SLOT + timedelta(weeks=1))
    (mail,) = sink.mails
    assert NOTE in text_of(parsed(mail.content))


def test_a_client_who_receives_short_notices_finds_it_on_the_page_alone(noted, sink, client):
    Client.objects.update(discretion="notice")
    email = sent(sink)
    assert "I thought of you" not in text_of(email) + html_of(email)
    page = opened(client, Delivery.objects.get())
    assert "I thought of you &amp; &lt;this&gt;." in page


def test_the_page_of_the_second_email_does_not_repeat_it(noted, sink, client):
    send_due()
    send_due(SLOT + timedelta(weeks=1))
    first, second = Delivery.objects.order_by("due_at")
    assert "I thought of you" in opened(client, first)
    assert "I thought of you" not in opened(client, second)


def test_the_email_can_be_looked_at_with_its_note_before_it_leaves(noted, mail_folder):

    plan(SLOT)
    assert NOTE in View.of(Delivery.objects.get()).text


def test_without_a_note_a_batch_asks_once_whether_there_is_one(planned, django_assert_num_queries):

    with django_assert_num_queries(1):
        assert notes_of([planned]) == {}
