"""A client has moved to another mailbox. Who reads the old one learns nothing there of what came after, and can do
nothing in their name but stop the emails."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.mailing import notices
from practice.mailing.models import Delivery, Notice
from practice.people.models import Client
from practice.replies.models import Reply
from tests.replies.paper import text_of

PAGES = ("", "draft/", "pace/", "address/")
OLD, NEW = "before@example.org", "safe@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def move(desk, maya, ada):
    """Maya gives Ada another address, at the desk."""

    def to(address):
        form = {"name": "Ada", "greeting": "", "email": address, "time_zone": ada.time_zone, "language": "en"}
        page = f"/desk/people/client/{ada.pk}/change/"
        return desk(maya).post(page, form | {"discretion": "full", "private_note": ""}, follow=True)

    return to


@pytest.fixture
def old(delivery, move):
    """The path of the link of an email that went to Ada's address of before."""
    Delivery.objects.update(to_address=OLD)
    move(OLD)
    move(NEW)
    return f"/n/{delivery.token}/"


@pytest.fixture
def nowhere(phone, practice):
    return phone.get("/n/nothing/")


def state_of(assignment):
    assignment.refresh_from_db()
    return assignment.state, assignment.state_by


# --- What no longer opens


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=300)])
@pytest.mark.parametrize("page", PAGES)
def test_a_link_in_the_old_mailbox_opens_nothing(phone, nowhere, old, page, age):
    Delivery.objects.update(link_expires_at=timezone.now() + timedelta(days=1) - age)
    for ask in (phone.get, phone.post):
        response = ask(old + page)
        assert (response.status_code, response.content) == (404, nowhere.content)
        assert response.headers == nowhere.headers


@pytest.mark.parametrize("kind", [kind for kind in Notice.Kind if kind != Notice.Kind.INVITATION])
def test_nor_does_that_of_a_short_email_or_the_way_to_their_own_page(phone, nowhere, old, ada, kind):
    notice = notices.post(ada, kind, timezone.now())
    Notice.objects.update(to_address=OLD, state="sent")
    for token in (notice.token, Delivery.objects.get().token):
        for ask in (phone.get, phone.post):
            assert ask(f"/c/{token}/", {"do": "code"}).content == nowhere.content
    assert Notice.objects.count() == 1


def test_nobody_there_changes_days_rests_carries_on_or_writes(phone, old, ada, assignment):
    day = (timezone.localdate() + timedelta(days=9)).isoformat()
    phone.post(f"{old}pace/", {"do": "free_days", "first_on": day, "last_on": day})
    phone.post(f"{old}pace/", {"do": "pause", "until": day})
    phone.post(old, {"answer-0": "As if I were her.", "send": "1"})
    assert state_of(assignment)[0] == "active"
    assert not Blackout.objects.exists()
    assert not Reply.objects.exists()


def test_an_address_that_is_written_otherwise_is_the_same(phone, delivery):
    Delivery.objects.update(to_address="ADA@Example.org")
    assert phone.get(f"/n/{delivery.token}/pace/").status_code == 200


def test_a_letter_that_stands_for_any_other_is_none_here(phone, delivery, nowhere):
    Delivery.objects.update(to_address="adaxb@example.org")
    Client.objects.update(email="ada_b@example.org")
    assert phone.get(f"/n/{delivery.token}/").content == nowhere.content


def test_a_client_who_goes_back_finds_their_pages_again(phone, old, move):
    move(OLD)
    assert phone.get(old).status_code == 200


# --- What still does: to stop


@pytest.mark.parametrize("how", [ONE_CLICK, {"what": "series"}, {"what": "all"}])
def test_the_old_mailbox_can_still_stop_the_emails(phone, old, ada, assignment, how):
    assert phone.post(f"{old}stop/", how).status_code == 200
    assert state_of(assignment) == ("stopped", "the client")


def test_to_look_at_the_way_to_stop_stops_nothing(phone, old, assignment):
    assert phone.get(f"{old}stop/").status_code == 200
    assert state_of(assignment)[0] == "active"


@pytest.mark.parametrize("ask", ["get", "post"])
def test_the_page_that_stops_is_the_same_there_whatever_became_of_the_client(
    phone, old, ada, assignment, tom, ask
):
    def said():
        return getattr(phone, ask)(f"{old}stop/").content

    before = said()
    assignment.pause(timezone.now(), by="the client")
    assert said() == before
    assignment.stop(timezone.now(), by="the client")
    assert said() == before
    Client.objects.update(practitioner=tom, email="elsewhere@example.org")
    assert said() == before
    Delivery.objects.update(link_expires_at=timezone.now() - timedelta(days=1))
    assert said() == before
    for word in ("Maya", "Tom", "/pace/", "/c/", "carry on"):
        assert word.encode() not in before


# --- The desk


def test_the_desk_says_that_the_old_links_are_closed(move):
    assert "no longer open" in text_of(move(NEW))
    assert "no longer open" not in text_of(move(NEW)), "and not where nothing changed"
    assert "no longer open" not in text_of(move(NEW.upper()))


def test_an_email_that_is_sent_again_to_the_new_address_has_a_link_of_its_own(phone, old, nowhere):
    Delivery.objects.update(state="uncertain")
    assert Delivery.objects.get().send_again(timezone.now())
    Delivery.objects.update(to_address=NEW, state="accepted")
    assert phone.get(old).content == nowhere.content
    assert phone.get(f"/n/{Delivery.objects.get().token}/").status_code == 200
