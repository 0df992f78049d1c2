"""A new practice from nothing: whoever runs it invites a practitioner, and the practitioner's home leads her through
her first hour, with the product's own processes and nothing in the database that was not put there by a page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looking import check, press
from tests.browser.signing_in import sign_in
from tests.components import wait_until

ARTICLE = Path(__file__).parent.parent / "resources" / "articles" / "relational-impact.txt"
OWNER, NOOR = ("owner@example.com", "the-key-under-the-mat"), ("noor@example.com", "a-lamp-in-the-window")

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def window(new_context):
    """A window as on a laptop, of somebody who was never here."""

    def open_window():
        context = new_context(viewport={"width": 1280, "height": 900}, timezone_id="Europe/Lisbon")
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    return open_window


def from_the_menu(page, name):
    menu = page.get_by_role("navigation", name="Desk")
    with page.expect_navigation():
        menu.get_by_role("link", name=name, exact=True).click()


def link_for(installation, email):
    """The link in the email that was captured for an address."""

    def found():
        mails = [path.read_text() for path in (installation.folder / "mail").glob("*")]
        return [re.search(r"http://\S+/desk/\S+", mail).group() for mail in mails if f"To: {email}" in mail]

    wait_until(found, f"an email to {email}")
    return found()[-1]


def start(page, name):
    """Take one of the first steps, from home."""
    from_the_menu(page, "Today")
    with page.expect_navigation():
        page.get_by_role("region", name="Your first hour").get_by_role("link", name=name).click()


def is_done(page, name):
    """Whether home says that one of the first steps is done."""
    from_the_menu(page, "Today")
    step = page.get_by_role("region", name="Your first hour").get_by_role("listitem").filter(has_text=name)
    return "done" in step.get_by_role("heading").inner_text()


def test_from_an_empty_database_home_leads_through_the_first_hour(installation, window):
    installation.serve()
    home = installation.wait_until_ready()
    installation.manage(
        *("createsuperuser", "--noinput", f"--email={OWNER[0]}", "--name=Olga Brandt"),
        DJANGO_SUPERUSER_PASSWORD=OWNER[1],
    )
    link = the_practice_is_named_and_noor_is_invited(installation, window(), home)

    desk = window()
    desk.goto(link)
    desk.get_by_label("New password", exact=False).first.fill(NOOR[1])
    desk.get_by_label("confirmation").fill(NOOR[1])
    expect(desk.get_by_label("Time zone")).to_have_value("Europe/Lisbon")
    press(desk, "Accept with this password")
    expect(desk.get_by_role("status")).to_contain_text("Welcome.")
    sign_in(desk, home, *NOOR)
    expect(desk.get_by_role("heading", name="Your first hour")).to_be_visible()
    check(desk, "the first look at home")
    assert is_done(desk, "Say where you are")

    an_article_becomes_a_module(desk)
    a_client_is_added_who_agreed(desk)
    the_first_step_is_sent_to_noor_herself(installation, desk)
    the_module_is_assigned_and_taken_back(desk)


def the_practice_is_named_and_noor_is_invited(installation, office, home):
    """Returns the link of the invitation."""
    sign_in(office, home, *OWNER)
    from_the_menu(office, "Practice")
    office.get_by_label("Name", exact=False).first.fill("Linden House")
    office.get_by_label("Postal address").fill("4 Canal Street\n10115 Berlin")
    office.get_by_label("Help lines").fill("Emergency: 112")
    press(office, "Save", exact=True)
    from_the_menu(office, "Practitioners")
    press(office, re.compile("Add"), role="link")
    office.get_by_label("Name").fill("Noor Haddad")
    office.get_by_label("Email address").fill(NOOR[0])
    press(office, "Send the invitation")
    expect(office.get_by_role("status")).to_contain_text(f"An invitation went to {NOOR[0]}.")
    return link_for(installation, NOOR[0])


def an_article_becomes_a_module(desk):
    start(desk, "Add an article")
    desk.get_by_label("Paste the article").fill(ARTICLE.read_text("utf-8"))
    press(desk, "Read this article")
    expect(desk.get_by_text("We propose 8 steps, one a week.")).to_be_visible()
    press(desk, "Make this a module")
    expect(desk.get_by_text("Nothing is sent before you assign it to a client.")).to_be_visible()
    assert is_done(desk, "Add an article")


def a_client_is_added_who_agreed(desk):
    assert not is_done(desk, "Add a client")
    start(desk, "Add a client")
    desk.get_by_label("Name").first.fill("Ines Duarte")
    desk.get_by_label("Email address").fill("ines@example.org")
    desk.get_by_label("Time zone").fill("Europe/Lisbon")
    desk.get_by_label("Spoken, in session").check()
    press(desk, "Save", exact=True)
    expect(desk.get_by_role("status")).to_contain_text("Ines Duarte")
    assert is_done(desk, "Add a client")
    assert is_done(desk, "Ask whether they agree")


def the_first_step_is_sent_to_noor_herself(installation, desk):
    start(desk, "Send it to yourself whenever you like")
    expect(desk.get_by_text(f"This very email goes to you at {NOOR[0]} and to nobody else.")).to_be_visible()
    press(desk, "Send to myself")
    expect(desk.get_by_role("status")).to_contain_text(f"It was sent to {NOOR[0]}.")
    captured = [path.read_text() for path in (installation.folder / "mail").glob("*")]
    assert not any("ines@example.org" in mail for mail in captured)
    assert sum(f"To: {NOOR[0]}" in mail for mail in captured) == 2, "the invitation and the trial"


def the_module_is_assigned_and_taken_back(desk):
    start(desk, "Assign the module")
    desk.get_by_label("Module").select_option(label="The Relational Impact of Trauma Healing")
    desk.get_by_label("Ines Duarte").check()
    press(desk, "Show the calendar")
    expect(desk.get_by_text("What Real Repair Looks Like")).to_be_visible()
    expect(desk.get_by_text("For 10 minutes you can take it back, and nothing leaves before")).to_be_visible()
    check(desk, "the calendar")
    press(desk, "Assign to Ines Duarte")
    expect(desk.get_by_text("Nothing has been sent yet.")).to_be_visible()
    expect(
        desk.get_by_text(re.compile(r"Assigned just now\. Until \d\d:\d\d you can take this back"))
    ).to_be_visible()
    check(desk, "an assignment in its hold")
    here = desk.url

    from_the_menu(desk, "Today")
    expect(desk.get_by_role("heading", name="Your first hour")).to_be_hidden()
    desk.goto(here)
    press(desk, "Take the assignment back")
    expect(desk.get_by_role("status")).to_contain_text(
        "is no longer assigned to Ines Duarte, and nothing was sent."
    )
    from_the_menu(desk, "Today")
    expect(desk.get_by_role("heading", name="Your first hour")).to_be_visible()
