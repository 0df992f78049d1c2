"""Trying a step before it is sent, and the help page, in a real browser: by keyboard, without scripts, on a phone."""

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.looking import fits, violations
from tests.browser.signing_in import sign_in
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

READING = "<p>Rest is not a reward. There is more on <a href='https://example.com/rest'>this page</a>.</p>"


@pytest.fixture
def step(module):
    """A long one, of a module with words that a phone would show."""
    module.sensitive_words = "yourself\nInterlude"
    module.save()
    step = module.steps.first()
    step.body = READING * 30
    step.save()
    return step


@pytest.fixture
def complaints(page):
    """What the page's scripts complain about."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    return found


def come_in(page, url):
    sign_in(page, url, "maya@example.com", PASSWORD)
    expect(page.get_by_role("button", name="Sign in")).to_be_hidden()


@pytest.fixture
def desk(page, live_server, maya):
    come_in(page, f"{live_server.url}/desk/")
    return page


@pytest.fixture(params=["light", "dark"])
def scheme(page, request):
    page.emulate_media(color_scheme=request.param)
    return request.param


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


def preview(live_server, step, show="letter"):
    return live_server.url + reverse("admin:mailing_step_preview", args=(step.pk,), query={"show": show})


@pytest.mark.parametrize("width", [390, 1280])
def test_every_look_is_accessible_and_fits(desk, live_server, step, scheme, width, complaints):
    desk.set_viewport_size({"width": width, "height": 900})
    for show in ("letter", "phone", "dark", "text", "lock", "headers"):
        desk.goto(preview(live_server, step, show))
        assert fits(desk), f"{show} is wider than {width} px"
        assert violations(desk) == [], f"{show} at {width} px"
    desk.goto(f"{live_server.url}/desk/resources/module/{step.module_id}/change/")
    expect(desk.get_by_text("Your sensitive word “yourself”")).to_be_visible()
    assert fits(desk)
    assert violations(desk) == []
    assert complaints == []


def test_dark_is_dark_on_a_light_desk_and_light_is_light_on_a_dark_one(desk, live_server, step):
    papers = {"dark": ("light", "rgb(29, 28, 26)"), "letter": ("dark", "rgb(251, 248, 243)")}
    for show, (around, paper) in papers.items():
        desk.emulate_media(color_scheme=around)
        desk.goto(preview(live_server, step, show))
        body = desk.frame_locator("iframe").locator("body")
        expect(body).to_have_css("background-color", paper)


def test_nothing_in_the_frame_can_be_followed(desk, live_server, step):
    desk.goto(preview(live_server, step))
    opened = []
    desk.context.on("page", lambda page: opened.append(page.url))
    frame = desk.frame_locator("iframe")
    before = [frame.url for frame in desk.frames]
    for words in (
        "Read and reflect",
        "this page",
        "Not this week, or not for a while",
        "No more of these emails",
    ):
        frame.get_by_text(words).first.click()
    desk.wait_for_timeout(300)
    assert [frame.url for frame in desk.frames] == before
    assert opened == []
    assert frame.locator("a[href]").count() == 0


def test_the_frame_may_not_go_anywhere_even_if_something_in_it_wanted_to(desk, live_server, step):
    desk.goto(preview(live_server, step))
    here = desk.url
    (frame,) = [frame for frame in desk.frames if "/email/" in frame.url]
    expect(desk.frame_locator("iframe").locator("main")).to_be_visible()
    assert desk.locator("iframe").get_attribute("sandbox") == ""
    frame.evaluate(
        """() => { const link = document.createElement("a"); link.href = "/desk/"; link.target = "_top";
        document.body.append(link); link.click(); }"""
    )
    desk.wait_for_timeout(300)
    assert desk.url == here


def test_by_keyboard_a_way_is_chosen_the_email_scrolled_and_sent_to_oneself(desk, live_server, step, outbox):
    desk.goto(preview(live_server, step))
    desk.get_by_role("link", name="As on a phone").press("Enter")
    expect(desk.get_by_role("link", name="As on a phone")).to_have_attribute("aria-current", "true")
    expect(desk.frame_locator("iframe").locator("main")).to_be_visible()
    (inside,) = [frame for frame in desk.frames if "/email/" in frame.url]
    desk.get_by_role("link", name="Technical details").focus()
    desk.keyboard.press("Tab")
    for _ in range(8):
        desk.keyboard.press("ArrowDown")
    desk.wait_for_timeout(500)
    assert inside.evaluate("scrollY") > 0
    desk.get_by_role("button", name="Send to myself").press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("It was sent to maya@example.com.")
    assert [email.subject for email in outbox] == ["A few minutes for yourself"]


def test_it_all_works_without_scripts(browser, live_server, step, outbox):
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        come_in(page, preview(live_server, step))
        page.get_by_role("link", name="Deutsch").click()
        page.get_by_role("link", name="On a lock screen").click()
        expect(page.get_by_role("group", name="On a lock screen")).to_contain_text(
            "Ein paar Minuten für sich"
        )
        page.get_by_role("button", name="Send to myself").click()
        expect(page.get_by_role("status")).to_contain_text("It was sent to maya@example.com.")
    assert [email.subject for email in outbox] == ["Ein paar Minuten für sich"]


def test_the_help_page_is_accessible_fits_and_prints(desk, live_server, scheme, complaints):
    desk.goto(f"{live_server.url}/desk/help/")
    for width in (320, 390, 1280):
        desk.set_viewport_size({"width": width, "height": 900})
        assert fits(desk), f"wider than {width} px"
        assert violations(desk) == [], f"at {width} px"
    loaded = (
        "[...document.querySelectorAll('.help img')].every(image => image.complete && image.naturalWidth)"
    )
    desk.wait_for_function(loaded)
    desk.get_by_role("link", name="In an emergency", exact=True).click()
    expect(desk.get_by_role("heading", name="In an emergency")).to_be_in_viewport()
    desk.emulate_media(media="print")
    expect(desk.get_by_role("navigation", name="Desk")).to_be_hidden()
    expect(desk.get_by_role("heading", name="Your first hour")).to_have_css("color", "rgb(0, 0, 0)")
    expect(desk.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert complaints == []
