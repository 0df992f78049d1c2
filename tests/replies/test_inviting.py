"""A practitioner invites a client: the very email is shown first, one press sends it, and it can be taken back."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing import notices
from practice.mailing.models import Notice, Suppression
from practice.people.models import AuditEntry, Client, Consent
from practice.people.trail import trail_of
from tests.cast import make_assignment, make_client
from tests.replies.paper import soup, text_of


@pytest.fixture
def kei(maya):
    """Maya's client who was not asked yet."""
    return make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo", consented=False)


@pytest.fixture
def mayas(desk, maya):
    return desk(maya)


@pytest.fixture
def page(kei):
    return f"/desk/replies/reply/client/{kei.pk}/invite/"


@pytest.fixture
def client_page(kei):
    return f"/desk/people/client/{kei.pk}/change/"


def press(browser, page, do="invite", **more):
    """Press a button, if the page offers it."""
    shown = browser.get(page)
    assert soup(shown).select_one(f'button[name=do][value="{do}"]'), text_of(shown)
    return browser.post(page, {"do": do, **more}, follow=True)


def left(days=0):
    """What waits leaves; so many days ago."""
    at = F("made_at") - timedelta(days=days)
    Notice.objects.update(state="sent", to_address="kei@example.org", made_at=at)


def test_the_way_begins_on_the_clients_page(mayas, client_page, page):
    assert "Not yet. Nothing is sent before they agree." in text_of(mayas.get(client_page))
    link = soup(mayas.get(client_page)).find("a", string="Invite Kei by email")
    assert link["href"] == page


def test_the_page_shows_the_very_email_and_looking_sends_nothing(mayas, page):
    shown = text_of(mayas.get(page))
    assert "The email below goes to Kei at kei@example.org." in shown
    assert "Subject: A short question for you" in shown
    framed = mayas.get(f"{page}email/")
    assert "I would like to send you a short email now and then" in text_of(framed)
    assert "/c/only-a-trial/begin/" in framed.content.decode()
    assert "href=" not in framed.content.decode()
    assert not Notice.objects.exists()


def test_the_email_is_shown_in_the_clients_language(mayas, page):
    Client.objects.update(language="de")
    assert "Eine kurze Frage an Sie" in text_of(mayas.get(page))
    assert "Guten Tag, Kei." in text_of(mayas.get(f"{page}?show=text"))


def test_one_press_invites_and_for_two_minutes_it_can_be_taken_back(mayas, page, kei):
    assert "leaves in two minutes" in text_of(press(mayas, page))
    notice = Notice.objects.get()
    assert notice.kind == Notice.Kind.INVITATION
    assert notice.due_at - notice.made_at == timedelta(minutes=2)
    assert "no email went out" in text_of(press(mayas, page, "take back"))
    assert notices.claim(timezone.now() + timedelta(minutes=3)) is None
    assert [line.did for line in trail_of(kei)[1]][:2] == [
        "took the invitation to receive emails back",
        "invited them to receive emails",
    ]


def test_it_stays_once_it_has_left(mayas, page):
    press(mayas, page)
    left()
    assert "It has left already." in text_of(mayas.post(page, {"do": "take back"}, follow=True))
    assert not AuditEntry.objects.filter(action="uninvited").exists()


def test_nobody_is_invited_twice_within_a_day(mayas, page):
    press(mayas, page)
    assert "about to leave" in text_of(mayas.post(page, {"do": "invite"}))
    left()
    assert "less than a day ago" in text_of(mayas.post(page, {"do": "invite"}))
    assert Notice.objects.count() == 1
    left(days=1)
    press(mayas, page)
    assert Notice.objects.count() == 2


def test_the_desk_says_how_far_it_has_come(mayas, page, client_page, kei, module, maya):
    make_assignment(kei, module)
    held = Assignment.objects.get().outlook
    press(mayas, page)
    assert held().hold.why == "Kei is about to be invited, and has not answered yet."
    assert "An invitation is about to leave." in text_of(mayas.get(client_page))
    left()
    today = timezone.localdate()
    assert held().hold.why == f"Kei was invited on {today:%A %-d %B %Y}, and has not answered yet."
    assert held().hold.quiet
    assert f"Invited on {today:%-d %B %Y}, not answered yet." in text_of(mayas.get(client_page))
    (concern,) = home(maya, timezone.now()).concerns
    assert (concern.quiet, concern.action) == (True, "Look at Kei’s page")
    Notice.objects.update(declined_at=timezone.now())
    assert held().hold.why == f"Kei said no to emails on {today:%A %-d %B %Y}."
    assert f"Said no on {today:%-d %B %Y}." in text_of(mayas.get(client_page))
    assert not home(maya, timezone.now()).concerns[0].quiet


