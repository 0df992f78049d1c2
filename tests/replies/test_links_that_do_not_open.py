"""Unknown, garbled, expired and revoked links look exactly the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

PAGES = ("", "draft/", "pace/", "stop/", "address/")


@pytest.fixture
def nowhere(phone, practice):
    return phone.get("/n/nothing/")


@pytest.fixture
def revoked(delivery):
    delivery.link_revoked_at = timezone.now()
    delivery.save()
    return delivery


def test_it_is_calm_and_has_the_help_lines(nowhere):
    assert nowhere.status_code == 404
    assert "You did nothing wrong." in nowhere.content.decode()
    assert "0800 111 0 111" in nowhere.content.decode()


@pytest.mark.parametrize("token", ["x" * 43, "%00", "..", "ünï", "a" * 5000, "%F0%9F%8C%8A", "' OR 1=1 --"])
def test_garbled_tokens_get_the_same_page(phone, nowhere, token):
    for page in PAGES:
        for ask in (phone.get, phone.post):
            response = ask(f"/n/{token}/{page}")
            assert (response.status_code, response.content) == (404, nowhere.content)


def test_a_revoked_link_gets_the_same_page_everywhere(phone, nowhere, revoked, link):
    for page in PAGES:
        for ask in (phone.get, phone.post):
            response = ask(link + page)
            assert (response.status_code, response.content) == (404, nowhere.content)
            assert response.headers == nowhere.headers


def test_an_expired_link_gets_the_same_page_but_can_always_stop_and_rest(phone, nowhere, delivery, link):
    delivery.link_expires_at = timezone.now() - timedelta(days=300)
    delivery.save()
    for ask in (phone.get, phone.post):
        assert ask(link).content == nowhere.content
        assert ask(f"{link}draft/").content == nowhere.content
    assert phone.get(f"{link}stop/").status_code == 200
    assert phone.get(f"{link}pace/").status_code == 200
