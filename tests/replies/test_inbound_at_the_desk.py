"""Emails that are not surely the client's wait at the desk, for their own practitioner's eyes and decision."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from practice.people.audit import Action, AuditEntry
from practice.replies.models import InboundMail, Reply
from tests.replies.mails import ADDRESS, OUTLOOK, QUOTED, address_of, came, mail

LIST = "/desk/replies/inboundmail/"


@pytest.fixture(autouse=True)
def takes_mail(settings):
    settings.INBOUND_ADDRESS = ADDRESS


@pytest.fixture
def waiting(delivery):
    """An email to Ada's reply address from another address."""
    return came(mail(address_of(delivery), f"It is me, from work.{QUOTED}", sender="ada@work.example"))


def page_of(row):
    return reverse("admin:replies_inboundmail_change", args=(row.pk,))


def test_maya_learns_of_it_on_her_home_page_without_a_word_of_it(desk, maya, waiting):
    home = desk(maya).get("/desk/").content.decode()
    assert "An email came to Ada’s reply address from another address." in home
    assert page_of(waiting) in home
    listed = desk(maya).get(LIST).content.decode()
    assert "It waits to be looked at" in listed
    for page in (home, listed):
        assert "from work" not in page
        assert "work.example" not in page
    assert "Emails that wait for you" in desk(maya).get("/desk/replies/reply/").content.decode()


def test_looking_shows_it_is_written_down_and_changes_nothing(desk, maya, waiting):
    page = desk(maya).get(page_of(waiting)).content.decode()
    assert "ada@work.example" in page
    assert "It is me, from work." in page
    assert "It is Ada’s: take it in" in page
    assert AuditEntry.objects.get(kind="replies.inboundmail").action == Action.READ
    assert not Reply.objects.exists()
    waiting.refresh_from_db()
    assert waiting.state == "quarantined"


def test_taken_in_it_is_a_reflection_once(desk, maya, ada, waiting):
    browser = desk(maya)
    assert browser.post(page_of(waiting), {"take_in": "1"}).status_code == 302
    reply = Reply.objects.sent().get()
    assert (reply.client, reply.values()) == (ada, ["It is me, from work."])
    for again in ("take_in", "leave_out"):
        assert "decided about this email already" in browser.post(
            page_of(waiting), {again: "1"}, follow=True
        ).content.decode().replace("\n", " ")
    assert Reply.objects.count() == 1
    assert (
        reverse("admin:replies_reply_change", args=(reply.pk,))
        in browser.get(page_of(waiting)).content.decode()
    )


ANSWERED = (
    "See my answers below.\n\n"
    + OUTLOOK
    + "The quiet stayed.\n\nWhat would you tell a friend?\nThat it passes. <3\n"
)


def test_answers_in_a_quotation_that_is_not_marked_are_shown_below_the_reflection(desk, maya, delivery):
    reply = came(mail(address_of(delivery), ANSWERED)).reply
    assert reply.values() == ["See my answers below."]
    page = desk(maya).get(reverse("admin:replies_reply_change", args=(reply.pk,))).content.decode()
    above, _, whole = page.partition("All that stands in the email")
    assert "The quiet stayed." not in above
    assert "The quiet stayed." in whole
    assert "That it passes. &lt;3" in whole


def test_a_reflection_whose_email_is_no_longer_legible_is_shown_and_says_so(desk, maya, delivery):
    reply = came(mail(address_of(delivery), ANSWERED)).reply
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_inboundmail SET raw = 'damaged'")
    page = desk(maya).get(reverse("admin:replies_reply_change", args=(reply.pk,))).content.decode()
    assert "See my answers below." in page
    assert "The email itself cannot be decrypted." in page


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ANSWERED.partition("below.")[2], "text/plain"),
        ("-----Original Message-----\nWhat stayed?\nThe quiet stayed.\n", "text/plain"),
        ("<div><blockquote>What stayed? <b>The quiet stayed.</b></blockquote></div>", "text/html"),
    ],
)
def test_one_that_seems_to_have_no_new_words_is_shown_whole_and_can_be_taken_in(
    desk, maya, delivery, text, kind
):
    row = came(mail(address_of(delivery), text, Content_Type=kind))
    assert row.state == "malformed"
    page = desk(maya).get(page_of(row)).content.decode()
    assert "The quiet stayed." in page
    assert 'name="take_in"' not in page
    desk(maya).post(page_of(row), {"take_in": "1"})
    assert not Reply.objects.exists(), "nothing is new in it"
    desk(maya).post(page_of(row), {"take_all": "1"})
    assert "The quiet stayed." in Reply.objects.sent().get().values()[0]


def test_of_one_from_elsewhere_also_all_of_it_can_be_taken_in(desk, maya, waiting):
    assert "A few minutes for you" in desk(maya).get(page_of(waiting)).content.decode()
    desk(maya).post(page_of(waiting), {"take_all": "1"})
    said = Reply.objects.sent().get().values()[0]
    assert said.startswith("It is me, from work.")
    assert "> A few minutes for you" in said


def test_left_out_what_it_says_is_deleted(desk, maya, waiting):
    desk(maya).post(page_of(waiting), {"leave_out": "1"})
    row = InboundMail.objects.get()
    assert (row.state, row.raw) == ("left out", "")
    assert not Reply.objects.exists()
    assert "from work" not in desk(maya).get(page_of(row)).content.decode()
    assert came(mail(address_of(row.delivery), sender="ada@work.example")) == row, "the same mail comes back"


def test_tom_and_whoever_runs_the_installation_see_nothing(desk, tom, superuser, waiting):
    for other in (tom, superuser):
        assert not re.search(r"\bAda\b", desk(other).get(LIST).content.decode())
        for button in ("take_in", "leave_out"):
            assert desk(other).post(page_of(waiting), {button: "1"}).status_code == 404
        assert desk(other).get(page_of(waiting)).status_code == 404
    waiting.refresh_from_db()
    assert waiting.state == "quarantined"


def test_automatic_mails_are_listed_and_what_they_say_is_not_shown(desk, maya, delivery):
    row = came(mail(address_of(delivery), "a-canary-word", Auto_Submitted="auto-replied"))
    assert "A machine wrote it" in desk(maya).get(LIST).content.decode()
    assert "canary" not in desk(maya).get(page_of(row)).content.decode()
    desk(maya).post(page_of(row), {"take_in": "1"})
    assert not Reply.objects.exists()


def test_one_that_no_key_fits_is_told_apart_and_cannot_be_taken_in(desk, maya, waiting):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_inboundmail SET raw = 'damaged'")
    assert "cannot be decrypted" in desk(maya).get(page_of(waiting)).content.decode()
    desk(maya).post(page_of(waiting), {"take_in": "1"})
    assert not Reply.objects.exists()


def test_a_reflection_by_email_shows_as_one(desk, maya, delivery, phone, link):
    phone.post(link, {"answer-0": "On the page.", "send": "1"})
    assert "by email" not in desk(maya).get("/desk/replies/reply/").content.decode()
    reply = came(mail(address_of(delivery))).reply
    assert desk(maya).get("/desk/replies/reply/").content.decode().count("by email") == 1
    page = desk(maya).get(reverse("admin:replies_reply_change", args=(reply.pk,))).content.decode()
    assert "It came by email" in page
