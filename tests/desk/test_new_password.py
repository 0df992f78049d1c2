"""A forgotten password: a link by email that works once and for an hour, and never says who has an account."""

import re
import time

import pytest
from django.conf import settings as configured
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tests.cast import PASSWORD

ASK = "/desk/login/forgotten/"
NEW = "a-fresh-start-in-spring"


@pytest.fixture(autouse=True)
def nobody_asked_before():
    cache.clear()


def ask(client, email="maya@example.com"):
    return client.post(ASK, {"email": email})


def arrived(mailoutbox, number=1):
    """The emails, once there are as many; they are sent on the side."""
    until = time.monotonic() + 5
    while len(mailoutbox) < number and time.monotonic() < until:
        time.sleep(0.02)
    return mailoutbox


def link_in(message):
    return re.search(r"http://localhost:8000(/\S+)", message.body)[1]


def link_for(practitioner):
    uid = urlsafe_base64_encode(force_bytes(practitioner.pk))
    return f"/desk/login/new/{uid}/{default_token_generator.make_token(practitioner)}/"


def choose(client, link, password=NEW):
    form = client.get(link, follow=True).request["PATH_INFO"]
    return client.post(form, {"new_password1": password, "new_password2": password}, follow=True)


def test_the_sign_in_page_leads_to_it(client, db):
    assert f'href="{ASK}"' in client.get("/desk/login/").content.decode()


def test_the_link_in_the_email_gives_a_new_password(client, maya, mailoutbox):
    ask(client, "Maya@example.com")
    [message] = arrived(mailoutbox)
    assert message.to == ["maya@example.com"]
    assert "in place" in choose(client, link_in(message)).content.decode()
    maya.refresh_from_db()
    assert maya.check_password(NEW)


def test_the_email_tells_a_bystander_nothing(client, maya, mailoutbox):
    ask(client)
    [message] = arrived(mailoutbox)
    seen = f"{message.subject} {message.body}".lower()
    assert not re.search(
        r"therap|client|reflection|interlude|maya", seen.replace(link_in(message).lower(), "")
    )


def test_known_and_unknown_addresses_get_the_same_answer(client, maya, mailoutbox):
    known, unknown = ask(client), ask(client, "nobody@example.com")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [message.to for message in arrived(mailoutbox)] == [["maya@example.com"]]


def test_whoever_may_not_sign_in_gets_no_link(client, maya, tom, mailoutbox):
    tom.is_active = False
    tom.save()
    ask(client, "tom@example.com")
    ask(client)
    assert [message.to for message in arrived(mailoutbox)] == [["maya@example.com"]]


def test_asking_again_at_once_does_not_fill_the_mailbox(client, maya, tom, mailoutbox):
    ask(client)
    ask(client)
    ask(client, "tom@example.com")
    assert sorted(message.to for message in arrived(mailoutbox, 2)) == [
        ["maya@example.com"],
        ["tom@example.com"],
    ]


def test_opening_the_link_changes_nothing_and_does_not_use_it_up(client, maya):
    link = link_for(maya)
    for _ in range(2):
        assert "Use this password" in client.get(link, follow=True).content.decode()
    maya.refresh_from_db()
    assert maya.check_password(PASSWORD)


def test_the_link_works_once(client, maya):
    link = link_for(maya)
    choose(client, link)
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_the_link_works_for_an_hour(client, maya, settings):
    assert configured.PASSWORD_RESET_TIMEOUT == 3600
    link = link_for(maya)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize("link", ["/desk/login/new/MQ/abc-def/", "/desk/login/new/%20/x/"])
def test_a_made_up_link_gives_nothing(client, maya, link):
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_a_new_password_signs_out_every_browser(client, maya):
    other = type(client)()
    other.force_login(maya)
    choose(client, link_for(maya))
    assert other.get("/desk/").status_code == 302
    assert client.get("/desk/").status_code == 302, "and signs nobody in"
