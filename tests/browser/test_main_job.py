"""The main job, end to end, the way a newcomer does it: the demo's own processes, a real article, a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from practice.desk import sample
from tests.browser.looking import press
from tests.browser.signing_in import sign_in

ARTICLE = Path(__file__).parent.parent / "resources" / "articles" / "relational-impact.txt"
WRITTEN = "I noticed it at dinner, and I said so. — Jonas’ idea"

pytestmark = pytest.mark.timeout(240)


def come_in(page, address, email):
    sign_in(page, address, email, sample.PASSWORD)
    expect(page.get_by_role("heading", name="Going out today")).to_be_visible()


def test_an_article_becomes_an_email_that_a_client_answers_and_maya_reads(installation, browser, new_context):
    installation.serve("--demo")
    home = installation.wait_until_ready()
    assert f"maya@example.com with the password {sample.PASSWORD}" in installation.said()
    desk = new_context(viewport={"width": 1280, "height": 900}).new_page()
    come_in(desk, home, "maya@example.com")

    # Paste the article; it becomes a module.
    desk.get_by_role("link", name="Articles").click()
    desk.get_by_role("link", name=re.compile("Add an? (new )?article")).first.click()
    desk.get_by_label("Paste the article").fill(ARTICLE.read_text("utf-8"))
    desk.get_by_role("button", name="Read this article").click()
    expect(desk.get_by_text("Step 8 of 8")).to_be_visible()
    desk.get_by_role("button", name="Make this a module").click()

    # Assign it to a client.
    desk.get_by_role("link", name="Assign this module").click()
    desk.get_by_label("Hanna Vogel").check()
    desk.get_by_role("button", name="Show the calendar").click()
    expect(desk.get_by_text("What Real Repair Looks Like")).to_be_visible()
    desk.get_by_role("button", name="Assign to Hanna Vogel").click()

    # Send the first step now, and see the email exactly as she gets it.
    desk.get_by_role("link", name="Send the first step now").click()
    expect(desk.get_by_text("hanna@example.org")).to_be_visible()
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_text("is on its way to Hanna Vogel")).to_be_visible()
    press(desk, "Emails", role="link")
    sent = (
        desk.get_by_role("row")
        .filter(has_text="The Relational Impact of Trauma Healing")
        .filter(has_text="Sent")
    )
    for _ in range(40):
        if sent.count():
            break
        desk.wait_for_timeout(500)
        desk.reload()
    sent.get_by_role("link").first.click()
    email = desk.frame_locator("iframe").first
    expect(email.get_by_text("Many people begin inner work")).to_be_visible()

    # Follow its link, on her phone, and write.
    link = email.get_by_role("link", name="Read and reflect").get_attribute("href")
    phone = new_context(viewport={"width": 390, "height": 800}).new_page()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="The Relational Impact of Trauma Healing")).to_be_visible()
    phone.get_by_role("textbox").first.fill(WRITTEN)
    phone.get_by_role("button", name="Send this to Maya").click()
    expect(phone.get_by_text(WRITTEN)).to_be_visible()

    # Maya reads it; Tom sees nothing of it.
    desk.get_by_role("link", name="Today").click()
    desk.get_by_role("link", name="Reflections").first.click()
    desk.get_by_role("link", name="Hanna Vogel").first.click()
    expect(desk.get_by_text(WRITTEN)).to_be_visible()
    tom = new_context().new_page()
    come_in(tom, home, "tom@example.com")
    assert tom.goto(desk.url).status == 404
    assert WRITTEN not in tom.content()
