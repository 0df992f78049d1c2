"""What keeps a client's words theirs, in a real browser: leaving at once, keeping for oneself, taking back."""

import re

import pytest
from playwright.sync_api import expect

from practice.replies.models import Reply
from tests.browser import looking
from tests.browser.conftest import DESK, ELSEWHERE, PHONE, SMALLEST

pytestmark = pytest.mark.django_db(transaction=True)

with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])


def words(page):
    return page.get_by_label("What stayed with you from reading 1?", exact=True)


def write(page, text="Only mine."):
    words(page).fill(text)


def expect_saved(page):
    expect(page.locator("#state")).to_contain_text("Saved.")


def choose(page, name):
    page.locator(".sharing").get_by_label(name).check()


def choose_for(page, number, name):
    """For one answer; what it is for stands folded below it."""
    own = page.locator(".own").nth(number)
    if own.get_attribute("open") is None:
        own.locator("summary").click()
    own.get_by_label(name).check()


def expect_elsewhere(page, link):
    """Somewhere else, with nothing of it left in this browser."""
    expect(page).to_have_url(ELSEWHERE)
    again = page.context.new_page()
    again.goto(link)
    expect(again.get_by_label("What stayed with you from reading 1?", exact=True)).to_have_value("")
    again.close()


# --- Leaving


@with_and_without
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_button_is_always_at_hand_and_ends_it_all(open_page, link, size, javascript):
    page = open_page(link, size, java_script_enabled=javascript)
    write(page)
    if javascript:
        expect_saved(page)
    else:
        page.get_by_role("button", name="Save for later").click()
        expect(page.get_by_text("Saved for later.")).to_be_visible()
    page.locator("footer").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Leave this page")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Leave this page").click()
    expect_elsewhere(page, link)


def test_the_page_is_replaced_in_the_history_of_its_tab(open_page, link):
    page = open_page(link)
    before = page.evaluate("history.length")
    page.get_by_role("button", name="Leave this page").click()
    expect(page).to_have_url(ELSEWHERE)
    assert page.evaluate("history.length") == before
    page.go_back()
    assert page.url == "about:blank"


def test_three_presses_of_shift_leave_without_a_question_also_what_is_not_saved(open_page, link):
    page = open_page(link)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.route("**/draft/", lambda route: route.abort())
    write(page)
    expect(page.locator("#state")).to_contain_text("Not saved yet")
    assert page.evaluate("sessionStorage.length") == 1
    words(page).focus()
    for _ in range(3):
        page.keyboard.press("Shift")
    expect_elsewhere(page, link)
    assert asked == []
    page.unroute("**/draft/")
    page.goto(link)
    assert page.evaluate("sessionStorage.length") == 0
    expect(words(page)).to_have_value("")


def test_capital_letters_do_not_leave(open_page, link):
    page = open_page(link)
    words(page).focus()
    for letter in "SHOUT":
        page.keyboard.press(f"Shift+{letter}")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    expect(words(page)).to_have_value("SHOUT")
    expect_saved(page)


def test_it_is_blank_before_the_other_page_comes(open_page, link):
    page = open_page(link)
    page.route(f"{ELSEWHERE}**", lambda route: route.abort("aborted"))
    with page.expect_event("requestfailed", lambda request: request.url == ELSEWHERE):
        page.get_by_role("button", name="Leave this page").click(no_wait_after=True)
    expect(page.locator("body")).to_be_empty()
    assert page.title() == "A page for you"


def test_a_save_that_is_on_its_way_does_not_bring_the_session_back(open_page, link):
    page = open_page(link)
    on_the_way = []
    page.route("**/draft/", lambda route: on_the_way.append(route))
    with page.expect_request("**/draft/"):
        write(page)
    page.get_by_role("button", name="Leave this page").click()
    expect(page).to_have_url(ELSEWHERE)
    expect_elsewhere(page, link)
    assert not page.context.cookies()


# --- Whom it is for


@with_and_without
def test_the_button_says_what_happens(open_page, link, javascript):
    page = open_page(link, java_script_enabled=javascript)
    button = page.locator("button[name=send]")

    def says(text):
        expect(button).to_have_text(text, use_inner_text=True)
        expect(page.get_by_role("button", name=text, exact=True)).to_be_visible()

    says("Send this to Maya")
    choose(page, "Keep it for me")
    says("Keep this for me")
    choose(page, "Talk about it when we meet")
    says("Tell Maya what to talk about")
    choose_for(page, 0, "Share it")
    says("Send this to Maya")
    choose(page, "Keep it for me")
    says("Send this to Maya")
    choose_for(page, 0, "Talk about it when we meet")
    says("Tell Maya what to talk about")
    choose(page, "Share it")
    says("Send this to Maya")
    for number in range(4):
        choose_for(page, number, "Keep it for me")
    says("Keep this for me")
    expect(page.locator(".own").first.get_by_text("kept for you")).to_be_visible()


