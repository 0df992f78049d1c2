"""One step can be worded for one client: in the email, on the page, and in what exactly they received."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from practice.assignments.first_note import FirstNote
from practice.assignments.own_wording import OwnWording
from practice.assignments.rewording import WordingForm, as_it_is, reword, take_modules_words
from practice.mailing.mime import content_of
from practice.mailing.models import Delivery, Edition
from practice.mailing.planning import plan
from practice.mailing.viewing import View
from resources.models import Step
from tests.assignments.conftest import page_of, signed_in
from tests.assignments.test_assigning import text
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, html_of, parsed, send_due, text_of

WORDS = {"title": "For you, Ada", "body": "<p>Sit by <strong>the sea</strong> & wait.</p>"}


def wording_url(assignment, step):
    return reverse("admin:assignments_assignment_wording", args=(assignment.pk, step.pk))


@pytest.fixture
def first(module):
    return module.steps.first()


@pytest.fixture
def worded(assignment, first):
    assert reword(assignment, first, **WORDS)
    return assignment


def typed(desk, assignment, step, **words):
    """What a browser sends from the page of a step's words, with these typed."""
    page = BeautifulSoup(desk.get(wording_url(assignment, step)).content, "html.parser")
    return WORDS | {"seen": page.find("input", {"name": "seen"})["value"]} | words


def emails_to(sink, address):
    return [parsed(mail.content) for mail in sink.to(address)]


# --- What the client gets -------------------------------------------------------------------------


def test_the_email_has_these_words_for_this_client_alone(worded, maya, module, sink):
    make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    send_due()
    (adas,), (beas,) = emails_to(sink, "ada@example.org"), emails_to(sink, "bea@example.org")
    assert "For you, Ada" in text_of(adas)
    assert "Sit by the sea & wait." in text_of(adas)
    assert "<strong" in html_of(adas)
    assert "Reading number 1." not in text_of(adas) + html_of(adas)
    assert "What stayed with you from reading 1?" in text_of(adas)
    assert "Reading number 1." in text_of(beas)
    assert "the sea" not in text_of(beas) + html_of(beas)
    assert Edition.objects.count() == 2
    assert not Step.objects.filter(title="For you, Ada").exists()


def test_the_next_step_is_the_modules_again(worded, sink):
    send_due()
    send_due(SLOT + timedelta(weeks=1))
    assert "Reading number 2." in text_of(emails_to(sink, "ada@example.org")[1])


def test_what_exactly_did_my_client_receive_shows_these_words(worded, sink):
    send_due()
    (mail,) = sink.mails
    delivery = Delivery.objects.get()
    assert content_of(delivery, delivery.submitted_at) == mail.content
    assert "For you, Ada" in View.of(delivery).text


def test_the_email_can_be_looked_at_before_it_leaves(worded):
    plan(SLOT)
    assert "For you, Ada" in View.of(Delivery.objects.get()).text


def test_the_page_behind_the_link_shows_these_words(worded, sink, client):
    send_due()
    Delivery.objects.update(link_expires_at=timezone.now() + timedelta(days=1))
    page = client.get(f"/n/{Delivery.objects.get().token}/").content.decode()
    assert "For you, Ada" in page
    assert "<strong>the sea</strong>" in page
    assert "Reading number 1." not in page


def test_no_wording_can_make_a_placeholder_or_a_script(assignment, first, sink):
    reword(assignment, first, "\ue000token\ue001", "<p>&#xE000;token&#xE001;</p><script>alert(1)</script>")
    send_due()
    (email,) = emails_to(sink, "ada@example.org")
    assert Delivery.objects.get().token not in text_of(email).split("http")[0]
    assert "alert" not in html_of(email)


def test_a_step_that_was_handed_over_is_no_longer_reworded(worded, first):
    form = WordingForm(as_it_is(worded, first))
    plan(SLOT)
    assert not reword(worded, first, "Too late", "<p>x</p>")
    assert not take_modules_words(form, worded, first)
    assert OwnWording.objects.get().title == "For you, Ada"


# --- At the desk ----------------------------------------------------------------------------------


@pytest.fixture
def desk(maya):
    return signed_in(maya)


def test_it_is_written_in_the_small_editor_from_the_modules_words(desk, assignment, first):
    assert f'href="{wording_url(assignment, first)}"' in desk.get(page_of(assignment)).content.decode()
    response = desk.get(wording_url(assignment, first))
    assert "Reading number 1." in response.content.decode()
    assert "data-django-prose-editor" in response.content.decode()
    assert not OwnWording.objects.exists()
    said = text(desk.post(wording_url(assignment, first), typed(desk, assignment, first), follow=True))
    assert "“Step 1” is changed for Ada alone. The module stays as it is." in said
    assert "Changed for Ada alone." in said
    assert OwnWording.objects.get().body == "<p>Sit by <strong>the sea</strong> &amp; wait.</p>"
    assert "For you, Ada" in desk.get(wording_url(assignment, first)).content.decode()


def test_the_modules_words_can_be_taken_again(desk, worded, first):
    words = typed(desk, worded, first, as_module="1")
    said = text(desk.post(wording_url(worded, first), words, follow=True))
    assert "“Step 1” goes out as the module has it." in said
    assert not OwnWording.objects.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "Give it a title."),
        ({"body": ""}, "Write something"),
        ({"body": "<p></p>"}, "Write something"),
    ],
)
def test_nothing_empty_is_kept_and_nothing_typed_is_lost(desk, assignment, first, change, message):
    response = desk.post(wording_url(assignment, first), typed(desk, assignment, first, **change))
    assert response.status_code == 422
    assert message in text(response)
    assert not OwnWording.objects.exists()


