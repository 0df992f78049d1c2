"""A practitioner adds an article and reviews it in a real browser: pasted, by keyboard, without JavaScript."""

import re

import pytest
from django.test import Client as Visitor
from django.urls import reverse
from playwright.sync_api import expect

from resources.importing import import_text
from resources.models import Article, Module
from tests.browser.looking import check, press
from tests.resources.articles import FOLDER, REAL, data_of

pytestmark = pytest.mark.browser

TEXT = data_of(f"{REAL}.txt").decode()
SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 900}]
PASTE_RICH = """([text, html]) => {
    const box = document.querySelector("textarea[name=text]");
    const clipboard = new DataTransfer();
    clipboard.setData("text/html", html);
    clipboard.setData("text/plain", text);
    box.focus();
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.fixture
def article(maya):
    return Article.from_draft(maya, import_text(TEXT))


@pytest.fixture
def open_desk(browser, live_server, maya):
    """Opens a page of Maya's desk in a browser window of its own."""
    visitor = Visitor()
    visitor.force_login(maya)
    session = {"name": "sessionid", "value": visitor.cookies["sessionid"].value, "url": live_server.url}
    windows = []

    def open_page(path, **options):
        window = browser.new_context(**{"viewport": SIZES[1], **options})
        windows.append(window)
        window.add_cookies([session])
        page = window.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for window in windows:
        window.close()


def add_page():
    return reverse("admin:resources_article_add")


def review_page(article):
    return reverse("admin:resources_article_change", args=(article.pk,))


def step(page, number):
    return page.locator(f"#step-{number}")


def test_an_article_is_pasted_reviewed_and_becomes_a_module(open_desk, maya):
    page = open_desk(add_page())
    page.get_by_label("Paste the article").fill(TEXT)
    page.get_by_role("button", name="Read this article").click()
    expect(page.get_by_text("We propose 8 steps, one a week.")).to_be_visible()
    expect(step(page, 2).get_by_label("Title of step 2")).to_have_value(
        "Trauma Healing Doesn’t Stay Contained"
    )

    step(page, 2).get_by_label("Title of step 2").fill("It does not stay contained")
    step(page, 3).get_by_role("button", name="Merge with the next").click()
    expect(page).to_have_url(re.compile("#step-3$"))
    expect(step(page, 2).get_by_label("Title of step 2")).to_have_value("It does not stay contained")
    expect(step(page, 3).get_by_role("heading", name="Expect Rupture as Part of Healing")).to_be_visible()

    step(page, 7).get_by_role("button", name="Leave this step out").click()
    expect(page.get_by_text("We propose 6 steps")).to_be_visible()
    page.get_by_role("button", name="Put back: A step that you left out").click()
    expect(page.get_by_text("We propose 7 steps")).to_be_visible()

    page.get_by_role("button", name="Make this a module").click()
    expect(page.get_by_text("Nothing is sent before you assign it to a client.")).to_be_visible()
    assert [row.title for row in Module.objects.get().steps.all()][1] == "It does not stay contained"
    assert page.problems == []


def test_pasting_from_a_browser_keeps_headings_lists_and_emphasis(open_desk):
    page = open_desk(add_page())
    html = "<h1>A Title</h1><p>Some <strong>strong</strong> words.</p><ul><li>one</li><li>two</li></ul>"
    page.evaluate(PASTE_RICH, ["A Title\nSome strong words.\none\ntwo", html])
    expect(page.get_by_text("Headings, lists and emphasis were copied along.")).to_be_visible()
    page.get_by_role("button", name="Read this article").click()
    expect(step(page, 1).get_by_role("strong")).to_have_text("strong")
    expect(step(page, 1).get_by_role("listitem")).to_have_text(["one", "two"])


def test_a_paste_that_is_changed_afterwards_is_read_as_it_stands(open_desk):
    page = open_desk(add_page())
    page.evaluate(PASTE_RICH, ["A Title\nSome words.", "<h1>A Title</h1><p>Some <b>words</b>.</p>"])
    expect(page.get_by_text("were copied along")).to_be_visible()
    page.get_by_label("Paste the article").fill("A Title\nOther words.")
    expect(page.get_by_text("so it is read as plain text")).to_be_visible()
    page.get_by_role("button", name="Read this article").click()
    expect(step(page, 1).locator(".review-reading")).to_contain_text("Other words.")


def test_it_all_works_without_javascript(open_desk):
    page = open_desk(add_page(), java_script_enabled=False)
    page.get_by_label("Or choose a file").set_input_files(FOLDER / f"{REAL}.docx")
    page.get_by_role("button", name="Read this article").click()
    step(page, 1).get_by_role("button", name="Split here").nth(1).click()
    expect(page.get_by_text("We propose 9 steps")).to_be_visible()
    step(page, 2).get_by_role("button", name="Move down").click()
    expect(step(page, 3).get_by_label("Title of step 3")).to_have_value(
        "The Relational Impact of Trauma Healing (part 2)"
    )
    page.get_by_role("button", name="Make this a module").click()
    expect(
        page.get_by_role("heading", name="The Relational Impact of Trauma Healing", level=1)
    ).to_be_visible()


