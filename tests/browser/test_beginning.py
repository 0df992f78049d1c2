"""A client is invited and says yes or no, in a real browser: at the desk, and on a phone with scripts and without."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from practice.mailing import notices
from practice.mailing.models import Notice
from tests.browser.conftest import DESK, PHONE, SMALLEST
from tests.browser.looking import check, press
from tests.browser.test_import_review import SIZES
from tests.browser.test_import_review import open_desk as open_desk
from tests.cast import make_client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kei(maya):
    """Maya's client who was not asked yet."""
    return make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo", consented=False)


@pytest.fixture
def begin_page(live_server, kei):
    """The page behind the button of an invitation that left."""
    notice = notices.post(kei, Notice.Kind.INVITATION, timezone.now())
    Notice.objects.update(state="sent", to_address=kei.email)
    return f"{live_server.url}/c/{notice.token}/begin/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_a_practitioner_looks_at_the_email_sends_it_and_takes_it_back(open_desk, kei, size, scheme):
    page = open_desk(
        reverse("admin:people_client_change", args=(kei.pk,)), viewport=size, color_scheme=scheme
    )
    press(page, "Invite Kei by email", role="link")
    letter = page.frame_locator("iframe[title^='The email']")
    expect(letter.get_by_text("I would like to send you a short email")).to_be_visible()
    check(page, "the email")
    press(page, "Send this invitation to Kei")
    expect(page.get_by_role("status")).to_contain_text("leaves in two minutes")
    check(page, "it waits")
    press(page, "Take it back")
    expect(page.get_by_role("status")).to_contain_text("no email went out")
    press(page, "Kei’s page", role="link")
    check(page, "the client's page")
    assert Notice.objects.get().state == "withdrawn"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (SMALLEST, "light"), (DESK, "dark")]
)
def test_a_client_says_no_then_yes_in_their_language(open_page, begin_page, kei, size, scheme, scripts):
    page = open_page(begin_page, size, color_scheme=scheme, java_script_enabled=scripts)
    look(page, scripts, "the question")
    press(page, "No, thank you")
    expect(page.get_by_role("status")).to_contain_text("Nothing more comes to you.")
    look(page, scripts, "no")
    press(page, "Deutsch", role="link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Danke für Ihre Antwort")
    look(page, scripts, "in German")
    press(page, "Ja, ich möchte sie")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie haben Ja gesagt")
    look(page, scripts, "yes")
    page.get_by_label("Ein Tag, der Ihnen passt").select_option(label="Mittwoch")
    page.get_by_label("Eine Uhrzeit, die Ihnen passt").fill("07:30")
    press(page, "So festhalten")
    expect(page.get_by_role("status").last).to_contain_text("Das ist festgehalten.")
    look(page, scripts, "chosen")
    kei.refresh_from_db()
    assert kei.likes() == "Wednesday, 07:30"
    assert kei.consent_in_force().wording.startswith("Ich bin damit einverstanden")


def look(page, scripts, state):
    """axe is a script itself."""
    if scripts:
        check(page, state)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (SMALLEST, "light")])
def test_later_they_say_that_others_read_the_mailbox(open_page, link, ada, size, scheme, scripts):
    page = open_page(link, size, color_scheme=scheme, java_script_enabled=scripts)
    page.get_by_label("What stayed with you from reading 1?").fill("Rain.")
    press(page, "Send this to Maya")
    look(page, scripts, "sent, and asked")
    press(page, "No, others can")
    expect(page.get_by_role("status")).to_contain_text("says only that there is something to read")
    look(page, scripts, "answered")
    ada.refresh_from_db()
    assert ada.discretion == "notice"