@pytest.mark.parametrize(
    "happens",
    [
        lambda: Notice.objects.update(link_expires_at=timezone.now()),
        lambda: Client.objects.update(email="new@example.org"),
        lambda: Notice.objects.update(state="withdrawn"),
        lambda: Notice.objects.update(state="failed"),
    ],
    ids=["too old", "another address", "taken back", "failed"],
)
def test_an_invitation_that_nobody_can_answer_holds_nothing_quietly(mayas, page, kei, module, happens):
    make_assignment(kei, module)
    press(mayas, page)
    left()
    happens()
    assert Assignment.objects.get().outlook().hold.why == "Kei has not agreed to emails yet."


def test_what_came_after_an_invitation_counts_more(kei, module, mayas, page):
    make_assignment(kei, module)
    press(mayas, page)
    left(days=2)
    Consent.objects.create(client=kei, given_at=timezone.now() - timedelta(days=1))
    assert Assignment.objects.get().outlook().hold is None
    kei.withdraw_consent(timezone.now())
    assert Assignment.objects.get().outlook().hold.why == "Kei took back the agreement to emails."


def test_who_agreed_is_not_invited(mayas, page, client_page, kei):
    Consent.objects.create(client=kei)
    assert "Kei has agreed already." in text_of(mayas.get(page, follow=True))
    mayas.post(page, {"do": "invite"})
    assert not Notice.objects.exists()
    assert "Invite Kei" not in text_of(mayas.get(client_page))


def test_who_is_archived_is_not_invited(mayas, page, client_page):
    Client.objects.update(archived_at=timezone.now())
    assert "Kei is archived." in text_of(mayas.post(page, {"do": "invite"}))
    assert not Notice.objects.exists()
    assert "Invite Kei by email" not in text_of(mayas.get(client_page))


@pytest.mark.parametrize(
    ("why", "helps"), [("bounced", "Ask Kei for the right address"), ("complained", "Talk about it")]
)
def test_an_address_that_takes_nothing_gets_no_invitation_and_the_page_says_what_helps(
    mayas, page, kei, why, helps
):
    Suppression.add(kei.email, Suppression.Why(why), timezone.now())
    for shown in (mayas.get(page), mayas.post(page, {"do": "invite", "asked_again": "on"})):
        assert helps in text_of(shown)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("agreed_before", [True, False])
def test_who_stopped_everything_is_invited_again_only_on_their_word_and_the_stop_stays(
    mayas, page, client_page, kei, agreed_before
):
    now = timezone.now()
    if agreed_before:
        Consent.objects.create(client=kei, given_at=now - timedelta(days=9))
    Suppression.add(kei.email, Suppression.Why.ASKED, now - timedelta(days=1))
    assert "Invite Kei by email" in text_of(mayas.get(client_page))
    assert press(mayas, page).status_code == 422
    assert not Notice.objects.exists()
    press(mayas, page, asked_again="on")
    assert Notice.objects.get().asked_again
    assert Suppression.objects.get().why == "asked"
    assert notices.claim(timezone.now() + timedelta(minutes=3)).to_address == kei.email


def test_who_said_no_is_invited_again_only_on_their_word(mayas, page):
    press(mayas, page)
    left(days=2)
    Notice.objects.update(declined_at=timezone.now())
    assert "Kei said no to emails on" in text_of(mayas.get(page))
    assert press(mayas, page).status_code == 422
    press(mayas, page, asked_again="on")
    assert Notice.objects.filter(state="waiting").exists()


def test_an_invitation_that_could_not_be_sent_is_on_mayas_home(mayas, page, maya):
    press(mayas, page)
    Notice.objects.update(state="failed", reason="The mailbox is full.")
    (concern,) = home(maya, timezone.now()).concerns
    assert (concern.why, concern.url) == ("The mailbox is full.", page)
    assert "could not be sent. The mailbox is full." in text_of(mayas.get(page))


def test_nobody_else_at_the_practice_can_invite_them(desk, tom, superuser, page):
    for other in (tom, superuser):
        for address in (page, f"{page}email/"):
            assert desk(other).get(address).status_code == 404
            assert desk(other).post(address, {"do": "invite"}).status_code == 404
    assert not Notice.objects.exists()
