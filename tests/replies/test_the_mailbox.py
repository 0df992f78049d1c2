"""Whether others read the mailbox: asked quietly after something was sent, twice a year, and never by email."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practice.mailing.models import Delivery, Notice
from practice.people.models import AuditEntry, Client
from tests.replies.paper import soup, text_of, typed

QUESTION = "Are you the only one who reads this mailbox?"


def send(browser, link):
    """Send a reflection; what the browser shows then."""
    page = browser.get(f"{link}?another")
    return browser.post(link, typed(page, "Something."), follow=True)


@pytest.fixture
def page(link):
    return f"{link}address/"


def fields_at_the_desk(response):
    """What the page of a client at the desk would send back as it is."""
    form = soup(response).select_one("#client_form")
    boxes = form.select(
        "input[type=text], input[type=email], input[type=hidden], input[type=radio][checked], input[list]"
    )
    chosen = {box["name"]: box.get("value", "") for box in boxes if box.get("name")}
    chosen |= {box["name"]: box.get_text().strip() for box in form.select("textarea")}
    picked = form.select("select option[selected]")
    return chosen | {option.find_parent("select")["name"]: option["value"] for option in picked}


def said(at, alone=True):
    Client.objects.update(address_is_private=alone, address_told_at=at)


def test_it_is_asked_after_something_was_sent_and_not_before(phone, link, page):
    assert QUESTION not in text_of(phone.get(link))
    shown = send(phone, link)
    assert QUESTION in text_of(shown)
    assert soup(shown).select_one("form.alone")["action"] == page
    assert not Notice.objects.exists()


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_it_is_asked_again_only_after_half_a_year(phone, link, page, answer):
    phone.post(page, {"alone": answer})
    assert QUESTION not in text_of(send(phone, link))
    Client.objects.update(address_told_at=timezone.now() - timedelta(days=183))
    assert QUESTION in text_of(send(phone, link))


def test_no_makes_every_email_a_short_notice_at_once(phone, page, ada, desk, maya):
    shown = phone.post(page, {"alone": "no"})
    assert "From now on an email says only that there is something to read." in text_of(shown)
    ada.refresh_from_db()
    assert (ada.discretion, ada.address_is_private) == ("notice", False)
    assert AuditEntry.objects.about(ada).get(action="changed").actor is None
    at_the_desk = text_of(desk(maya).get(f"/desk/people/client/{ada.pk}/change/"))
    assert "Others can, they said on" in at_the_desk


def test_an_old_page_at_the_desk_does_not_undo_what_they_said(phone, page, ada, desk, maya):
    client_page = f"/desk/people/client/{ada.pk}/change/"
    shown = fields_at_the_desk(desk(maya).get(client_page))
    phone.post(page, {"alone": "no"})
    desk(maya).post(client_page, shown | {"name": "Ada L."})
    ada.refresh_from_db()
    assert (ada.name, ada.discretion) == ("Ada L.", "notice")
    shown = fields_at_the_desk(desk(maya).get(client_page))
    desk(maya).post(client_page, shown | {"discretion": "full"})
    ada.refresh_from_db()
    assert ada.discretion == "full"


@pytest.mark.parametrize("discretion", Client.Discretion.values)
def test_yes_leaves_everything_as_it_is(phone, page, ada, discretion):
    Client.objects.update(discretion=discretion)
    assert "Everything stays as it is." in text_of(phone.post(page, {"alone": "yes"}))
    ada.refresh_from_db()
    assert (ada.discretion, ada.address_is_private) == (discretion, True)


@pytest.mark.parametrize("answer", [{}, {"alone": ""}, {"alone": "maybe"}])
def test_what_is_no_answer_changes_nothing(phone, page, ada, answer):
    assert QUESTION in text_of(phone.post(page, answer))
    ada.refresh_from_db()
    assert ada.address_told_at is None


def test_an_email_to_an_address_of_before_neither_asks_nor_answers(phone, page, ada):
    Delivery.objects.update(to_address="before@example.org")
    assert phone.get(page).status_code == 404
    phone.post(page, {"alone": "no"})
    ada.refresh_from_db()
    assert (ada.discretion, ada.address_told_at) == ("full", None)


def test_a_new_address_is_asked_about_anew(phone, link, page, ada, desk, maya):
    said(timezone.now())
    browser, change = desk(maya), f"/desk/people/client/{ada.pk}/change/"
    form = {"name": "Ada", "email": "new@example.org", "time_zone": ada.time_zone, "language": "en"}
    browser.post(change, form | {"discretion": "full", "greeting": "", "private_note": ""})
    ada.refresh_from_db()
    assert (ada.email, ada.address_told_at) == ("new@example.org", None)


@pytest.mark.parametrize("language", ["de", "es"])
def test_it_is_asked_in_the_clients_language(phone, link, page, language):
    Client.objects.update(language=language)
    assert QUESTION not in text_of(phone.get(page))
    assert soup(phone.get(page)).select_one("button[value=no]")
