"""The practitioner sees what left, exactly as it looked, and decides where nobody can know. Tom sees nothing of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.assignments.schedule import local_day
from practice.mailing.models import Delivery, Suppression
from practice.people.models import Client, Consent
from tests.cast import NOW
from tests.mailing.scripted_smtp import DROP
from tests.mailing.sending import SLOT, send_due


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def toms_desk(client, tom):
    client.force_login(tom)
    return client


@pytest.fixture
def sent(assignment, mail_folder):
    send_due()
    return Delivery.objects.get()


@pytest.fixture
def uncertain(assignment, server):
    server.script = {"DOT": DROP}
    send_due()
    server.script = {}
    return Delivery.objects.get()


def page(row, **query):
    return reverse("admin:mailing_delivery_change", args=(row.pk,), query=query)


def frame(row):
    return reverse("admin:mailing_delivery_email", args=(row.pk,))


def decide(row, slug):
    return reverse("admin:mailing_delivery_decide", args=(row.pk, slug))


def text_of(response):
    return response.content.decode()


def test_the_list_shows_client_step_time_and_state(desk, sent):
    text = text_of(desk.get(reverse("admin:mailing_delivery_changelist")))
    for words in ("Ada", "Step 1", "Sunday 8 March 2026 at 18:00", "Sent"):
        assert words in text


def test_the_time_is_told_on_both_clocks_where_they_differ(desk, sent):
    Client.objects.update(time_zone="America/New_York")
    text = text_of(desk.get(reverse("admin:mailing_delivery_changelist")))
    assert "Sunday 8 March 2026 at 18:00" in text
    assert "Sunday 8 March 2026 at 13:00, New York time" in text


def test_an_empty_list_says_what_will_come_there(desk):
    assert "No email has left yet." in text_of(desk.get(reverse("admin:mailing_delivery_changelist")))


def test_the_page_tells_what_became_of_it(desk, sent):
    text = text_of(desk.get(page(sent)))
    for words in (
        "Captured on this machine",
        "exactly as Ada gets it",
        "ada@example.org",
        "Coming home to yourself",
    ):
        assert words in text


def test_captured_mail_is_shown_with_links_that_can_be_followed(desk, sent, settings):
    settings.EMAIL_IS_CAPTURED = True
    assert "you can follow the links" in text_of(desk.get(page(sent)))
    assert f"/n/{sent.token}/" in text_of(desk.get(frame(sent)))
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in text_of(desk.get(page(sent)))


def test_mail_that_really_left_is_shown_without_its_private_link(desk, sent, settings):
    settings.EMAIL_IS_CAPTURED = False
    for show in ("letter", "phone", "text", "headers"):
        assert sent.token not in text_of(desk.get(page(sent, show=show)))
    framed = text_of(desk.get(frame(sent)))
    assert sent.token not in framed
    assert "href" not in framed
    assert 'sandbox=""' in text_of(desk.get(page(sent)))


def test_the_frame_can_do_nothing(desk, sent):
    headers = desk.get(frame(sent)).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "no-store" in headers["Cache-Control"]


def test_the_text_part_and_the_headers_are_shown_too(desk, sent):
    assert "What stayed with you from reading 1?" in text_of(desk.get(page(sent, show="text")))
    assert sent.message_id.strip("<>") in text_of(desk.get(page(sent, show="headers")))


def test_an_email_that_waits_is_shown_as_it_would_leave_now(desk, planned):
    assert "as it would leave now" in text_of(desk.get(page(planned)))
    assert "Reading number 1." in text_of(desk.get(frame(planned)))
    planned.refresh_from_db()
    assert planned.edition is None


def test_an_email_that_cannot_be_written_says_so(desk, planned):
    Client.objects.update(email="ada@example.org\nBcc: all@example.org")
    assert "cannot be shown" in text_of(desk.get(page(planned)))
    assert desk.get(frame(planned)).status_code == 404


def test_looking_changes_nothing(desk, sent):
    before = Delivery.objects.values().get()
    for address in (page(sent), frame(sent), decide(sent, "send-again")):
        desk.get(address)
        desk.head(address)
    assert Delivery.objects.values().get() == before


def test_nobody_adds_changes_or_deletes_an_email(desk, sent):
    for address in ("add/", f"{sent.pk}/delete/"):
        assert desk.get(f"/desk/mailing/delivery/{address}").status_code in (302, 403, 404)
        assert desk.post(f"/desk/mailing/delivery/{address}", {"post": "yes"}).status_code in (302, 403, 404)
    desk.post(page(sent), {"state": "failed", "to_address": "x@example.org"})
    row = Delivery.objects.get()
    assert (row.state, row.to_address) == ("accepted", "ada@example.org")


# --- Where nobody can know ------------------------------------------------------------------------


def test_an_uncertain_email_is_never_called_sent_or_failed(desk, uncertain):
    text = text_of(desk.get(page(uncertain)))
    assert "We can’t confirm that this email left" in text
    assert "It may have arrived." in text
    assert "Send again" in text
    assert "Mark as sent" in text


def test_sending_again_asks_first_and_keeps_the_message_id(desk, uncertain, server):
    asked = text_of(desk.get(decide(uncertain, "send-again")))
    assert "goes to Ada at ada@example.org" in asked
    assert "it arrives twice" in asked
    assert Delivery.objects.get().state == "uncertain"
    desk.post(decide(uncertain, "send-again"))
    row = Delivery.objects.get()
    assert row.state == "due"
    send_due(row.due_at)
    assert Delivery.objects.get().state == "accepted"
    assert all(uncertain.message_id.encode() in content for content in server.accepted)
    assert len(server.accepted) == 2


def test_marking_as_sent_sends_nothing(desk, uncertain, server):
    desk.post(decide(uncertain, "mark-as-sent"))
    assert Delivery.objects.get().state == "accepted"
    send_due(SLOT + timedelta(minutes=5))
    assert len(server.accepted) == 1


def test_a_failed_email_leaves_again_for_the_corrected_address(desk, assignment, server):
    server.script = {"RCPT": lambda rcpt: "550 5.1.1 no" if "ada@example.org" in rcpt else None}
    send_due()
    row = Delivery.objects.get()
    text = text_of(desk.get(page(row)))
    assert "There is no mailbox with this address" in text
    assert "Mark as sent" not in text
    Client.objects.update(email="ada@new.example.org")
    desk.post(decide(row, "send-again"))
    send_due(Delivery.objects.get().due_at)
    assert Delivery.objects.get().state == "accepted"
    assert b"ada@new.example.org" in server.accepted[0]


def test_nothing_is_sent_again_to_somebody_who_no_longer_agrees(desk, uncertain):
    Consent.objects.update(withdrawn_at=NOW)
    assert "took back the agreement" in text_of(desk.post(decide(uncertain, "send-again")))
    assert Delivery.objects.get().state == "uncertain"


@pytest.mark.parametrize("rest", ["pause", "stop"])
def test_nothing_is_sent_again_while_a_series_rests(desk, uncertain, assignment, rest):
    assignment.refresh_from_db()
    getattr(assignment, rest)(SLOT)
    assert "This cannot be done now." in text_of(desk.post(decide(uncertain, "send-again")))
    assert Delivery.objects.get().state == "uncertain"


def test_nothing_is_sent_again_on_a_day_without_emails(desk, uncertain, ada):
    today = local_day(timezone.now(), ada.time_zone)
    free = Blackout.objects.create(client=ada, first_on=today, last_on=today, by_client=True)
    said = text_of(desk.post(decide(uncertain, "send-again")))
    assert "This cannot be done now." in said
    assert "the client’s choice." in said
    assert Delivery.objects.get().state == "uncertain"
    free.delete()
    desk.post(decide(uncertain, "send-again"))
    assert Delivery.objects.get().state == "due"


def test_the_last_email_of_a_series_can_be_sent_again(desk, uncertain, assignment):
    Assignment.objects.update(state="finished", next_due_at=None, next_on=None)
    desk.post(decide(uncertain, "send-again"))
    assert Delivery.objects.get().state == "due"


@pytest.mark.parametrize("why", ["bounced", "complained"])
def test_a_client_who_wants_emails_again_can_have_them(desk, sent, why):
    Suppression.objects.create(address="ada@example.org", why=why)
    assert "Write to this address again" in text_of(desk.get(page(sent)))
    assert "Only do this when Ada has told you" in text_of(desk.get(decide(sent, "write-again")))
    assert Suppression.objects.exists()
    desk.post(decide(sent, "write-again"))
    assert not Suppression.objects.exists()
    assert "Write to this address again" not in text_of(desk.get(page(sent)))


def test_only_a_clients_own_yes_ends_that_they_asked_for_no_more_emails(desk, sent, ada):
    Suppression.objects.create(address="ada@example.org", why=Suppression.Why.ASKED)
    assert "Write to this address again" not in text_of(desk.get(page(sent)))
    for ask in (desk.get, desk.post):
        assert ask(decide(sent, "write-again")).url == page(sent)
    assert Suppression.objects.exists()
    assert "Invite Ada by email" in text_of(desk.get(reverse("admin:people_client_change", args=(ada.pk,))))


def test_a_decision_that_comes_too_late_changes_nothing(desk, sent):
    desk.post(decide(sent, "send-again"))
    desk.post(decide(sent, "mark-as-sent"))
    assert Delivery.objects.get().state == "accepted"


# --- A step before anybody has received it --------------------------------------------------------


def preview(step, name="admin:mailing_step_preview", **query):
    return reverse(name, args=(step.pk,), query=query)


def test_a_step_is_previewed_as_an_email_to_somebody(desk, module):
    step = module.steps.first()
    assert "addressed to somebody called Alex" in text_of(desk.get(preview(step)))
    framed = text_of(desk.get(preview(step, "admin:mailing_step_preview_email")))
    assert "Hello Alex," in framed
    assert "Reading number 1." in framed
    assert "href" not in framed


def test_the_preview_shows_the_short_notice_as_well(desk, module):
    framed = text_of(
        desk.get(preview(module.steps.first(), "admin:mailing_step_preview_email", discretion="notice"))
    )
    assert "Reading number 1." not in framed


# --- Others ---------------------------------------------------------------------------------------


def test_tom_finds_nothing_of_mayas(toms_desk, sent, module):
    step = module.steps.first()
    addresses = [page(sent), frame(sent), decide(sent, "send-again"), decide(sent, "mark-as-sent")]
    addresses += [preview(step), preview(step, "admin:mailing_step_preview_email")]
    for address in addresses:
        assert toms_desk.get(address).status_code == 404
        assert toms_desk.post(address).status_code == 404
    assert "Ada" not in text_of(toms_desk.get(reverse("admin:mailing_delivery_changelist")))


def test_a_visitor_is_asked_to_sign_in(client, sent, module):
    for address in (page(sent), frame(sent), preview(module.steps.first())):
        assert re.match(r"/desk/login/", client.get(address).headers["Location"])