def test_it_all_works_by_keyboard(open_desk, article):
    page = open_desk(review_page(article))
    step(page, 1).get_by_label("Title of step 1").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Begin here")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(step(page, 1).get_by_label("Title of step 1")).to_have_value("Begin here")

    step(page, 1).get_by_role("button", name="Move down").focus()
    page.keyboard.press("Enter")
    expect(step(page, 2).get_by_label("Title of step 2")).to_have_value("Begin here")
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "step-2"


def test_two_windows_lose_nothing(open_desk, article):
    mine, theirs = open_desk(review_page(article)), open_desk(review_page(article))
    theirs.get_by_label("Title of step 1").fill("Theirs")
    theirs.get_by_role("button", name="Save", exact=True).click()
    mine.get_by_label("Title of step 1").fill("Mine")
    step(mine, 4).get_by_role("button", name="Merge with the next").click()
    expect(mine.get_by_role("alert")).to_contain_text("You changed this in another window, today at")
    expect(mine.get_by_label("Title of step 1")).to_have_value("Mine")
    press(mine, "Keep mine")
    article.refresh_from_db()
    assert article.draft.steps[0].title == "Mine"

    theirs.get_by_label("Title of step 1").fill("Theirs again")
    theirs.get_by_role("button", name="Save", exact=True).click()
    theirs.get_by_role("link", name="Take theirs").click()
    expect(theirs.get_by_label("Title of step 1")).to_have_value("Mine")


def test_a_question_shows_its_answers_only_when_there_is_something_to_choose(open_desk, article):
    page = open_desk(review_page(article))
    question = step(page, 1).get_by_role("group", name="Question 1 of step 1")
    answers = question.get_by_label("Answers to choose from")
    expect(answers).to_be_hidden()
    question.get_by_label("Answered").select_option(label="By ticking any")
    expect(answers).to_be_visible()


def test_a_reading_is_edited_in_the_small_editor(open_desk, article):
    first = article.make_module().steps.first()
    first.body = "<p>A glass of H<sub>2</sub>O, the 1<sup>st</sup> of today.</p>" + first.body
    first.save()
    page = open_desk(reverse("admin:resources_step_change", args=(first.pk,)))
    editor = page.locator(".ProseMirror[contenteditable]")
    editor.focus()
    page.wait_for_timeout(200)  # the editor puts its caret back 20 ms after it got the focus
    page.keyboard.press("Control+End")
    page.keyboard.type(" And one more sentence.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(lambda url: "/module/" in url)
    first.refresh_from_db()
    assert first.body.endswith("something real is happening. And one more sentence.</p>")
    assert first.body.startswith("<p>A glass of H<sub>2</sub>O, the 1<sup>st</sup> of today.</p>")
    assert page.problems == []


def test_what_is_pasted_with_a_line_through_it_is_not_saved_as_words_to_read(open_desk, article):
    first = article.make_module().steps.first()
    page = open_desk(reverse("admin:resources_step_change", args=(first.pk,)))
    editor = page.locator(".ProseMirror[contenteditable]")
    editor.focus()
    page.wait_for_timeout(200)
    page.keyboard.press("Control+End")
    editor.evaluate("""editor => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/html", "<p> Rest, <del>dear Quentin</del> always.</p>");
        editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }""")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("your client would still read them: “dear Quentin”.")).to_be_visible()
    expect(page.locator(".ProseMirror s")).to_have_text("dear Quentin")
    first.refresh_from_db()
    assert "Quentin" not in first.body


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_axe_finds_nothing(open_desk, article, size, scheme):
    page = open_desk(add_page(), viewport=size, color_scheme=scheme)
    check(page, "add")
    press(page, "Read this article")
    check(page, "add, with an error")
    page.goto(page.url.replace(add_page(), review_page(article)))
    check(page, "review")
    page.get_by_label("Title of step 1").fill("")
    step(page, 1).get_by_role("textbox", name="Question 1").fill("")
    page.get_by_role("button", name="Make this a module").click()
    expect(page.get_by_role("alert")).to_contain_text("Before this can be a module")
    check(page, "review, with errors")
    article.save_draft(article.draft, Article.objects.get().revision)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("another window")
    check(page, "review, changed elsewhere")
    preview = reverse("admin:resources_step_preview", args=(article.make_module().steps.first().pk,))
    page.goto(page.url.replace(review_page(article), preview))
    check(page, "preview of a step")
    page.get_by_role("link", name="Change this step").click()
    expect(page.get_by_role("textbox", name="Reading")).to_be_visible()
    check(page, "step")
    with page.expect_navigation():
        page.locator(".desk-back").click()
    check(page, "module")
