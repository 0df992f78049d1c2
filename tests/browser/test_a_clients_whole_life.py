"""All that a client does with us, from the invitation to being erased, on a phone; with JavaScript and once without.

The emails are real: they go to a mail server, and each link and each code is read from what arrived there.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from practice.assignments.models import Assignment
from practice.mailing import notices
from practice.people.models import Client
from practice.replies.models import Reply
from tests.browser.conftest import DESK
from tests.browser.looking import check, press
from tests.browser.signing_in import sign_in
from tests.cast import PASSWORD, make_assignment, make_client
from tests.mailing.sending import parsed, send_due, text_of, use_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]

WORDS = "I sat by the window and did nothing. It was enough."
MESSAGE = "Thursday is good for me."
DAY = timedelta(days=1)


class Life:
    """One client, their mailbox, and their phone."""

    def __init__(self, sink, phone, desk, client, scripts):
        self.sink, self.phone, self.desk, self.client, self.scripts = sink, phone, desk, client, scripts

    def newest_email(self):
        """The one email that came since they last looked."""
        (mail,) = self.sink.mails
        self.sink.clear()
        email = parsed(mail.content)
        assert mail.rcpt_tos == [self.client.email]
        return text_of(email)

    def look(self, state):
        """axe is a script itself."""
        if self.scripts:
            check(self.phone, state)


@pytest.fixture(params=[True, False], ids=["with scripts", "without"])
def life(request, open_page, settings, smtp_sink, live_server, maya):
    settings.PUBLIC_BASE_URL = live_server.url
    use_server(settings, smtp_sink.address)
    ada = make_client(maya, "Ada", "ada@example.org", "Europe/Berlin", consented=False)
    phone, desk = open_page("about:blank", java_script_enabled=request.param), open_page("about:blank", DESK)
    sign_in(desk, f"{live_server.url}/desk/", maya.email, PASSWORD)
    return Life(smtp_sink, phone, desk, ada, request.param)


def test_a_clients_whole_life(life, module):
    is_invited_and_says_yes(life)
    assignment = assigned(life.client, module)
    first = reads(life, assignment)
    drafts_and_sends(life, first)
    second = rests_and_carries_on(life, assignment)
    writes_to_the_practitioner(life)
    stops(life, assignment, second)
    takes_the_words_along(life)
    is_erased(life, second)


def is_invited_and_says_yes(life):
    desk, page = life.desk, life.phone
    desk.goto(desk.url + f"people/client/{life.client.pk}/change/")
    press(desk, "Invite Ada by email", role="link")
    press(desk, "Send this invitation to Ada")
    notices.send_waiting(lambda: timezone.now() + DAY)
    page.goto(re.search(r"http\S+/c/\S+?/begin/", life.newest_email())[0])
    expect(page.get_by_role("heading", name="A question from Maya")).to_be_visible()
    life.look("the question")
    assert not life.client.has_consent()
    press(page, "Yes, I would like them")
    expect(page.get_by_role("heading", name="You said yes")).to_be_visible()
    life.look("yes")
    assert life.client.has_consent()


def assigned(client, module):
    tomorrow = timezone.now() + DAY
    return make_assignment(client, module, first_on=tomorrow.date(), at=tomorrow.time(), now=timezone.now())


def next_email(life, assignment):
    """The tick at the moment of the next step, and what it brought. Returns (text, link to the step)."""
    assignment.refresh_from_db()
    send_due(assignment.next_due_at)
    text = life.newest_email()
    return text, re.search(r"http\S+/n/\S+?/", text)[0]


def reads(life, assignment):
    _text, link = next_email(life, assignment)
    life.phone.goto(link)
    expect(life.phone.get_by_role("heading", name="Step 1")).to_be_visible()
    expect(life.phone.get_by_text("Reading number 1.")).to_be_visible()
    life.look("reading")
    return link


def drafts_and_sends(life, link):
    """The connection is lost meanwhile, or, without scripts, the page is left and opened again."""
    page = life.phone
    if life.scripts:
        page.context.set_offline(True)
    page.get_by_label("What stayed with you from reading 1?").fill(WORDS)
    if life.scripts:
        expect(page.locator("#state")).to_contain_text("Not saved yet: there is no connection.")
        page.context.set_offline(False)
        expect(page.locator("#state")).to_contain_text("Saved.")
    else:
        press(page, "Save for later")
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_label("What stayed with you from reading 1?")).to_have_value(WORDS)
    assert not Reply.objects.sent().exists()
    press(page, "Send this to Maya")
    expect(page.get_by_role("heading", name="Thank you. It is with Maya now.")).to_be_visible()
    life.look("sent")
    assert Reply.objects.sent().get().values()[0] == WORDS


def rests_and_carries_on(life, assignment):
    page, until = life.phone, timezone.localdate() + 20 * DAY
    press(page, "Rest, change the pace or stop these emails", role="link")
    page.get_by_label("Begin again on").fill(until.isoformat())
    press(page, "Pause until this day")
    expect(page.get_by_text("The emails rest.")).to_be_visible()
    life.look("resting")
    send_due(timezone.now() + 10 * DAY)
    assert life.sink.mails == []
    press(page, "Carry on")
    expect(page.get_by_text("The next email comes on")).to_be_visible()
    text, link = next_email(life, assignment)
    assert "Reading number 2." in text
    page.goto(link)
    expect(page.get_by_role("heading", name="Step 2")).to_be_visible()
    return link


def opens_own_page(life):
    """With the six digits from the email that was asked for."""
    press(life.phone, "Send me a code")
    notices.send_waiting()
    code = re.search(r"\b(\d{3})\s?(\d{3})\b", life.newest_email())
    life.phone.get_by_label("The six digits").fill("".join(code.groups()))
    press(life.phone, "Open my page")


def writes_to_the_practitioner(life):
    press(life.phone, "Messages with Maya", role="link")
    opens_own_page(life)
    life.phone.get_by_label("Write to Maya").fill(MESSAGE)
    press(life.phone, "Send this to Maya")
    expect(life.phone.get_by_text(MESSAGE)).to_be_visible()
    life.look("messages")


def stops(life, assignment, link):
    page = life.phone
    page.goto(link)
    press(page, "Rest, change the pace or stop these emails", role="link")
    press(page, "Stop this series, or all emails", role="link")
    press(page, "Stop all emails")
    expect(page.get_by_role("heading", name="No more emails come to you")).to_be_visible()
    life.look("stopped")
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.STOPPED
    send_due(timezone.now() + 60 * DAY)
    assert life.sink.mails == []


def takes_the_words_along(life):
    page = life.phone
    press(page, "Go to your own page", role="link")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save them to read or print").click()
    kept = Path(saved.value.path()).read_text("utf-8")
    assert WORDS in kept
    assert MESSAGE in kept


def is_erased(life, link):
    desk, page = life.desk, life.phone
    desk.goto(desk.url.split("/desk/")[0] + f"/desk/people/client/{life.client.pk}/delete/")
    desk.get_by_label("Type the name, Ada").fill("Ada")
    press(desk, "Erase Ada’s records for good")
    expect(desk.get_by_text("Erased. Nothing of this client is kept here any more.")).to_be_visible()
    for address in (link, link.replace("/n/", "/c/")):
        assert page.goto(address).status == 404
    assert not Client.objects.exists()
    assert not Reply.objects.exists()
