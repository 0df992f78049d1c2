"""The way in and out of the desk, page by page, light and dark, on a phone and on a laptop: an invitation, a forgotten
password, a second factor, too many tries, and what stands there when something is wrong."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import expect

from practice.desk import second_factor
from practice.people import accounts
from practice.people.models import Practitioner
from tests.browser import signing_in
from tests.browser.looking import check, press
from tests.cast import PASSWORD
from tests.desk.test_second_factor import code_of
from tests.people.test_accounts import link_in

NEW = "a-lamp-in-the-window"
#: How many milliseconds the next code waits after a wrong one.
A_WRONG_CODE = 1100

pytestmark = [pytest.mark.timeout(240), pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=["light", "dark"])
def door(page, live_server, practice, request):
    """Somebody in front of it, who looks at each page in both sizes by `door.look(what)`."""
    page.emulate_media(color_scheme=request.param)
    page.base = live_server.url
    page.set_default_timeout(10_000)

    def look(what):
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            check(page, f"{what} at {width} px")

    page.look = look
    return page


def sign_in(page, email="maya@example.com", password=PASSWORD):
    signing_in.sign_in(page, f"{page.base}/desk/", email, password)


def choose(page, first, second):
    """Type a new password twice."""
    page.locator("[name=new_password1]").fill(first)
    page.locator("[name=new_password2]").fill(second)


def test_an_invitation_is_accepted(door, superuser):
    noor = Practitioner(name="Noor Haddad", email="noor@example.com")
    mail.outbox.clear()
    accounts.invite(noor, superuser, timezone.now())
    link = door.base + link_in(mail.outbox[0])
    door.goto(link)
    door.look("an invitation")
    door.get_by_label("Time zone").fill("Lisbon")
    choose(door, NEW, "another")
    press(door, "Accept with this password")
    door.look("an invitation, with an error")
    choose(door, NEW, NEW)
    press(door, "Accept with this password")
    expect(door.get_by_role("status")).to_contain_text("Welcome.")
    door.look("the way in, with a welcome")
    door.goto(link)
    expect(door.get_by_text("This invitation does not open.")).to_be_visible()
    door.look("an invitation that was accepted")


def test_a_forgotten_password(door, maya):
    door.goto(f"{door.base}/desk/")
    press(door, "I forgot my password", role="link")
    door.look("asking for a link")
    door.get_by_label("Email address").fill("maya@example.com")
    press(door, "Send me a link")
    door.look("asked")
    uid = urlsafe_base64_encode(force_bytes(maya.pk))
    token = default_token_generator.make_token(maya)
    link = door.base + reverse("admin:password_reset_confirm", args=(uid, token))
    door.goto(link)
    door.look("choosing a password")
    choose(door, "12345", "12345")
    press(door, "Use this password")
    door.look("choosing a password, with errors")
    choose(door, NEW, NEW)
    press(door, "Use this password")
    door.look("chosen")
    door.goto(link)
    expect(door.get_by_text("This link no longer works")).to_be_visible()
    door.look("a link that was used")
    sign_in(door, password=NEW)
    press(door, "Change password", role="link")
    door.get_by_label("Old password").fill("not it")
    choose(door, NEW, "another")
    press(door, "Change my password")
    door.look("changing the password, with errors")
    door.get_by_label("Old password").fill(NEW)
    choose(door, PASSWORD, PASSWORD)
    press(door, "Change my password")
    expect(door.get_by_role("status")).to_contain_text("Your new password is in place.")
    door.look("changed")


def test_a_second_factor_is_set_up_used_and_switched_off(door, maya):
    sign_in(door)
    door.goto(f"{door.base}/desk/me/second-factor/")
    door.look("before")
    press(door, "Set it up")
    door.look("the picture for the app")
    door.get_by_label("Password").fill(PASSWORD)
    door.get_by_label("Code").fill("0")
    press(door, "Switch it on")
    door.look("the picture for the app, with an error")
    app = second_factor.being_set_up(maya)
    door.wait_for_timeout(A_WRONG_CODE)
    door.get_by_label("Password").fill(PASSWORD)
    door.get_by_label("Code").fill(code_of(app))
    press(door, "Switch it on")
    recovery_codes = door.locator(".desk-codes code").all_inner_texts()
    door.look("the recovery codes")
    press(door, "I have kept them", role="link")
    door.goto(f"{door.base}/desk/me/second-factor/")
    door.look("while it is on")
    door.get_by_label("Password").fill("not-it")
    door.get_by_label("Code").last.fill("0")
    press(door, "Switch off the second factor")
    door.look("switching it off, with errors")
    press(door, "Sign out")
    door.look("signed out")

    sign_in(door)
    door.look("the second step")
    door.get_by_label("Code").fill("not-a-code")
    press(door, "Sign in")
    door.look("the second step, with an error")
    door.wait_for_timeout(A_WRONG_CODE)
    door.get_by_label("Code").fill(recovery_codes[0])
    press(door, "Sign in")
    expect(door.get_by_role("heading", name="New reflections")).to_be_visible()


def test_too_many_tries_wait(door, maya):
    for _ in range(5):
        sign_in(door, password="not-it")
    expect(door.get_by_role("alert")).to_contain_text("Wait 5 minutes, then try again.")
    door.look("waiting")


def test_somebody_signed_in_in_two_places_signs_out_of_the_other(door, maya, new_context):
    sign_in(door)
    elsewhere = new_context().new_page()
    elsewhere.base = door.base
    sign_in(elsewhere)
    door.goto(f"{door.base}/desk/me/signed-in/")
    door.look("two places")
    press(door, "Sign out everywhere but here")
    expect(door.get_by_text("You are signed in nowhere else.")).to_be_visible()
    door.look("one place")
    elsewhere.reload()
    expect(elsewhere.get_by_role("button", name="Sign in")).to_be_visible()


def test_what_stands_there_when_something_is_wrong(door, maya):
    sign_in(door)
    assert door.goto(f"{door.base}/desk/nowhere/").status == 404
    door.look("nothing here")
    assert door.goto(f"{door.base}/desk/overview/").status == 403
    door.look("not open")
    door.goto(f"{door.base}/desk/me/")
    door.evaluate("document.querySelector('#content form [name=csrfmiddlewaretoken]').remove()")
    press(door, "Save")
    expect(door.get_by_role("heading", level=1)).to_have_text("This page was open for a long time.")
    door.look("open for a long time")
    door.set_content(render_to_string("500.html"))
    door.look("broken")