def test_words_for_a_step_that_has_just_left_are_not_lost(desk, assignment, first):
    words = typed(desk, assignment, first)
    plan(SLOT)
    response = desk.post(wording_url(assignment, first), words)
    assert response.status_code == 422
    assert "This step has been handed over or skipped in the meantime" in text(response)
    assert "For you, Ada" in response.content.decode()
    assert "Nothing was changed" in text(desk.get(wording_url(assignment, first), follow=True))


def test_an_older_window_does_not_write_over_what_a_newer_one_kept(desk, assignment, first):
    mine = typed(desk, assignment, first, title="Mine", body="<p>My words.</p>")
    desk.post(
        wording_url(assignment, first), typed(desk, assignment, first, body="<p>Written for an hour.</p>")
    )
    response = desk.post(wording_url(assignment, first), mine)
    assert response.status_code == 422
    said = text(response)
    assert "These words were changed in another window after you opened them here." in said
    assert '<a href="">take the other version</a>' in response.content.decode()
    assert "There: “For you, Ada”." in said
    assert "The reading as it is there Written for an hour." in said
    page = BeautifulSoup(response.content, "html.parser")
    assert page.find("input", {"name": "title"})["value"] == "Mine"
    assert page.find("textarea", {"name": "body"}).text.strip() == "<p>My words.</p>"
    assert OwnWording.objects.get().body == "<p>Written for an hour.</p>"

    again = mine | {"seen": page.find("input", {"name": "seen"})["value"]}
    assert desk.post(wording_url(assignment, first), again).status_code == 302
    assert OwnWording.objects.get().body == "<p>My words.</p>"


def test_what_was_corrected_in_the_module_meanwhile_is_shown_before_other_words_stay_for_good(
    desk, assignment, first
):
    mine = typed(desk, assignment, first)
    first.body = "<p>Corrected.</p>"
    first.save()
    response = desk.post(wording_url(assignment, first), mine)
    assert response.status_code == 422
    assert "The reading as it is there Corrected." in text(response)
    assert not OwnWording.objects.exists()


def test_pressing_twice_keeps_the_same_words_without_a_question(desk, assignment, first):
    words = typed(desk, assignment, first)
    for _press in range(2):
        assert desk.post(wording_url(assignment, first), words).status_code == 302
    assert OwnWording.objects.get().title == "For you, Ada"


def test_words_that_somebody_wrote_meanwhile_are_shown_before_they_are_given_up(desk, worded, first):
    page = typed(desk, worded, first, as_module="1")
    desk.post(wording_url(worded, first), typed(desk, worded, first, body="<p>Written for an hour.</p>"))
    response = desk.post(wording_url(worded, first), page)
    assert response.status_code == 422
    assert "Nothing is changed yet. Press “Use the module’s words again” once more" in text(response)
    assert "The reading as it is there Written for an hour." in text(response)
    assert OwnWording.objects.get().body == "<p>Written for an hour.</p>"

    seen = BeautifulSoup(response.content, "html.parser").find("input", {"name": "seen"})["value"]
    said = text(desk.post(wording_url(worded, first), page | {"seen": seen}, follow=True))
    assert "“Step 1” goes out as the module has it." in said
    assert not OwnWording.objects.exists()


def test_words_that_somebody_gave_up_meanwhile_need_no_second_press(desk, worded, first):
    page = typed(desk, worded, first, as_module="1")
    for said in ("goes out as the module has it", "Nothing was changed"):
        assert said in text(desk.post(wording_url(worded, first), page, follow=True))


def test_another_practitioner_and_another_modules_step_are_not_found(
    assignment, first, tom, desk, toms_module
):
    assert signed_in(tom).post(wording_url(assignment, first), WORDS).status_code == 404
    assert desk.post(wording_url(assignment, toms_module.steps.first()), WORDS).status_code == 404
    assert not OwnWording.objects.exists()


def test_the_next_email_can_be_seen_as_this_client_will_get_it(desk, worded, sink):
    FirstNote.objects.create(assignment=worded, text="Dear Ada")
    page, frame = (reverse(f"admin:mailing_next_preview{part}", args=(worded.pk,)) for part in ("", "_email"))
    assert f'href="{page}"' in desk.get(page_of(worded)).content.decode()
    said = text(desk.get(page, {"show": "text"}))
    assert "Hello Ada, Dear Ada Here is something short" in said
    assert "Sit by the sea & wait." in said
    html = desk.get(frame).content.decode()
    assert "For you, Ada" in html
    assert "href=" not in html
    assert not Delivery.objects.exists()
    send_due()
    said = text(desk.get(page, {"show": "text"}))
    assert "Reading number 2." in said
    assert "Dear Ada" not in said


def test_without_a_next_email_or_for_another_practitioner_there_is_none_to_see(desk, worded, tom):
    url = reverse("admin:mailing_next_preview", args=(worded.pk,))
    assert signed_in(tom).get(url).status_code == 404
    for step in worded.module.steps.all():
        worded.pass_step(step, SLOT)
    assert desk.get(url).status_code == 404
