"""A step is corrected after it went to some: they keep what they got, also behind the link; the others get it anew."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from practice.assignments.own_wording import OwnWording
from practice.mailing.models import Delivery, Edition
from practice.replies.models import Reply
from practice.replies.sheet import Sheet
from resources.models import Prompt, Step
from tests.cast import make_assignment, make_client
from tests.mailing.sending import parsed, send_due, use_server
from tests.replies.paper import text_of, typed
from tests.resources.test_modules_at_the_desk import fields_of


@pytest.fixture
def sink(smtp_sink, settings):
    use_server(settings, smtp_sink.address)
    return smtp_sink


@pytest.fixture
def bea(maya):
    return make_client(maya, "Bea", "bea@example.org", "Europe/Berlin")


def received(client, module):
    """The first step's email to a client, which leaves now."""
    now = timezone.now()
    at = now.astimezone(ZoneInfo(client.time_zone))
    assignment = make_assignment(client, module, at.date(), at.time(), now=now - timedelta(days=1))
    send_due(timezone.now())
    return Delivery.objects.get(assignment=assignment)


@pytest.fixture
def sent(ada, module, sink):
    """Ada's first email, which left."""
    Step.objects.filter(module=module, position=1).update(content_note="An old note.", minutes=4)
    return received(ada, module)


@pytest.fixture
def corrected(sent):
    """Afterwards the whole step was rewritten."""
    Step.objects.filter(pk=sent.step_id).update(
        title="New title", body="<p>New words.</p>", content_note="A new note.", minutes=9
    )
    sent.step.prompts.all().delete()
    Prompt.objects.create(step=sent.step, position=1, text="A new question?")
    return Delivery.objects.get()


def page_of(delivery):
    return f"/n/{delivery.token}/"


def test_the_page_behind_an_old_link_shows_what_was_sent(phone, corrected):
    page = text_of(phone.get(page_of(corrected)))
    for old in (
        "Step 1",
        "Reading number 1.",
        "An old note.",
        "4 minutes",
        "What stayed with you from reading 1?",
    ):
        assert old in page
    for new in ("New title", "New words", "A new note", "A new question?"):
        assert new not in page


def test_it_is_answered_as_it_was_asked(phone, corrected):
    phone.post(page_of(corrected), typed(phone.get(page_of(corrected)), "The sea.", "7"))
    answers = Reply.objects.sent().get().answers.all()
    assert [(answer.prompt, answer.question) for answer in answers] == [
        (None, "What stayed with you from reading 1?"),
        (None, "How settled do you feel?"),
    ]


def test_who_has_not_reached_it_gets_the_correction_in_email_and_page(bea, module, corrected, phone, sink):
    later = received(bea, module)
    (email,) = sink.to("bea@example.org")
    assert "New words." in parsed(email.content).get_body(["plain"]).get_content()
    page = text_of(phone.get(page_of(later)))
    assert "New words." in page
    assert "A new question?" in page


def test_behind_a_short_notice_too_the_words_of_its_time_are_kept(bea, module, sink, phone):
    bea.discretion = "notice"
    bea.save()
    notice = received(bea, module)
    Step.objects.update(body="<p>New words.</p>")
    page = text_of(phone.get(page_of(notice)))
    assert "Reading number 1." in page
    assert "New words" not in page


def test_a_correction_makes_a_new_edition_and_leaves_the_old_one(bea, module, corrected, sink):
    before = Edition.objects.values().get()
    received(bea, module)
    assert Edition.objects.count() == 2
    assert Edition.objects.filter(pk=before["id"]).values().get() == before


def test_a_step_whose_email_has_not_left_is_asked_as_it_is_now(delivery):
    Prompt.objects.filter(step=delivery.step).update(text="Asked anew?")
    assert {question.text for question in Sheet.blank(delivery).questions} == {"Asked anew?"}


def test_saving_a_correction_says_who_gets_it_and_who_keeps_the_old_one(desk, maya, bea, module, sent):
    make_assignment(bea, module)
    page = reverse("admin:resources_step_change", args=(sent.step_id,))
    browser = desk(maya)
    fields = fields_of(browser.get(page)) | {"body": "<p>Better.</p>"}
    said = BeautifulSoup(browser.post(page, fields, follow=True).content, "html.parser").find(id="main").text
    assert "Bea gets it like this." in said
    assert "Ada keeps the wording that was sent, also behind the link." in said


def test_whoever_has_words_of_their_own_is_not_said_to_get_the_correction(desk, maya, ada, bea, module):
    for client in (ada, bea):
        row = make_assignment(client, module)
    step = row.next_step()
    OwnWording.objects.create(assignment=row, step=step, title="For Bea", body="<p>For Bea.</p>")
    page = reverse("admin:resources_step_change", args=(step.pk,))
    browser = desk(maya)
    alone = "You have changed it for Bea alone."
    assert alone in browser.get(page).content.decode()
    fields = fields_of(browser.get(page)) | {"body": "<p>Better.</p>"}
    said = BeautifulSoup(browser.post(page, fields, follow=True).content, "html.parser").find(id="main").text
    assert "Ada gets it like this." in said
    assert alone in said
