"""The client's own page in a real browser: a code opens it, and they write; with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from practice.mailing.models import Notice
from practice.replies.models import Message
from tests.browser.conftest import DESK, PHONE
from tests.browser.looking import check, press

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "Thursday is good. I slept a little better."


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")]
)
def test_a_code_opens_it_and_a_message_is_written(open_page, link, size, scheme, scripts):
    page = open_page(link, size, color_scheme=scheme, java_script_enabled=scripts)
    press(page, "Messages with Maya", role="link")
    look(page, scripts, "closed")
    press(page, "Send me a code")
    look(page, scripts, "a code is on its way")
    page.get_by_label("The six digits").fill("12")
    press(page, "Open my page")
    look(page, scripts, "that is no code")
    code = Notice.objects.get(kind=Notice.Kind.CODE).code
    page.get_by_label("The six digits").fill(f"{code[:3]} {code[3:]}")
    press(page, "Open my page")
    expect(page.get_by_text("Nothing is here yet.")).to_be_visible()
    look(page, scripts, "open and empty")
    page.get_by_label("Write to Maya").fill(WORDS)
    press(page, "Send this to Maya")
    expect(page.get_by_text(WORDS)).to_be_visible()
    look(page, scripts, "with a message")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save them to read or print").click()
    look_at_the_file(page, scripts, saved.value.path().read_text())
    assert Message.objects.get().text == WORDS
    press(page, "Close this page here")
    expect(page.get_by_text(WORDS)).to_have_count(0)


def look_at_the_file(page, scripts, html):
    """What was saved, as it looks without the page that it came from."""
    file = page.context.new_page()
    file.set_content(html)
    expect(file.get_by_text(WORDS)).to_be_visible()
    look(file, scripts, "the file")
    file.close()


def look(page, scripts, state):
    """axe is a script itself."""
    if scripts:
        check(page, state)
