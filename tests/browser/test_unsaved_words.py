"""Who leaves a page of the desk with words that are not saved is asked first, and only then."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from resources.importing import import_text
from resources.models import Article
from tests.browser.looking import press
from tests.browser.signing_in import sign_in
from tests.cast import PASSWORD
from tests.replies.conftest import deliver
from tests.replies.test_read_first import sends
from tests.resources.test_importing_again import OLD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(page):
    """What the browser asked about leaving. It is told to stay."""
    found = []

    def stay(dialog):
        found.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return found


@pytest.fixture
def at(page, live_server, practice, maya):
    """Maya's browser at a page of the desk, by its name."""
    sign_in(page, f"{live_server.url}/desk/", maya.email, PASSWORD)

    def open_(name, *args):
        page.goto(live_server.url + reverse(f"admin:{name}", args=args))
        return page

    return open_


def test_a_message_that_was_not_sent(at, ada, asked):
    page = at("replies_messages", ada.pk)
    message = page.get_by_label("Write to Ada")
    message.fill("We could begin with Tuesday.")
    page.get_by_role("link", name="Today").click()
    expect(message).to_have_value("We could begin with Tuesday.")
    assert asked == ["beforeunload"]
    message.fill("")
    press(page, "Today", role="link")
    assert asked == ["beforeunload"]


def test_an_article_that_was_pasted_and_then_changed(at, asked):
    page = at("resources_article_add")
    page.get_by_label("Paste the article").fill(OLD)
    page.get_by_role("link", name="Go back without adding").click()
    assert asked == ["beforeunload"]
    press(page, "Read this article")
    title = page.get_by_label("Title of the module")
    title.fill("Rest, in small pieces")
    page.get_by_role("link", name="Today").click()
    expect(title).to_have_value("Rest, in small pieces")
    assert asked == ["beforeunload"] * 2
    press(page, "Save", exact=True)
    press(page, "Today", role="link")
    assert asked == ["beforeunload"] * 2


def test_a_note_goes_with_a_mark_and_nothing_is_asked(at, assignment, asked):
    reply = sends(deliver(assignment, assignment.module.steps.first()), "The sea.")
    page = at("replies_reply_change", reply.pk)
    page.get_by_label("Your note").fill("Ask about the brother.")
    page.get_by_role("link", name="Today").click()
    assert asked == ["beforeunload"]
    press(page, "Mark as read")
    expect(page.get_by_label("Your note")).to_have_value("Ask about the brother.")
    press(page, "Today", role="link")
    assert asked == ["beforeunload"]


def test_pages_that_were_only_looked_at(at, maya, assignment, asked):
    article = Article.from_draft(maya, import_text(OLD))
    step = assignment.module.steps.first()
    for name, *args in (
        ("resources_article_change", article.pk),
        ("assignments_assignment_add",),
        ("assignments_assignment_wording", assignment.pk, step.pk),
        ("me",),
    ):
        page = at(name, *args)
        page.locator("#main form").first.click(position={"x": 5, "y": 5})
        press(page, "Today", role="link")
    assert asked == []
