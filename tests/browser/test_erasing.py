"""Erasing a client's records in a real browser: what the page says, the name typed wrong and right, on a phone too."""

import pytest
from playwright.sync_api import expect

from practice.people.models import Client
from tests.browser.conftest import DESK, PHONE, SMALLEST
from tests.browser.looking import check, press
from tests.browser.signing_in import sign_in
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
@pytest.mark.parametrize("size", [PHONE, DESK, SMALLEST], ids=["phone", "desk", "smallest"])
def test_the_records_are_erased_once_the_name_is_typed(
    browser, live_server, ada, assignment, size, javascript
):
    context = browser.new_context(viewport=size, java_script_enabled=javascript)
    page = context.new_page()
    sign_in(page, f"{live_server.url}/desk/people/client/{ada.pk}/change/", "maya@example.com", PASSWORD)
    press(page, "Erase Ada’s records", "link")
    expect(page.get_by_role("heading", name="Erase Ada’s records")).to_be_visible()
    if javascript:
        check(page, "what it means")
    page.get_by_label("Type the name, Ada").fill("Adam")
    press(page, "Erase Ada’s records for good")
    expect(page.get_by_text("This is not the name. It is Ada, and nothing was erased.")).to_be_visible()
    if javascript:
        check(page, "another name")
    page.get_by_label("Type the name, Ada").fill("Ada")
    press(page, "Erase Ada’s records for good")
    expect(page.get_by_text("Erased. Nothing of this client is kept here any more.")).to_be_visible()
    assert not Client.objects.exists()
    context.close()
