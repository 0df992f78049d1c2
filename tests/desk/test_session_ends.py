"""A desk that is left alone signs its practitioner out, and so does the end of a long day."""

import pytest
from django.test import Client as Browser

from practice.desk.models import SignedIn

HOUR = 3600


def time_passes(client, seconds, *, of=("seen", "since")):
    session = client.session
    for name in of:
        session[name] -= seconds
    session.save()


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def test_a_desk_left_alone_for_an_hour_is_closed_and_says_why(desk):
    time_passes(desk, HOUR + 1)
    key = desk.session.session_key
    response = desk.get("/desk/me/?a=b", follow=True)
    assert response.redirect_chain == [("/desk/login/?next=%2Fdesk%2Fme%2F%3Fa%3Db", 302)]
    assert "left alone" in response.content.decode()
    assert not SignedIn.objects.filter(pk=key).exists()


def test_each_page_keeps_it_open(desk):
    for _ in range(3):
        time_passes(desk, HOUR - 60)
        assert desk.get("/desk/me/").status_code == 200


def test_nothing_that_was_sent_too_late_is_done(desk, maya):
    time_passes(desk, HOUR + 1)
    details = {"name": "Somebody Else", "time_zone": "dublin", "response_time": "soon"}
    assert desk.post("/desk/me/", details).url == "/desk/login/"
    maya.refresh_from_db()
    assert maya.name == "Maya Lindgren"


def test_after_twelve_hours_it_closes_however_busy_it_was(desk):
    time_passes(desk, 12 * HOUR + 1, of=["since"])
    assert "a long day" in desk.get("/desk/me/", follow=True).content.decode()


def test_a_practice_chooses_how_long(desk, settings):
    settings.IDLE_MINUTES = 5
    time_passes(desk, 4 * 60)
    assert desk.get("/desk/me/").status_code == 200
    time_passes(desk, 5 * 60 + 1)
    assert desk.get("/desk/me/").status_code == 302


def test_a_session_from_before_there_was_a_clock_gets_one(desk):
    session = desk.session
    del session["seen"], session["since"]
    session.save()
    assert desk.get("/desk/me/").status_code == 200
    assert {"seen", "since"} <= set(desk.session.keys())


# --- Typing is being there


def test_a_page_on_which_somebody_types_keeps_the_desk_open_by_asking(desk):
    for _ in range(3):
        time_passes(desk, HOUR - 60)
        answer = desk.post("/desk/me/still-here/")
        assert (answer.status_code, answer.content) == (204, b"")
    assert desk.get("/desk/me/").status_code == 200


def test_to_ask_too_late_opens_nothing_again(desk):
    time_passes(desk, HOUR + 1)
    assert desk.post("/desk/me/still-here/").url == "/desk/login/"
    assert "_auth_user_id" not in desk.session


def test_it_takes_a_post_with_the_secret_of_the_page(maya):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(maya)
    assert browser.post("/desk/me/still-here/").status_code == 403
    assert browser.get("/desk/me/still-here/").status_code == 405


def test_no_page_of_somebody_who_is_not_signed_in_asks(client, practice):
    assert "still_here.js" not in client.get("/desk/login/").content.decode()