@with_and_without
def test_what_is_kept_stays_in_this_browser(open_page, link, javascript):
    page = open_page(link, java_script_enabled=javascript)
    write(page)
    choose(page, "Keep it for me")
    page.get_by_role("button", name="Keep this for me").click()
    expect(page.get_by_role("heading", name="This is kept for you.")).to_be_visible()
    assert not Reply.objects.sent().exists()
    page.get_by_role("link", name="Look at it or change it").click()
    expect(words(page)).to_have_value("Only mine.")
    expect(page.locator(".sharing").get_by_label("Keep it for me")).to_be_checked()


@with_and_without
def test_what_was_sent_is_taken_back_and_is_a_draft_again(open_page, link, javascript):
    page = open_page(link, java_script_enabled=javascript)
    write(page)
    page.get_by_role("button", name="Send this to Maya").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert not Reply.objects.sent().exists()
    write(page, "Other words.")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_text("Thank you. It is with Maya now.")).to_be_visible()
    assert Reply.objects.sent().get().values()[0] == "Other words."


@with_and_without
def test_a_question_is_skipped_and_unskipped_and_the_words_stay_on_the_page(open_page, link, javascript):
    page = open_page(link, java_script_enabled=javascript)
    write(page)
    page.locator(".scale label", has_text="7").click()
    skips = page.get_by_label("Skip this one")
    for number in (0, 1):
        skips.nth(number).check()
    expect(page.get_by_text("What stands here is left out.").first).to_be_visible()
    assert page.locator("textarea").evaluate("field => getComputedStyle(field).borderStyle") == "dashed"
    expect(page.get_by_role("radio", name="7", exact=True)).not_to_be_checked()
    skips.first.uncheck()
    expect(words(page)).to_have_value("Only mine.")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_text("It is with Maya now.")).to_be_visible()
    assert Reply.objects.get().values()[:2] == ["Only mine.", ""]


def test_choices_made_without_a_connection_come_back_with_the_words(open_page, link):
    page = open_page(link)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    page.route("**/draft/", lambda route: route.abort())
    write(page)
    choose(page, "Keep it for me")
    choose_for(page, 1, "Talk about it when we meet")
    page.get_by_label("Skip this one").nth(3).check()
    expect(page.locator("#state")).to_contain_text("Not saved yet")
    page.reload()
    expect(words(page)).to_have_value("Only mine.")
    expect(page.get_by_label("Skip this one").nth(3)).to_be_checked()
    expect(page.get_by_role("button", name="Tell Maya what to talk about")).to_be_visible()
    page.unroute("**/draft/")
    expect_saved(page)
    assert (Reply.objects.get().sharing, Reply.objects.get().choice().own_of(1)) == ("keep", "talk")


# --- For everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(open_page, link, size, scheme):
    page = open_page(link, size, color_scheme=scheme)
    write(page)
    choose_for(page, 0, "Keep it for me")
    choose_for(page, 1, "Talk about it when we meet")
    page.get_by_label("Skip this one").nth(3).check()
    page.get_by_text("What “Leave this page” leaves behind").click()
    expect_saved(page)
    looking.check(page, "with choices")
    choose(page, "Keep it for me")
    choose_for(page, 1, "As for the whole page")
    page.get_by_role("button", name="Keep this for me").click()
    expect(page.get_by_text("This is kept for you.")).to_be_visible()
    looking.check(page, "kept")
    page.get_by_role("link", name="Look at it or change it").click()
    choose_for(page, 1, "Talk about it when we meet")
    page.get_by_role("button", name="Tell Maya what to talk about").click()
    expect(page.get_by_text("Maya knows that there is something to talk about.")).to_be_visible()
    looking.check(page, "to talk about")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    looking.check(page, "taken back")


#: The smallest phone; a desk at 200 %; a phone held sideways.
NARROW = [SMALLEST, {"width": 640, "height": 450}, {"width": 844, "height": 390}]


@pytest.mark.parametrize("size", NARROW, ids=["320 px", "200 %", "sideways"])
def test_nothing_scrolls_sideways_and_fingers_find_everything(open_page, link, size):
    page = open_page(link, size)
    for number in range(4):
        choose_for(page, number, "Talk about it when we meet")
    page.get_by_text("What “Leave this page” leaves behind").click()
    assert looking.fits(page)
    for target in page.locator("button, summary, .pick, .top a").all():
        box = target.bounding_box()
        assert box["height"] >= 48, target.inner_text()
    top = page.locator(".top").bounding_box()
    assert top["height"] <= 60, "the line that stays takes little of the page"
    write(page)
    page.locator("button[name=send]").click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    assert looking.fits(page)
    assert re.fullmatch("A page for you", page.title())
