"""Where a practitioner is signed in, and signing out there."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client as Browser

from practice.desk.browser_words import browser_of, in_words
from practice.desk.models import SignedIn
from tests.cast import PASSWORD

PAGE = "/desk/me/signed-in/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0"
)


def signed_in_with(practitioner, agent):
    browser = Browser(headers={"user-agent": agent})
    browser.post("/desk/login/", {"username": practitioner.email, "password": PASSWORD})
    return browser


def shown(browser):
    return BeautifulSoup(browser.get(PAGE).content, "html.parser").select("#content .desk-list li")


def is_signed_in(browser):
    return browser.get("/desk/me/").status_code == 200


@pytest.fixture
def laptop(maya):
    return signed_in_with(maya, WINDOWS)


@pytest.fixture
def phone(maya):
    return signed_in_with(maya, IPHONE)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, "Firefox on Windows"),
        (IPHONE, "Safari on an iPhone"),
        (EDGE, "Edge on a Mac"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_told_in_words(agent, words):
    assert in_words(*browser_of(agent)) == words


def test_the_page_shows_my_browsers_and_nobody_elses(laptop, phone, tom):
    signed_in_with(tom, EDGE)
    here, other = (item.text for item in shown(laptop))
    assert "Firefox on Windows" in here
    assert "this one" in here
    assert "Safari on an iPhone" in other


def test_the_menu_is_there_as_on_every_page(laptop):
    menu = BeautifulSoup(laptop.get(PAGE).content, "html.parser").find(id="desk-menu").text
    assert "Reflections" in menu


def test_the_page_gives_no_key_of_a_session_away(laptop, phone):
    page = laptop.get(PAGE).content.decode()
    assert not [row.session_key for row in SignedIn.objects.all() if row.session_key in page]


def test_one_of_them_is_signed_out(laptop, phone, maya):
    third = signed_in_with(maya, EDGE)
    button = next(item for item in shown(laptop) if "iPhone" in item.text).button
    laptop.post(PAGE, {"end": button["value"]})
    assert [is_signed_in(browser) for browser in (laptop, phone, third)] == [True, False, True]


def test_all_others_are_signed_out_and_nobody_elses(laptop, phone, tom):
    toms = signed_in_with(tom, EDGE)
    laptop.post(PAGE, {"end": "others"})
    assert [is_signed_in(browser) for browser in (laptop, phone, toms)] == [True, False, True]


def test_a_button_of_anothers_page_does_nothing(laptop, phone, tom):
    toms = signed_in_with(tom, EDGE)
    button = next(item for item in shown(laptop) if "iPhone" in item.text).button
    toms.post(PAGE, {"end": button["value"]})
    assert is_signed_in(phone)


def test_looking_signs_nobody_out(laptop, phone):
    laptop.get(f"{PAGE}?end=others")
    assert is_signed_in(phone)


def test_a_changed_password_signs_out_the_others_and_they_leave_the_list(laptop, phone):
    new = "a-fresh-start-in-spring"
    laptop.post(
        "/desk/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )
    assert [is_signed_in(browser) for browser in (laptop, phone)] == [True, False]
    assert len(shown(laptop)) == 1


def test_a_browser_that_was_left_alone_is_not_on_the_list(laptop, phone):
    session = phone.session
    session["seen"] -= 3601
    session.save()
    assert len(shown(laptop)) == 1
