"""What is to be read first, in a real browser: pinned, read, acknowledged; and the lists, where they are written."""

import pytest
from playwright.sync_api import expect

from practice.desk import sample
from practice.people.models import Client, Practitioner
from practice.replies.models import Concern, ConcernWords, Reply
from tests.browser.looking import check, press
from tests.browser.signing_in import sign_in

INBOX = "/desk/replies/reply/"
WORDS = "/desk/replies/concernwords/"


@pytest.fixture
def pinned(seeded):
    """The newest reflection of a client in the sample practice, as if it had been sent now with such words."""
    ConcernWords.write_missing()
    Practitioner.objects.filter(email="maya@example.com").update(is_superuser=True)
    reply = Reply.objects.sent().filter(client__name="Luiza Andrade").first()
    answer = reply.answers.first()
    answer.value = "Some days I don’t want to be here any more. I keep hurting myself."
    answer.kind = "text"
    answer.save()
    reply.send(reply.sent_at)
    return reply


@pytest.fixture
def desk(page, live_server, pinned):
    """Maya, who also runs the installation, signs in."""
    sign_in(page, f"{live_server.url}/desk/", "maya@example.com", sample.PASSWORD)
    expect(page.get_by_role("heading", name="Please read this first")).to_be_visible()
    return page


def test_it_is_found_on_top_read_and_acknowledged(desk, pinned):
    first = desk.get_by_role("region", name="Please read this first")
    with desk.expect_navigation():
        first.get_by_role("link", name="Luiza Andrade").click()
    expect(desk.get_by_role("region", name="Please read this first")).to_contain_text("hurt myself")
    expect(desk.get_by_role("button", name="Mark as read")).to_have_count(0)
    press(desk, "I have read this")
    expect(desk.get_by_text("Noted: you have read this.")).to_be_visible()
    assert Concern.objects.get().acknowledged_at
    desk.goto(desk.url.split("/desk/")[0] + "/desk/")
    expect(desk.get_by_role("heading", name="Please read this first")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(desk, live_server, pinned, scheme):
    desk.emulate_media(color_scheme=scheme)
    english = ConcernWords.objects.get(language="en")
    assignment = Client.objects.get(name="Luiza Andrade").assignments.first()
    pages = {
        "home": "/desk/",
        "inbox": INBOX,
        "reflection": f"{INBOX}{pinned.pk}/change/",
        "assignment": f"/desk/assignments/assignment/{assignment.pk}/change/",
        "lists": WORDS,
        "list": f"{WORDS}{english.pk}/change/",
        "me": "/desk/me/",
        "practice": "/desk/people/practice/1/change/",
        "help": "/desk/help/#emergency",
    }
    for name, path in pages.items():
        desk.goto(live_server.url + path)
        for width in (390, 1280):
            desk.set_viewport_size({"width": width, "height": 900})
            check(desk, f"{name} at {width} px, {scheme}")
