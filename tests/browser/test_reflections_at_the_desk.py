"""Reflections at the desk in a real browser: the inbox, one reflection, all of one client, and a session."""

import re

import pytest
from playwright.sync_api import expect

from practice.desk import sample
from practice.people.models import Client
from practice.replies.models import Mark, Meeting, Note, Reply
from tests.browser.looking import fits, press, violations
from tests.browser.signing_in import sign_in
from tests.browser.test_desk import complaints as complaints

INBOX = "/desk/replies/reply/"


@pytest.fixture
def desk(page, live_server, seeded):
    """Maya signs in with the sample practice's password."""
    sign_in(page, f"{live_server.url}/desk/", "maya@example.com", sample.PASSWORD)
    expect(page.get_by_role("heading", name="New reflections")).to_be_visible()
    return page


@pytest.fixture
def luiza(desk):
    return Client.objects.get(name="Luiza Andrade")


@pytest.fixture
def phone(desk):
    desk.set_viewport_size({"width": 390, "height": 844})
    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(desk, live_server, luiza, scheme):
    desk.emulate_media(color_scheme=scheme)
    newest = Reply.objects.sent().filter(delivery__assignment__client=luiza).first()
    Note.keep(newest, "Ask for the recipe.", newest.sent_at)
    for path in (
        INBOX,
        f"{INBOX}?show=to-discuss",
        f"{INBOX}?show=discussed&q=nobody",
        f"{INBOX}{newest.pk}/change/",
        f"{INBOX}client/{luiza.pk}/",
        f"{INBOX}client/{luiza.pk}/digest/",
        f"{INBOX}client/{luiza.pk}/digest/?since=soon",
    ):
        desk.goto(live_server.url + path)
        for width in (390, 1280):
            desk.set_viewport_size({"width": width, "height": 900})
            assert fits(desk), f"{path} is wider than {width} px"
            assert violations(desk) == [], f"{path} at {width} px, {scheme}"


def test_on_a_phone_the_unread_ones_are_read_marked_and_noted_one_after_the_other(phone, live_server):
    phone.goto(live_server.url + INBOX)
    phone.get_by_role("link", name=re.compile("^Unread")).click()
    phone.get_by_role("link", name="Luiza Andrade").click()
    phone.get_by_label("Your note").fill("Ask for the recipe.")
    phone.get_by_role("button", name="Keep this note").click()
    expect(phone.get_by_role("status")).to_contain_text("Your note is kept.")
    phone.get_by_role("button", name="Keep for our next session").click()
    expect(phone.get_by_role("status")).to_contain_text("You find it under “To discuss”")
    phone.get_by_role("link", name=re.compile("^Older Ama Boateng")).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Ama Boateng")
    phone.get_by_role("link", name="Reflections").first.click()
    expect(phone.locator("#result_list")).not_to_contain_text("Luiza")
    reply = Reply.objects.marked(Mark.TO_DISCUSS).get(note__isnull=False)
    assert reply.note.text == "Ask for the recipe."


def test_what_is_pressed_on_a_phone_is_large_enough(phone, live_server, luiza):
    newest = Reply.objects.sent().filter(delivery__assignment__client=luiza).first()
    for path in (INBOX, f"{INBOX}{newest.pk}/change/", f"{INBOX}client/{luiza.pk}/digest/"):
        phone.goto(live_server.url + path)
        for pressed in phone.locator("#content :is(.desk-button, .desk-tabs a, .desk-tick label)").all():
            if pressed.is_visible():
                assert pressed.bounding_box()["height"] >= 48, pressed.inner_text()


def test_several_are_ticked_and_marked_by_keyboard(desk, live_server):
    desk.goto(f"{live_server.url}{INBOX}?show=unread")
    expect(desk.get_by_role("button", name="Mark as discussed")).to_be_hidden()
    for name in ("Ama Boateng", "Jonas Weber"):
        box = desk.locator("#result_list tbody tr").filter(has_text=name).get_by_role("checkbox")
        box.focus()
        desk.keyboard.press("Space")
    assert violations(desk) == []
    desk.get_by_role("group", name="With those you ticked").get_by_text("Mark as discussed").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_contain_text("2 reflections are marked “Discussed” now.")
    assert (
        Reply.objects.marked(Mark.UNREAD).filter(delivery__assignment__client__name="Ama Boateng").count()
        == 0
    )


def test_all_on_the_page_are_ticked_by_the_box_above_them_and_counted(desk, live_server, complaints):
    desk.goto(f"{live_server.url}{INBOX}?show=unread")
    rows = desk.locator("#result_list tbody").get_by_role("checkbox")
    many = rows.count()
    bulk = desk.get_by_role("group", name="With those you ticked")
    head = desk.get_by_label("Select all on this page")
    head.check()
    assert [row.is_checked() for row in rows.all()] == [True] * many
    expect(bulk).to_contain_text(f"{many} of {many} selected")
    rows.first.uncheck()
    expect(bulk).to_contain_text(f"{many - 1} of {many} selected")
    expect(head).not_to_be_checked()
    rows.first.check()
    expect(head).to_be_checked()
    press(desk, "Mark as discussed")
    expect(desk.get_by_role("status")).to_contain_text(f"{many} reflections are marked “Discussed” now.")
    assert complaints == []


def test_on_paper_there_is_what_the_client_wrote_and_nothing_else(desk, live_server, luiza):
    newest = Reply.objects.sent().filter(delivery__assignment__client=luiza).first()
    Note.keep(newest, "Ask for the recipe.", newest.sent_at)
    for path in (f"{INBOX}client/{luiza.pk}/", f"{INBOX}client/{luiza.pk}/digest/"):
        desk.goto(live_server.url + path)
        desk.emulate_media(media="screen", color_scheme="dark")
        expect(desk.get_by_role("button", name="Print this page")).to_be_visible()
        desk.emulate_media(media="print", color_scheme="dark")
        assert desk.get_by_text("Vovó").is_visible()
        assert not any(
            button.is_visible() for button in desk.locator("button, nav, input, textarea, a").all()
        )
        assert not desk.locator("#content .reflection").inner_text().count("recipe")
        ink, paper = desk.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
        assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


def test_the_print_button_prints(desk, live_server, luiza):
    desk.goto(f"{live_server.url}{INBOX}client/{luiza.pk}/")
    desk.evaluate("window.print = () => { document.title = 'printed' }")
    desk.get_by_role("button", name="Print this page").click()
    expect(desk).to_have_title("printed")


def test_a_session_from_its_digest_to_the_next_one(desk, live_server, luiza):
    desk.goto(f"{live_server.url}/desk/people/client/{luiza.pk}/change/")
    desk.get_by_role("link", name="What Luiza Andrade wrote").click()
    expect(desk.get_by_role("img", name="How heavy was this week?")).to_be_visible()
    desk.get_by_role("link", name="For the next session").click()
    expect(desk.get_by_role("main")).to_contain_text("3 reflections, the oldest first.")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Save as PDF").click()
    assert re.fullmatch(r"digest-\d{4}-\d\d-\d\d\.pdf", download.value.suggested_filename)
    desk.get_by_role("button", name="Note that we met").click()
    expect(desk.get_by_role("status")).to_contain_text("Noted: you met on")
    expect(desk.get_by_role("main")).to_contain_text("What Luiza Andrade sends you before you next meet")
    assert Reply.objects.marked(Mark.DISCUSSED).filter(delivery__assignment__client=luiza).count() == 3
    desk.get_by_role("button", name="Take this back").click()
    expect(desk.get_by_role("status")).to_contain_text("is no longer noted")
    assert not Meeting.objects.exists()
