"""The home page tells once, in plain words, when emails come back or are unwanted, and leads to what helps."""

import pytest
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing.feedback import Event, take
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery, Suppression
from tests.cast import NOW, make_assignment, make_module


def left(assignment, step=0, **more):
    row = Delivery.planned(assignment, assignment.module.steps.all()[step].pk, NOW, "example.com")
    row.state, row.submitted_at, row.accepted_at = "accepted", NOW, NOW
    row.to_address = assignment.client.email
    for name, value in more.items():
        setattr(row, name, value)
    row.save()
    return row


def told(row, what, text=""):
    take(Event("a provider", what, event_id=f"{row.pk} {what}", delivery_id=row.pk, text=text), NOW)


def concerns(maya):
    return [concern for concern in home(maya, NOW).concerns if "Every step went out" not in concern.why]


@pytest.mark.parametrize("state", ["active", "finished", "paused"])
def test_a_mailbox_that_does_not_exist_is_told_once_with_what_to_do(maya, ada, assignment, state):
    told(left(assignment), Heard.GONE, "550 5.1.1")
    left(assignment, step=1, state="suppressed")
    moment = {} if state == "active" else {"next_due_at": None}
    Assignment.objects.update(state=state, **moment)
    concern = next(concern for concern in concerns(maya) if "no such mailbox" in concern.why)
    assert concern.why == (
        "Emails to Ada’s address come back: there is no such mailbox. "
        "Ask Ada for the right address and change it on their page."
    )
    assert concern.url == reverse("admin:people_client_change", args=(ada.pk,))
    assert not concern.quiet
    assert len(concerns(maya)) == (2 if state == "paused" else 1), "a rest is told besides"


def test_two_series_of_one_client_and_their_emails_make_no_pile(maya, ada, assignment):
    other = make_assignment(ada, make_module(maya, title="Learning to rest"))
    told(left(assignment), Heard.GONE)
    told(left(other), Heard.GONE)
    (concern,) = concerns(maya)
    assert concern.about == "Coming home to yourself and Learning to rest"


def test_a_complaint_is_told_without_alarm(maya, assignment):
    told(left(assignment), Heard.COMPLAINED)
    (concern,) = concerns(maya)
    assert "marked an email as unwanted" in concern.why
    assert "It may have been a slip" in concern.why


def test_a_new_address_leads_to_sending_it_again(client, maya, ada, assignment):
    row = left(assignment)
    told(row, Heard.GONE)
    ada.email = "ada.new@example.org"
    ada.save()
    (concern,) = concerns(maya)
    assert (concern.why, concern.action) == ("Came back. Ada has another address now.", "Send it again")
    client.force_login(maya)
    page = reverse("admin:mailing_delivery_decide", args=(row.pk, "send-again"))
    assert "ada.new@example.org" in client.get(page).content.decode()
    client.post(page)
    row.refresh_from_db()
    assert (row.state, row.heard) == ("due", "")


def test_one_email_that_came_back_this_once_is_mentioned_quietly(maya, assignment):
    row = left(assignment)
    told(row, Heard.RETURNED, "552 5.2.2 full")
    (concern,) = concerns(maya)
    assert concern.why == "It came back. The mailbox is full. The next email is tried as planned."
    assert (concern.quiet, concern.url) == (True, reverse("admin:mailing_delivery_change", args=(row.pk,)))
    assert not Suppression.objects.exists()


def test_three_in_a_row_ask_for_attention(maya, ada, assignment):
    for step in range(3):
        told(left(assignment, step), Heard.RETURNED, "552 5.2.2 full")
    (concern,) = concerns(maya)
    assert concern.why.startswith("The last 3 emails to Ada came back. The mailbox is full.")
    assert (concern.quiet, concern.url) == (False, reverse("admin:people_client_change", args=(ada.pk,)))


def test_two_of_three_do_not(maya, assignment):
    rows = [left(assignment, step) for step in range(3)]
    told(rows[0], Heard.RETURNED)
    told(rows[1], Heard.DELIVERED)
    told(rows[2], Heard.RETURNED)
    (concern,) = concerns(maya)
    assert concern.quiet


def test_nobody_elses_bounces_are_told(maya, tom, assignment):
    told(left(assignment), Heard.GONE)
    assert home(tom, NOW).concerns == []


def test_the_emails_page_says_what_was_told_and_when(client, maya, assignment):
    row = left(assignment)
    told(row, Heard.DELAYED)
    told(row, Heard.GONE)
    client.force_login(maya)
    page = client.get(reverse("admin:mailing_delivery_change", args=(row.pk,))).content.decode()
    assert page.index("It is delayed, and tried again") < page.index("It came back: there is no such mailbox")


# --- For whoever runs the installation


def test_news_without_an_email_can_be_looked_at_and_not_changed(client, superuser, assignment):
    told(left(assignment), Heard.GONE)
    lost = Event("a provider", Heard.DELIVERED, event_id="x", provider_id="somebody-elses-7")
    kept = take(lost, NOW)
    client.force_login(superuser)
    page = client.get(reverse("admin:mailing_providerevent_changelist")).content.decode()
    assert "somebody-elses-7" in page
    assert "no such mailbox</td>" not in page, "that one found its email, and is its practitioner's business"
    one = reverse("admin:mailing_providerevent_change", args=(kept.pk,))
    assert client.get(one).status_code == 200
    assert client.post(one, {"provider_id": "y"}).status_code == 403
    assert client.get(reverse("admin:mailing_providerevent_add")).status_code == 403


def test_a_practitioner_sees_none_of_it(client, maya, assignment):
    take(Event("a provider", Heard.UNKNOWN, event_id="x"), NOW)
    client.force_login(maya)
    assert client.get(reverse("admin:mailing_providerevent_changelist")).status_code == 403
