"""The last email can be sent again: a new email of the same step, which changes nothing of what comes next."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.first_note import FirstNote
from practice.mailing.models import WINDOW, Delivery
from practice.mailing.once_more import send_last_again
from practice.people.models import Consent
from tests.assignments.conftest import move_url, page_of
from tests.assignments.test_assigning import text
from tests.mailing.sending import SLOT, parsed, send_due, text_of

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(maya):
    browser = Browser()
    browser.force_login(maya)
    return browser


@pytest.fixture
def gone(assignment, sink):
    """Ada's assignment, whose first email has left."""
    FirstNote.objects.create(assignment=assignment, text="Dear Ada")
    send_due(SLOT)
    assignment.refresh_from_db()
    return assignment


def test_it_arrives_as_another_email_with_the_same_step_and_a_link_of_its_own(gone, sink):
    assert send_last_again(gone, SLOT + HOUR)
    send_due(SLOT + HOUR)
    first, again = (parsed(mail.content) for mail in sink.mails)
    assert "Step 1" in text_of(again)
    assert text_of(again).startswith("Hello Ada,\n\nDear Ada\n")
    assert first["Message-ID"] != again["Message-ID"]
    one, two = Delivery.objects.order_by("pk")
    assert (one.state, two.state) == ("accepted", "accepted")
    assert one.token != two.token


def test_what_comes_next_stays_as_planned(gone, sink):
    due = gone.next_due_at
    send_last_again(gone, SLOT + HOUR)
    send_due(SLOT + HOUR)
    gone.refresh_from_db()
    assert gone.next_due_at == due
    send_due(due)
    assert "Step 2" in text_of(parsed(sink.mails[-1].content))
    assert "Dear Ada" not in text_of(parsed(sink.mails[-1].content))


def test_a_step_is_brought_again_once(gone, sink):
    assert send_last_again(gone, SLOT + HOUR)
    assert not send_last_again(gone, SLOT + HOUR)
    send_due(SLOT + HOUR)
    assert not send_last_again(gone, SLOT + 2 * HOUR)


def test_one_that_could_not_leave_does_not_bring_its_step_a_third_time(gone, sink):
    send_last_again(gone, SLOT + HOUR)
    send_due(SLOT + HOUR + WINDOW)  # too late for it
    again = Delivery.objects.get(kind="again")
    assert again.state == "cancelled"
    assert gone.next_step().title == "Step 2"
    assert send_last_again(gone, SLOT + 10 * HOUR)
    send_due(SLOT + 10 * HOUR)
    assert Delivery.objects.get(kind="again").state == "accepted"


def test_an_email_that_came_back_is_not_offered(gone):
    Delivery.objects.update(state="bounced")
    assert not send_last_again(gone, SLOT + HOUR)


def test_the_desk_says_what_reaches_whom_and_asks_once(gone, desk, sink):
    url = move_url(gone, "send-last-again")
    for ask in (desk.get, desk.head):
        ask(url)
    assert Delivery.objects.count() == 1
    question = desk.get(url)
    assert "This email goes to Ada at ada@example.org now. It brings “Step 1” once more" in text(question)
    said = text(desk.post(url, {"step": question.context["step_id"]}, follow=True))
    assert "The last email is on its way to Ada again." in said
    assert "Step 1 Once more: waiting to leave" in said
    assert "Send the last email again" not in said


def test_it_goes_nowhere_without_consent_or_during_a_pause(gone, desk):
    url = move_url(gone, "send-last-again")
    step = gone.next_step().pk
    gone.pause(timezone.now())
    assert "This cannot be done now. Paused, your choice." in text(desk.get(url))
    desk.post(url, {"step": step})
    gone.resume(timezone.now())
    Consent.objects.update(withdrawn_at=timezone.now())
    desk.post(url, {"step": step})
    assert Delivery.objects.count() == 1
    assert "Send the last email again" not in text(desk.get(page_of(gone)))


def test_another_practitioner_cannot(gone, tom):
    browser = Browser()
    browser.force_login(tom)
    assert browser.post(move_url(gone, "send-last-again")).status_code == 404
    assert Delivery.objects.count() == 1
