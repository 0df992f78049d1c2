"""The page that erases a client's records: it says what goes and what does not, and asks for the name."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.urls import reverse

from practice.desk.models import Erasure
from practice.mailing.models import Delivery
from practice.people.models import Client
from practice.replies.models import Message, Reply
from tests.cast import NOW
from tests.isolation.worlds import answered


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def reply(assignment):
    """Ada got one email, and wrote to it."""
    return answered(assignment)


def page_of(client):
    return reverse("admin:people_client_delete", args=(client.pk,))


def words_of(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").find(id="content").get_text(" ").split())


def test_the_clients_page_leads_to_it_and_looking_erases_nothing(desk, ada, reply):
    assert page_of(ada) in desk.get(reverse("admin:people_client_change", args=(ada.pk,))).content.decode()
    page = desk.get(page_of(ada))
    assert "Erase Ada’s records" in page.content.decode()
    assert Client.objects.filter(pk=ada.pk).exists()


def test_it_says_what_goes_what_stays_and_what_is_out_of_reach(desk, ada, reply, settings):
    Message.write(ada, "a word", "a" * 32, NOW, by_client=True)
    Reply.objects.create(delivery=reply.delivery, page="draft", saved_at=NOW)
    settings.INBOUND_MAILBOX = "imap+ssl://somebody@example.org"
    said = words_of(desk.get(page_of(ada)))
    for words in (
        "This cannot be undone",
        "1 series",
        "1 email with its private link, which opens nothing",
        "1 reflection, with your notes on it, and whatever Ada wrote and did not send",
        "1 message between you, and 0 emails",
        "a fingerprint of the address",
        "Emails in Ada’s mailbox",
        "Mails in the mailboxes that Interlude reads",
        "Emails captured on this machine",
        "Backups, until they are replaced",
    ):
        assert words in said
    assert "river" not in said


def test_it_does_not_tell_whether_they_kept_anything_for_themselves(desk, ada, reply):
    before = words_of(desk.get(page_of(ada)))
    Reply.objects.create(delivery=reply.delivery, page="kept", sharing="keep", saved_at=NOW, kept_at=NOW)
    assert words_of(desk.get(page_of(ada))) == before


def test_with_the_name_everything_is_erased_and_the_answer_does_not_say_it(desk, ada, reply):
    answer = desk.post(page_of(ada), {"name": "  ADA "}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("admin:people_client_changelist")
    assert "Erased. Nothing of this client is kept here any more." in answer.content.decode()
    assert "Ada" not in answer.content.decode()
    assert not Client.objects.exists()
    assert not Reply.objects.exists()
    assert Erasure.objects.get().reflections == 1


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Zoe\u0308 Ito", "zo\u00eb ito"),  # two dots beside the letter, as some lists have them
        ("Niamh O’Brien", "Niamh O'Brien"),
        ("Jean\u2011Luc", "Jean-Luc"),
        ("Ali\u200c Reza\u00a0M.", "Ali Reza M."),
    ],
)
def test_the_name_is_typed_on_whatever_keyboard(desk, ada, name, typed):
    Client.objects.filter(pk=ada.pk).update(name=name)
    desk.post(page_of(ada), {"name": typed})
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Type the name. Nothing was erased."),
        ("Adam", "This is not the name. It is Ada, and nothing was erased."),
    ],
)
def test_without_the_name_nothing_is_erased(desk, ada, reply, typed, says):
    answer = desk.post(page_of(ada), {"name": typed, "post": "yes"})
    assert answer.status_code == 422
    assert says in words_of(answer)
    assert Client.objects.filter(pk=ada.pk).exists()


def test_while_an_email_is_being_handed_over_it_says_so_and_erases_nothing(desk, ada, reply):
    Delivery.objects.update(state="submitting")
    answer = desk.post(page_of(ada), {"name": "Ada"}, follow=True)
    assert "Nothing was erased: try again in a few minutes." in answer.content.decode()
    assert Client.objects.filter(pk=ada.pk).exists()


def test_another_practitioners_client_is_not_found(desk, bo):
    for send in (desk.get, desk.post):
        assert send(page_of(bo), {"name": "Bo"}).status_code == 404
    assert Client.objects.filter(pk=bo.pk).exists()


def test_pressed_twice_it_is_not_found_the_second_time(desk, ada):
    desk.post(page_of(ada), {"name": "Ada"})
    assert desk.post(page_of(ada), {"name": "Ada"}).status_code == 404


def test_there_is_no_other_way_to_delete_a_client(desk, ada, rf, maya):
    clients = admin.site.get_model_admin(Client)
    request = rf.get("/")
    request.user = maya
    assert not clients.has_delete_permission(request, ada)
    assert "delete_selected" not in clients.get_actions(request)
    chosen = {"action": "delete_selected", "_selected_action": [ada.pk], "post": "yes"}
    desk.post(reverse("admin:people_client_changelist"), chosen)
    assert Client.objects.filter(pk=ada.pk).exists()
