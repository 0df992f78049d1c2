"""Who writes at the desk for long stays signed in; who left a page open is told before it is too late."""

import pytest
from playwright.sync_api import expect

from practice.desk.models import SignedIn
from tests.browser.looking import violations
from tests.browser.signing_in import sign_in
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

SOON = "You will be signed out in a few minutes. Save what you wrote."


@pytest.fixture
def asked(page):
    """What the page asked of the desk by itself."""
    found = []
    page.on("response", lambda said: found.append(said.status) if "still-here" in said.url else None)
    return found


@pytest.fixture
def writing(page, live_server, practice, maya, ada):
    """Maya has Ada's messages open, in a browser whose clock can be moved."""
    page.clock.install()
    sign_in(page, f"{live_server.url}/desk/", maya.email, PASSWORD)
    page.goto(f"{live_server.url}/desk/replies/reply/client/{ada.pk}/messages/")
    return page


def test_typing_is_being_there(writing, asked):
    for _ in range(30):
        writing.get_by_label("Write to Ada").press("a")
        writing.clock.run_for("03:00")
    expect(writing.get_by_text(SOON)).to_be_hidden()
    assert len(asked) > 20
    assert {*asked} == {204}


def test_a_page_left_alone_asks_nothing_and_says_when_it_is_nearly_too_late(writing, asked):
    message = writing.get_by_label("Write to Ada")
    message.evaluate("field => { field.value = 'By a script'; field.dispatchEvent(new Event('input')); }")
    writing.clock.run_for("54:00")
    expect(writing.get_by_text(SOON)).to_be_hidden()
    writing.clock.run_for("02:00")
    expect(writing.get_by_role("status")).to_contain_text(SOON)
    assert violations(writing) == []
    assert asked == []
    message.press("a")
    writing.clock.run_for("01:00")
    expect(writing.get_by_text(SOON)).to_be_hidden()
    assert asked == [204]


def test_a_page_that_was_signed_out_elsewhere_says_to_copy_what_was_written(writing):
    SignedIn.objects.all().delete()
    writing.get_by_label("Write to Ada").press("a")
    writing.clock.run_for("03:00")
    expect(writing.get_by_role("status")).to_contain_text("Copy what you wrote")
