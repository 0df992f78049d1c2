"""A practitioner assigns a module in a real browser, on a phone and at a desk."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from practice.assignments.models import Assignment
from practice.assignments.schedule import first_day
from tests.browser.looking import fits, press, violations
from tests.cast import make_assignment, make_client


@pytest.fixture(params=[390, 1280], ids=["phone", "desk"])
def desk(page, live_server, maya, request):
    """Maya's browser, signed in."""
    visitor = Browser()
    visitor.force_login(maya)
    session = visitor.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.set_viewport_size({"width": request.param, "height": 900})
    page.live_url = live_server.url
    return page


def go(desk, name, *args):
    desk.goto(desk.live_url + reverse(f"admin:assignments_assignment_{name}", args=args))


@pytest.fixture
def sunday():
    return first_day(timezone.localdate() + timedelta(days=8), 6)


def test_a_module_is_assigned_by_way_of_its_calendar(desk, module, ada, maya):
    make_client(maya, "Kei Nakamura", "kei@example.org", "Asia/Tokyo")
    make_client(maya, "Zoë", "zoe@example.org", "Europe/Berlin", consented=False)
    go(desk, "changelist")
    expect(desk.get_by_text("Nothing is assigned yet.")).to_be_visible()
    assert violations(desk) == []
    with desk.expect_navigation():
        desk.get_by_role("link", name="Assign a module").last.click()

    assert violations(desk) == []
    assert fits(desk)
    desk.get_by_label("Module").select_option(label="Coming home to yourself")
    desk.get_by_label("Find a client").fill("zoe")
    expect(desk.get_by_role("group", name="Clients").get_by_role("checkbox")).to_have_count(1)
    desk.get_by_label("Find a client").fill("")
    desk.get_by_role("button", name="Tick all shown").click()
    expect(desk.get_by_text("3 ticked")).to_be_visible()
    desk.get_by_role("button", name="Show the calendar").click()

    expect(desk.get_by_role("heading", name="Look at it before anything is saved")).to_be_visible()
    expect(desk.get_by_text("Zoë has not agreed to emails yet.")).to_be_visible()
    assert violations(desk) == []
    assert fits(desk)
    assert not Assignment.objects.exists()
    desk.get_by_role("button", name="Assign to 3 clients").click()
    expect(desk.get_by_text("is assigned to 3 clients. Nothing has been sent yet.")).to_be_visible()
    assert Assignment.objects.count() == 3
    assert violations(desk) == []
    assert fits(desk)
    desk.get_by_role("button", name="Take it back").click()
    expect(
        desk.get_by_text("is no longer assigned to Ada, Kei Nakamura and Zoë, and nothing")
    ).to_be_visible()
    assert not Assignment.objects.exists()


def test_what_is_wrong_stands_by_its_field(desk, module, ada):
    go(desk, "add")
    desk.get_by_label("First day").fill("2020-01-05")
    desk.get_by_role("button", name="Show the calendar").click()
    expect(desk.get_by_text("The first day lies in the past. Choose today or later.")).to_be_visible()
    expect(desk.get_by_label("First day")).to_have_value("2020-01-05")
    assert violations(desk) == []
    assert fits(desk)


def test_the_clients_can_be_found_and_ticked_by_keyboard(desk, module, ada, maya):
    make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    go(desk, "add")
    desk.get_by_label("Find a client").focus()
    desk.keyboard.type("kei")
    for _ in range(10):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.type") == "checkbox":
            break
    desk.keyboard.press("Space")
    expect(desk.get_by_label("Kei")).to_be_checked()
    expect(desk.get_by_text("1 ticked, 1 not shown")).to_be_visible()


def test_a_new_first_day_brings_its_weekday_along(desk, module, ada, sunday):
    go(desk, "add")
    wednesday = sunday + timedelta(days=3)
    desk.get_by_label("First day").fill(wednesday.isoformat())
    expect(desk.get_by_label("Weekday")).to_have_value("2")


def test_send_now_asks_once_more_says_what_happens_and_can_be_taken_back(desk, module, ada, sunday):
    row = make_assignment(ada, module, first_on=sunday, now=timezone.now())
    row.pass_step(row.next_step(), timezone.now(), skipped=True)
    go(desk, "change", row.pk)
    assert violations(desk) == []
    assert fits(desk)
    desk.get_by_role("link", name="Send the next step now").click()
    expect(desk.get_by_text("This email goes to Ada at ada@example.org in 10 minutes.")).to_be_visible()
    assert violations(desk) == []
    desk.get_by_role("button", name="Send this to Ada").click()
    expect(desk.get_by_text("unless you take it back")).to_be_visible()
    assert violations(desk) == []
    assert fits(desk)
    desk.get_by_role("button", name="Take this email back").click()
    expect(desk.get_by_text("Taken back: nothing was sent.")).to_be_visible()
    assert not Assignment.objects.due(timezone.now() + timedelta(minutes=30)).exists()


def test_pause_until_a_day(desk, module, ada, sunday):
    row = make_assignment(ada, module, first_on=sunday, now=timezone.now())
    go(desk, "change", row.pk)
    press(desk, "Pause", role="link")
    assert violations(desk) == []
    desk.get_by_label("Carry on by itself on").fill((sunday + timedelta(days=20)).isoformat())
    desk.get_by_role("button", name="Pause").click()
    expect(desk.locator("#next-up ~ p", has_text="Resting until")).to_be_visible()
    assert violations(desk) == []
