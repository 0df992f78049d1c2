"""After failed tries an account waits: for the one who tries, for a short while, and for nobody else."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F

from practice.people.network import network_address
from tests.cast import PASSWORD

LOGIN = "/desk/login/"
HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


def sign_in(client, password, email="maya@example.com", address=HERE, **more):
    return client.post(LOGIN, {"username": email, "password": password}, REMOTE_ADDR=address, **more)


def fail(client, times=5, **more):
    for _ in range(times):
        response = sign_in(client, "not-it", **more)
    return response


def minutes_pass(minutes):
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=minutes))


@pytest.mark.parametrize("email", ["maya@example.com", "nobody@example.com"])
def test_after_five_failed_tries_the_page_says_how_long_to_wait(client, maya, email):
    assert fail(client, 4, email=email).status_code == 200
    response = fail(client, 1, email=email)
    assert response.status_code == 429
    assert "Wait 5 minutes, then try again." in response.content.decode()
    assert f'value="{email}"' in response.content.decode(), "what was typed comes back"


def test_while_it_waits_not_even_the_right_password_is_looked_at(client, maya):
    fail(client)
    assert sign_in(client, PASSWORD).status_code == 429


def test_trying_again_does_not_make_the_wait_longer(client, maya):
    fail(client)
    minutes_pass(4)
    assert "Wait 1 minute," in sign_in(client, PASSWORD).content.decode()
    minutes_pass(1)
    assert sign_in(client, PASSWORD).status_code == 302


def test_a_colleague_elsewhere_is_not_kept_out(client, maya):
    fail(client)
    assert sign_in(client, PASSWORD, address=ELSEWHERE).status_code == 302


def test_a_colleague_in_the_same_building_is_not_kept_out(client, maya, tom):
    fail(client)
    assert sign_in(client, PASSWORD, email="tom@example.com").status_code == 302


def test_another_spelling_or_another_browser_is_no_way_around(client, maya):
    fail(client, 4)
    assert sign_in(client, "not-it", email="Maya@Example.com", HTTP_USER_AGENT="Other").status_code == 429


def test_signing_in_starts_the_count_anew(client, maya):
    fail(client, 4)
    sign_in(client, PASSWORD)
    client.logout()
    assert fail(client, 4).status_code == 200
    assert AccessAttempt.objects.get().failures_since_start == 4


def test_of_a_failed_try_neither_password_nor_token_is_kept(client, maya):
    fail(client, 1)
    assert "not-it" not in AccessAttempt.objects.get().post_data


def test_a_made_up_header_is_no_way_around(client, maya):
    fail(client, 4, HTTP_X_FORWARDED_FOR=ELSEWHERE)
    assert fail(client, 1, HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 429


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_added(client, maya, settings):
    settings.BEHIND_PROXY = True
    for number in range(5):
        response = fail(client, 1, address="10.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}, {HERE}")
    assert response.status_code == 429
    assert sign_in(client, PASSWORD, address="10.0.0.1", HTTP_X_FORWARDED_FOR=ELSEWHERE).status_code == 302


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("198.51.100.7", "198.51.100.7"),
        ("not an address", None),
        ("", None),
    ],
)
def test_all_addresses_of_one_home_count_as_one(rf, said, address):

    assert network_address(rf.get("/", REMOTE_ADDR=said)) == address
