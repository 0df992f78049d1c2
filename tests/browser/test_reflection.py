"""The reflection page in a real browser: on a phone and at a desk, with JavaScript and without."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from practice.mailing.models import Delivery
from practice.replies.flood import MOST_WRITES, WINDOW
from practice.replies.models import Reply, Writes
from tests.browser import looking
from tests.browser.conftest import DESK, PHONE, SMALLEST
from tests.browser.looking import press
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "I asked for a day to think.\n\nThen I slept."


def answer_all(page):
    page.get_by_label("What stayed with you from reading 1?").fill(WORDS)
    page.locator(".scale label", has_text="7").click()
    page.get_by_role("group", name="What helps?").get_by_label("Walking").check()
    page.get_by_role("group", name="What was there?").get_by_label("Rest").check()


def expect_all_answered(page):
    expect(page.get_by_label("What stayed with you from reading 1?")).to_have_value(WORDS)
    expect(page.get_by_role("radio", name="7", exact=True)).to_be_checked()
    expect(page.get_by_role("group", name="What helps?").get_by_label("Walking")).to_be_checked()
    expect(page.get_by_role("group", name="What was there?").get_by_label("Rest")).to_be_checked()


def expect_saved(page):
    expect(page.locator("#state")).to_contain_text("Saved.")


def expect_nothing_left_to_save(page):
    page.wait_for_function("() => sessionStorage.length === 0")
    expect_saved(page)


def flooded(began_at=None):
    """So much came through the link since then that nothing more is taken for the rest of a minute."""
    sha256, began_at = Delivery.objects.get().token_sha256, began_at or timezone.now()
    Writes.objects.update_or_create(link=sha256, defaults={"began_at": began_at, "count": MOST_WRITES})


def sign_in(open_page, live_server, practitioner):
    page = open_page(f"{live_server.url}/desk/login/", DESK)
    page.locator("[name=username]").fill(practitioner.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[type=submit], button").filter(has_text="Sign in").click()
    return page


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_the_link_to_the_practitioners_desk(open_page, link, live_server, maya, tom, size, javascript):
    page = open_page(link, size, java_script_enabled=javascript)
    expect(page.get_by_role("heading", name="Step 1")).to_be_visible()
    answer_all(page)
    if javascript:
        expect_saved(page)
    else:
        page.get_by_role("button", name="Save for later").click()
        expect(page.get_by_text("Saved for later.")).to_be_in_viewport()
    assert not Reply.objects.sent().exists()
    page.goto(link)
    expect_all_answered(page)
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_role("heading", name="Thank you. It is with Maya now.")).to_be_visible()
    page.goto(link)
    expect(page.get_by_text("I asked for a day to think.")).to_be_visible()

    desk = sign_in(open_page, live_server, maya)
    desk.goto(f"{live_server.url}/desk/replies/reply/")
    desk.locator("#result_list, table").get_by_role("link", name="Ada").first.click()
    expect(desk.get_by_text("I asked for a day to think.")).to_be_visible()
    expect(desk.get_by_text("7 of 10 (Not at all – Very)")).to_be_visible()
    desk.get_by_role("button", name="Mark as read").click()
    expect(desk.get_by_role("button", name="Mark as unread")).to_be_visible()

    toms = sign_in(open_page, live_server, tom)
    assert toms.goto(desk.url).status == 404


def test_what_is_typed_without_a_connection_is_kept_and_saved_when_it_is_back(open_page, link):
    page = open_page(link)
    page.context.set_offline(True)
    answer_all(page)
    expect(page.locator("#state")).to_contain_text("Not saved yet: there is no connection.")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.locator("#state")).to_contain_text("Not sent yet.")
    page.wait_for_timeout(2500)  # it tries to save once more meanwhile
    expect(page.locator("#state")).to_contain_text("Not sent yet.")
    expect_all_answered(page)
    page.context.set_offline(False)
    expect_saved(page)
    assert not Reply.objects.sent().exists()  # sending stays the client's own press


def test_a_link_that_floods_saves_by_itself_once_its_minute_is_over(open_page, link):
    page = open_page(link)
    flooded(timezone.now() - WINDOW + timedelta(seconds=10))
    answer_all(page)
    expect(page.locator("#state")).to_contain_text("Saving pauses for a moment.")
    expect_all_answered(page)
    expect(page.locator("#state")).to_contain_text("Saved.", timeout=20_000)


def test_a_link_that_floods_shows_what_was_typed_and_sends_it_at_a_press(open_page, link):
    page = open_page(link, java_script_enabled=False)
    answer_all(page)
    flooded()
    press(page, "Send this to Maya")
    expect(page.get_by_role("heading", name="This page pauses for a moment")).to_be_visible()
    expect(page.get_by_text("Then I slept.")).to_be_visible()
    Writes.objects.all().delete()
    press(page, "Try once more")
    expect(page.get_by_text("It is with Maya now.")).to_be_visible()
    assert Reply.objects.sent().get().values()[0] == WORDS


@pytest.mark.parametrize(("size", "scheme"), [(SMALLEST, "light"), (PHONE, "dark"), (DESK, "light")])
def test_a_page_that_pauses_can_be_used_by_everybody(open_page, link, size, scheme):
    page = open_page(f"{link}pace/", size, color_scheme=scheme)
    flooded()
    press(page, "Not this week")
    expect(page.get_by_role("heading", name="This page pauses for a moment")).to_be_visible()
    looking.check(page, "a page that pauses")


def test_a_page_that_was_reloaded_without_a_connection_brings_the_words_back(open_page, link):
    page = open_page(link)
    page.on("dialog", lambda dialog: dialog.accept())  # "leave this page?"
    page.route("**/draft/", lambda route: route.abort())
    answer_all(page)
    expect(page.locator("#state")).to_contain_text("Not saved yet")
    page.reload()
    expect_all_answered(page)
    page.unroute("**/draft/")
    expect_saved(page)
    assert page.evaluate("sessionStorage.length") == 0
    assert Reply.objects.get().values()[0] == WORDS


def test_where_no_cookies_are_kept_the_words_come_back_while_the_page_is_open(open_page, link):
    page = open_page(link)

    def without_cookies(route):
        answer = route.fetch()
        page.context.clear_cookies()
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        route.fulfill(response=answer, headers=headers)

    page.route("**/draft/", without_cookies)
    field = page.get_by_label("What stayed with you from reading 1?")
    field.fill("The first words.")
    expect_saved(page)
    field.fill("The first words. And the last.")
    expect(page.locator("#state")).to_contain_text("this browser cannot show it again")
    page.reload()
    expect(field).to_have_value("The first words. And the last.")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_text("It is with Maya now.")).to_be_visible()
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0
    assert Reply.objects.get().values()[0] == "The first words. And the last."


def test_sending_right_after_the_last_word_sends_that_word(open_page, link):
    page = open_page(link)
    page.get_by_label("What stayed with you from reading 1?").press_sequentially("The last word.")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_role("heading", name="Thank you. It is with Maya now.")).to_be_visible()
    assert Reply.objects.get().values()[0] == "The last word."
    page.go_back()
    expect(page.get_by_text("What you sent is with Maya.")).to_be_visible()


def test_what_is_typed_after_sending_is_kept_as_a_draft(open_page, link):
    page = open_page(link)
    field = page.get_by_label("What stayed with you from reading 1?")
    field.fill("The first words.")
    expect_saved(page)
    # Sent, while the answer is still on its way.
    page.evaluate(
        """async () => {
            const body = new URLSearchParams(new FormData(document.querySelector("form[data-draft]")));
            body.set("send", "1");
            await fetch(location.href, { method: "POST", body, redirect: "manual" });
        }"""
    )
    field.fill("The first words. And the last.")
    expect_nothing_left_to_save(page)
    assert Reply.objects.sent().get().values()[0] == "The first words."
    assert Reply.objects.drafts().get().values()[0] == "The first words. And the last."
    field.fill("The first words. And the very last.")
    expect_nothing_left_to_save(page)
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_role("heading", name="Thank you. It is with Maya now.")).to_be_visible()
    assert [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")] == [
        "The first words.",
        "The first words. And the very last.",
    ]


def test_what_is_typed_after_sending_stays_a_draft_where_it_arrives_before(open_page, link):
    page = open_page(link)
    field = page.get_by_label("What stayed with you from reading 1?")
    field.fill("The first words.")
    expect_nothing_left_to_save(page)
    on_its_way = page.evaluate(
        """() => `${new URLSearchParams(new FormData(document.querySelector("form[data-draft]")))}&send=1`"""
    )
    field.fill("The first words. And the last.")
    expect_nothing_left_to_save(page)
    page.evaluate(
        """(said) => fetch(location.href, {
            method: "POST", body: new URLSearchParams(said), redirect: "manual",
        })""",
        on_its_way,
    )
    assert Reply.objects.sent().get().values()[0] == "The first words."
    assert Reply.objects.drafts().get().values()[0] == "The first words. And the last."


def test_a_second_window_is_told_nothing_and_loses_nothing(open_page, link):
    first = open_page(link)
    second = first.context.new_page()
    second.goto(link)
    for page, words in ((first, "From the first."), (second, "From the second.")):
        page.get_by_label("What stayed with you from reading 1?").fill(words)
        expect_saved(page)
        page.get_by_role("button", name="Send this to Maya").click()
        expect(page.get_by_text("It is with Maya now.")).to_be_visible()
    assert {reply.values()[0] for reply in Reply.objects.sent()} == {"From the first.", "From the second."}


def test_the_scale_works_by_keyboard_and_enter_never_sends(open_page, link):
    page = open_page(link)
    page.get_by_role("radio", name=re.compile("^0 . Not at all$")).focus()
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="4", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    expect_saved(page)
    assert not Reply.objects.sent().exists()
    expect(page.get_by_role("group", name="How settled do you feel?")).to_be_visible()


def test_a_text_field_grows_with_its_text(open_page, link):
    page = open_page(link)
    field = page.get_by_label("What stayed with you from reading 1?")
    before = field.bounding_box()["height"]
    field.fill("A line.\n" * 20)
    assert field.bounding_box()["height"] > before + 200


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_it_fits_the_smallest_phone_with_fingers(open_page, link, ada, language):
    ada.language = language
    ada.save()
    page = open_page(link, SMALLEST)
    for address in (link, f"{link}stop/", f"{link}pace/", link.replace("/n/", "/n/x")):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for target in page.locator("button, .scale label, .pick:visible, .top a, input[type=date]").all():
            box = target.bounding_box()
            assert box["height"] >= 48, target.inner_text()
            assert box["width"] >= 48, target.inner_text()


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("size", [SMALLEST, PHONE], ids=["smallest", "phone"])
def test_it_fits_a_phone_whose_letters_are_twice_as_large(open_page, link, ada, language, size):
    ada.language = language
    ada.save()
    page = open_page(link, size)
    larger = page.context.new_cdp_session(page)
    larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    for address in (link, f"{link}stop/", f"{link}pace/"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert looking.fits(page)
        page.locator("footer").scroll_into_view_if_needed()
        top = page.locator(".top").bounding_box()
        assert top["y"] + top["height"] <= size["height"] / 5, "what stays at the top leaves room to read"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing(open_page, link, size, scheme):
    page = open_page(link, size, color_scheme=scheme)
    check(page, "empty")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is written yet.")
    check(page, "nothing to send")
    answer_all(page)
    expect_saved(page)
    check(page, "draft")
    page.get_by_role("button", name="Send this to Maya").click()
    expect(page.get_by_text("It is with Maya now.")).to_be_visible()
    check(page, "sent")
    for name in ("stop", "pace"):
        page.goto(f"{link}{name}/")
        check(page, name)
    press(page, "Pause until this day")
    check(page, "pace without a date")
    page.goto(link.replace("/n/", "/n/x"))
    check(page, "no such link")


def check(page, state):
    page.evaluate("scrollTo(0, 0)")  # the line that stays covers half of whatever is just below it
    looking.check(page, state)
    assert re.fullmatch("A page for you|Your emails", page.title())
