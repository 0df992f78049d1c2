"""The email in a real browser, light and dark, narrow and wide; and the page at the desk that shows it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from practice.mailing.models import Delivery
from practice.people.models import Client
from practice.replies.models import Reply
from tests.cast import PASSWORD
from tests.mailing.scripted_smtp import DROP
from tests.mailing.sending import SLOT, parsed, send_due, use_server

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [390, 1280]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
READING = (
    "<p>Some days ask for more than we have. Rest is <strong>not</strong> a reward for finishing; it is what "
    'finishing is made of. There is more about it on <a href="https://example.com/rest">this page</a>.</p>'
    "<h3>How to begin</h3><ul><li>Sit where your feet touch the floor.</li><li>Let the next breath come by itself."
    "</li></ul><blockquote><p>Nothing is asked of you for a moment.</p></blockquote><p>Then go on with your day.</p>"
)


@pytest.fixture
def letter(assignment, module, smtp_sink, settings):
    """Makes Ada's email and returns its HTML part."""

    def make(discretion="full"):
        module.steps.filter(position=1).update(
            title="Coming to rest", body=READING, minutes=4, content_note="This one speaks about tiredness."
        )
        Client.objects.update(discretion=discretion)
        use_server(settings, smtp_sink.address)
        send_due(SLOT)
        (mail,) = smtp_sink.mails
        return parsed(mail.content).get_body(["html"]).get_content()

    return make


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("discretion", ["full", "notice"])
def test_everybody_can_read_the_email(browser, letter, discretion, width, scheme, tmp_path):
    asked = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(letter(discretion))
    assert asked == []
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".preheader")).to_be_hidden()
    button = page.locator(".button").bounding_box()
    assert button["height"] >= 44
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(251, 248, 243)", "dark": "rgb(29, 28, 26)"}[scheme]
    page.screenshot(path=tmp_path / f"{discretion}-{width}-{scheme}.png", full_page=True)
    context.close()


def test_the_email_is_readable_without_any_style(page, letter):
    bare = re.sub(r'<style>.*?</style>|\sstyle="[^"]*"', "", letter(), flags=re.DOTALL)
    page.set_content(bare)
    said = page.locator("main").inner_text()
    in_order = [
        "Hello Ada,",
        "Coming to rest",
        "How to begin",
        "What stayed with you",
        "Read and reflect",
        "/n/",
    ]
    assert sorted(in_order, key=said.index) == in_order
    expect(page.get_by_role("heading", level=1)).to_have_text("Coming to rest")
    expect(page.get_by_role("link", name="Read and reflect")).to_be_visible()


def sign_in(page, live_server):
    page.goto(f"{live_server.url}/desk/login/")
    page.get_by_label("Email").fill("maya@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_captured_mail_is_read_at_the_desk_and_its_link_followed(
    page, live_server, assignment, mail_folder, settings, width, tmp_path
):
    settings.EMAIL_IS_CAPTURED = True
    settings.PUBLIC_BASE_URL = live_server.url
    page.set_viewport_size({"width": width, "height": 900})
    now = timezone.now()
    assignment.send_now(now)
    send_due(now)
    row = Delivery.objects.get()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/desk/mailing/delivery/{row.pk}/change/")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}, "iframes": False})
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    page.screenshot(path=tmp_path / f"desk-{width}.png", full_page=True)
    with page.expect_popup() as popup:
        page.frame_locator("iframe").get_by_role("link", name="Read and reflect").click()
    opened = popup.value
    expect(opened.get_by_role("heading", name="Step 1")).to_be_visible()
    assert opened.url == f"{live_server.url}/n/{row.token}/"
    assert not Reply.objects.exists()


def test_mail_that_really_left_has_nothing_to_click_at_the_desk(
    page, live_server, assignment, mail_folder, settings
):
    settings.EMAIL_IS_CAPTURED = False
    send_due(SLOT)
    row = Delivery.objects.get()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/desk/mailing/delivery/{row.pk}/change/")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Read and reflect")).to_be_visible()
    expect(frame.get_by_role("link")).to_have_count(0)
    assert row.token not in page.content()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_about_emails_can_be_used_by_everybody(
    page, live_server, assignment, server, width, tmp_path
):
    server.script = {"DOT": DROP}
    send_due(SLOT)
    row, step = Delivery.objects.get(), assignment.module.steps.last()
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server)
    one = f"/desk/mailing/delivery/{row.pk}"
    pages = {
        "list": "/desk/mailing/delivery/",
        "uncertain": f"{one}/change/",
        "phone": f"{one}/change/?show=phone",
        "text": f"{one}/change/?show=text",
        "headers": f"{one}/change/?show=headers",
        "decide": f"{one}/do/send-again/",
        "preview": f"/desk/mailing/delivery/step/{step.pk}/",
    }
    for name, address in pages.items():
        assert page.goto(live_server.url + address).status == 200
        page.wait_for_load_state("networkidle")
        page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}, "iframes": False})
        assert [(name, each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
