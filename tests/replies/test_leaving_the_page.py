"""Leave this page, without JavaScript: the session ends, and a page that could be anybody's comes next."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client as Browser
from django.urls import reverse

from practice.replies.models import Reply
from tests.replies.paper import fields_of, soup, text_of, typed

WEATHER = "https://weather.example/today"


@pytest.fixture
def elsewhere(practice):
    practice.leave_to = WEATHER
    practice.save()


def test_every_page_behind_a_link_has_the_way_out_at_its_top(phone, link, elsewhere):
    sent = phone.post(link, typed(phone.get(link), "The sea."))
    pages = (sent, *map(phone.get, (f"{link}?another", f"{link}pace/", f"{link}stop/", "/n/nothing/")))
    for page in pages:
        form = soup(page).select_one("header form.leave")
        assert (form["method"], form["action"], form["data-to"]) == ("post", "/leave/", WEATHER)
        assert form.button.get_text() == "Leave this page"
        assert "What it cannot remove:" in text_of(page)


def test_leaving_ends_the_session_and_the_words_are_gone_from_this_browser(phone, link, elsewhere):
    phone.post(link, typed(phone.get(link), "The sea."))
    key = phone.cookies["sessionid"].value
    response = phone.post("/leave/")
    assert response.status_code == 303
    assert phone.cookies["sessionid"].value == ""
    assert "The sea." not in phone.get(link).content.decode()
    phone.cookies["sessionid"] = key
    assert "The sea." not in phone.get(link).content.decode()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Thank you. It is with Maya now."),
        ({"sharing": "keep"}, "This is kept for you."),
        ({"save": "1"}, "Saved for later."),
    ],
)
def test_no_page_with_words_is_the_answer_to_a_form_that_going_back_would_send_again(phone, link, more, said):
    phone.post(f"{link}draft/", typed(phone.get(link), "The sea."))
    answer = phone.post(link, fields_of(phone.get(link)) | more)
    assert answer.status_code == 303
    assert said in text_of(phone.get(answer["Location"]))
    assert said in text_of(phone.get(answer["Location"]))  # loaded anew
    phone.post("/leave/")
    left = phone.get(answer["Location"])
    assert left.status_code == 200
    assert said not in text_of(left)
    assert "The sea." not in left.content.decode()


def test_an_address_that_names_what_another_browser_wrote_shows_none_of_it(phone, other_browser, link):
    phone.post(link, typed(phone.get(link), "The sea."))
    for asked in ("done", "draft", "saved&draft"):
        shown = other_browser.get(f"{link}?{asked}={Reply.objects.get().pk}")
        assert "The sea." not in shown.content.decode()
        assert "Thank you" not in text_of(shown)


def test_it_leads_over_a_page_of_ours_as_the_policy_of_forms_asks_for(phone, elsewhere):
    response = phone.post("/leave/")
    assert response["Location"].startswith("/")
    page = phone.get(response["Location"])
    assert soup(page).find("meta", {"http-equiv": "refresh"})["content"] == f"0; url={WEATHER}"
    assert soup(page).a["href"] == WEATHER
    for each in (response, page):
        assert "form-action 'self'" in each["Content-Security-Policy"]
        assert each["Cache-Control"] == "no-store"
        assert each["Referrer-Policy"] == "no-referrer"


def test_that_page_tells_a_bystander_nothing(phone, elsewhere, practice):
    page = phone.get("/leave/").content.decode()
    for word in (practice.name, "Interlude", "Leave", "email", "therap", "Maya"):
        assert word not in page


def test_a_look_at_it_ends_nothing_and_makes_nothing(phone, link):
    phone.post(link, typed(phone.get(link), "The sea."))
    phone.get("/leave/")
    phone.head("/leave/")
    assert "The sea." in phone.get(link).content.decode()


def test_no_cookie_is_asked_for(practice):
    browser = Browser(enforce_csrf_checks=True)
    assert browser.post("/leave/").status_code == 303
    assert not browser.cookies


@pytest.mark.parametrize(
    "address", ["http://weather.example/", "javascript:alert(1)", "weather", "", "https://a b/"]
)
def test_it_leads_to_an_https_address_only(practice, address):
    practice.leave_to = address
    with pytest.raises(ValidationError):
        practice.full_clean()


def test_whoever_runs_the_practice_chooses_where_it_leads(client, superuser, practice):
    client.force_login(superuser)
    page = client.get(reverse("admin:people_practice_change", args=(practice.pk,)))
    assert soup(page).find("input", {"name": "leave_to"})["value"].startswith("https://")
