"""The desk in a real browser: signing in, home with the sample practice, clients; light and dark, phone and laptop."""

import re

import pytest
from playwright.sync_api import expect

from practice.desk import sample
from practice.people.models import Client
from tests.browser.looking import fits, violations
from tests.browser.signing_in import sign_in


@pytest.fixture
def complaints(page):
    """What the page's scripts complain about."""
    found = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    return found


@pytest.fixture
def desk(page, live_server, seeded):
    """Maya signs in with the sample practice's password."""
    sign_in(page, f"{live_server.url}/desk/", "maya@example.com", sample.PASSWORD)
    expect(page.get_by_role("heading", name="New reflections")).to_be_visible()
    return page


@pytest.fixture(params=["light", "dark"])
def scheme(page, request):
    page.emulate_media(color_scheme=request.param)
    return request.param


def test_the_pages_of_a_full_day_are_accessible_and_fit(desk, live_server, scheme, complaints):
    jonas = Client.objects.get(name="Jonas Weber").pk
    noor = Client.objects.get(name="Noor Haddad").pk
    paths = (
        "/desk/",
        "/desk/people/client/",
        "/desk/people/client/?q=nobody",
        f"/desk/people/client/{jonas}/change/",
        f"/desk/people/client/{jonas}/withdraw/",
        f"/desk/people/client/{noor}/consent/",
        "/desk/people/client/?receives=something",
        "/desk/people/practice/1/change/",
        "/desk/people/practitioner/",
        "/desk/replies/reply/",
        "/desk/mailing/delivery/",
        "/desk/resources/module/",
    )
    for path in paths:
        desk.goto(live_server.url + path)
        for width in (390, 1280):
            desk.set_viewport_size({"width": width, "height": 900})
            assert fits(desk), f"{path} is wider than {width} px"
            assert violations(desk) == [], f"{path} at {width} px, {scheme}"
    assert complaints == []


def test_the_sign_in_page_is_accessible_and_says_what_was_wrong(page, live_server, seeded, scheme):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_server.url}/desk/")
    expect(page.get_by_label("Email address")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("maya@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("not-it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Email address")).to_have_value("maya@example.com")
    assert violations(page) == []
    assert fits(page)


def test_all_clients_on_the_page_are_ticked_by_the_box_above_them_and_counted(desk, live_server, complaints):
    desk.goto(f"{live_server.url}/desk/people/client/")
    rows = desk.locator("#result_list tbody").get_by_role("checkbox")
    many = rows.count()
    rows.first.check()
    expect(desk.locator("#changelist")).to_contain_text(f"1 of {many} selected")
    desk.get_by_label("Select all on this page").check()
    expect(desk.locator("#changelist")).to_contain_text(f"{many} of {many} selected")
    assert [row.is_checked() for row in rows.all()] == [True] * many
    assert complaints == []


def test_home_is_a_way_to_everything_it_names(desk):
    desk.get_by_role("link", name="Luiza Andrade").first.click()
    expect(desk.get_by_role("main")).to_contain_text("Vovó")
    desk.go_back()
    desk.get_by_role("link", name=re.compile("Record that they agreed")).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Noor Haddad agreed to receive emails")


def test_a_consent_is_recorded_and_what_was_held_goes_out(desk):
    desk.get_by_role("link", name=re.compile("Record that they agreed")).click()
    desk.get_by_label("On paper").check()
    desk.get_by_role("button", name="Record this consent").click()
    expect(desk.get_by_role("status")).to_contain_text("Noor Haddad agreed to receive emails")
    desk.get_by_role("link", name="Today").click()
    expect(desk.get_by_role("region", name="Needs attention")).not_to_contain_text("Noor")
    expect(desk.get_by_role("region", name="The next 7 days")).to_contain_text("Noor")


def test_on_a_phone_the_menu_opens_and_closes_by_its_button(desk):
    desk.set_viewport_size({"width": 390, "height": 800})
    menu = desk.get_by_role("button", name="Menu")
    link = desk.get_by_role("link", name="Clients", exact=True)
    expect(link).not_to_be_visible()
    menu.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    link.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Clients")


def test_a_client_is_added_on_a_phone_by_keyboard_alone(desk):
    desk.set_viewport_size({"width": 390, "height": 800})
    desk.goto(desk.url.replace("/desk/", "/desk/people/client/add/"))
    expect(desk.get_by_label("Name", exact=False).first).to_be_focused()
    desk.keyboard.type("Ines Duarte")
    desk.get_by_label("Email address").press_sequentially("ines@example.org")
    desk.get_by_label("Time zone").press_sequentially("lisbon")
    desk.get_by_label("Spoken, in session").press("Space")
    desk.get_by_role("button", name="Save").press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("Ines Duarte")
    ines = Client.objects.get(name="Ines Duarte")
    assert ines.time_zone == "Europe/Lisbon"
    assert ines.has_consent()


def test_the_desk_can_be_used_before_and_without_scripts(browser, live_server, seeded):
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        sign_in(page, f"{live_server.url}/desk/", "maya@example.com", sample.PASSWORD)
        expect(page.get_by_role("heading", name="New reflections")).to_be_visible()
        page.get_by_role("link", name="Clients", exact=True).click()
        expect(page.get_by_role("link", name="Jonas Weber")).to_be_visible()


def test_the_first_tab_stop_skips_the_menu(desk):
    desk.reload()
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to the page")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("main")).to_be_focused()


def test_signing_out_ends_it(desk):
    desk.get_by_role("button", name="Sign out").click()
    desk.goto(desk.url.split("/desk/")[0] + "/desk/people/client/")
    expect(desk.get_by_role("button", name="Sign in")).to_be_visible()
