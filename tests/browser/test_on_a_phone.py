"""A practitioner between two sessions, with her phone in one hand: a new reflection is read, noted, and kept."""

import pytest
from playwright.sync_api import expect

from practice.desk import sample
from practice.mailing.models import Notice
from practice.replies.models import Mark, Message, Reply
from tests.browser.looking import check

NOTE = "Ask whose voice that was."
ANSWER = "Thank you. Bring it along on Thursday, if you like."


@pytest.fixture
def phone(new_context, live_server, seeded):
    """Touch, a narrow screen, and the sample practice."""
    page = new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=3
    ).new_page()
    page.goto(f"{live_server.url}/desk/")
    return page


def tap(page, name, role="button", within=None):
    """Tap what leads to another page; it is large enough for a thumb and lies within the screen."""
    target = (within or page).get_by_role(role, name=name).first
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    if role == "button":
        assert box["height"] >= 48, f"{name} is {box['height']} px high"
    assert box["x"] >= 0, name
    assert box["x"] + box["width"] <= 390, name
    with page.expect_navigation():
        target.tap()


def test_a_new_reflection_is_read_noted_kept_for_the_session_and_answered(phone):
    phone.get_by_label("Email address").fill("maya@example.com")
    phone.get_by_label("Password").fill(sample.PASSWORD)
    tap(phone, "Sign in")
    check(phone, "today")

    tap(phone, "Luiza Andrade", "link", phone.get_by_role("region", name="New reflections"))
    expect(phone.get_by_text("Vovó")).to_be_visible()
    check(phone, "the reflection")
    phone.get_by_label("Your note").fill(NOTE)
    tap(phone, "Keep this note")
    expect(phone.get_by_role("status")).to_contain_text("Your note is kept.")
    tap(phone, "Keep for our next session")
    expect(phone.get_by_role("status")).to_contain_text("You find it under “To discuss”")
    check(phone, "the reflection, noted and kept")
    reply = Reply.objects.marked(Mark.TO_DISCUSS).get(note__isnull=False)
    assert (reply.note.text, reply.client.name) == (NOTE, "Luiza Andrade")

    phone.get_by_role("button", name="Menu").tap()
    tap(phone, "Today", "link")
    expect(phone.get_by_role("region", name="New reflections")).not_to_contain_text("Luiza")
    phone.get_by_role("button", name="Menu").tap()
    tap(phone, "Reflections", "link", phone.get_by_role("navigation", name="Desk"))
    tap(phone, "To discuss", "link")
    tap(phone, "Luiza Andrade", "link", phone.locator("#result_list"))
    expect(phone.get_by_label("Your note")).to_have_value(NOTE)

    tap(phone, "Write to Luiza Andrade", "link")
    check(phone, "messages")
    phone.get_by_label("Write to Luiza Andrade").fill(ANSWER)
    tap(phone, "Send this to Luiza Andrade")
    expect(phone.get_by_text("A short email tells them so in two minutes.")).to_be_visible()
    expect(phone.get_by_text(ANSWER)).to_be_visible()
    check(phone, "messages, with one")
    assert Message.objects.get().text == ANSWER
    assert Notice.objects.get().state == Notice.State.WAITING
