"""Signing in, the session, and the language of the desk."""

import pytest
from django.urls import reverse

from tests.cast import PASSWORD

LOGIN = "/desk/login/?next=/desk/"


def sign_in(client, email, password=PASSWORD):
    return client.post(LOGIN, {"username": email, "password": password})


def test_a_practitioner_signs_in_with_an_email_address_however_it_is_written(client, maya):
    assert sign_in(client, "Maya@Example.com").url == "/desk/"


def test_the_bare_address_leads_to_the_desk(client, db):
    assert client.get("/").url == "/desk/"


def test_the_form_asks_for_an_email_address(client, db):
    assert "Email address" in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("email", ["maya@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_sound_the_same(client, maya, email):
    page = sign_in(client, email, "not-it").content.decode()
    assert "do not belong together" in page
    assert f'value="{email}"' in page, "what was typed comes back"


def test_the_session_ends_with_the_browser_and_after_a_working_day(client, maya):
    sign_in(client, "maya@example.com")
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    assert client.session.get_expiry_age() <= 12 * 3600


def test_the_desk_speaks_one_language_whatever_the_browser_asks_for(client, maya):
    client.force_login(maya)
    page = client.get(
        reverse("admin:people_client_changelist"), headers={"accept-language": "de"}
    ).content.decode()
    assert '<html lang="en"' in page


def test_pages_of_the_desk_are_not_kept_by_the_browser(client, maya):
    client.force_login(maya)
    response = client.get("/desk/")
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_my_details_change_myself_alone(client, maya, tom):
    client.force_login(tom)
    details = {"name": "Tom O.", "time_zone": "dublin", "response_time": "within a day", "id": maya.pk}
    client.post(reverse("admin:me"), details)
    tom.refresh_from_db()
    maya.refresh_from_db()
    assert (tom.name, tom.time_zone) == ("Tom O.", "Europe/Dublin")
    assert maya.name == "Maya Lindgren"
