"""The email that asks a client whether they would like emails: neutral, and only to somebody who may be asked."""

from datetime import timedelta

import pytest

from practice.mailing import links, notices
from practice.mailing.lock_screen import LockScreen
from practice.mailing.models import Notice, Suppression
from practice.people import accounts
from practice.people.models import Consent
from tests.cast import make_client
from tests.mailing.sending import html_of, parsed

INVITATION = Notice.Kind.INVITATION
#: What a bystander must not read, in any language.
TELLING = (
    "therap",
    "terap",
    "session",
    "sitzung",
    "sesi",
    "client",
    "klient",
    "patient",
    "pacient",
    "counsel",
)


@pytest.fixture
def kei(maya):
    """Maya's client who was not asked yet."""
    return make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo", consented=False)


@pytest.fixture
def invited(sink, now):
    """Invites a client, and gives the mails that came to the server."""

    def invite(client, at=now, **more):
        notices.post(client, INVITATION, now, **more)
        notices.send_waiting(lambda: at)
        return [parsed(mail.content) for mail in sink.mails]

    return invite


def test_an_invitation_leaves_before_any_consent_and_leads_to_its_own_page(kei, invited):
    (email,) = invited(kei)
    notice = Notice.objects.get()
    assert email["To"] == "Kei <kei@example.org>"
    assert f"http://localhost:8000/c/{notice.token}/begin/" in html_of(email)
    assert f"http://localhost:8000/c/{notice.token}/begin/" in email.get_body(["plain"]).get_content()
    assert notice.to_address == kei.email


@pytest.mark.parametrize(("language", "button"), [("en", "button"), ("de", "Knopf"), ("es", "botón")])
def test_its_words_fit_the_part_that_has_no_buttons(kei, invited, language, button):
    kei.language = language
    kei.save()
    (email,) = invited(kei)
    assert button not in email.get_body(["plain"]).get_content()


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_it_tells_a_bystander_nothing(kei, invited, language):
    kei.language = language
    kei.save()
    (email,) = invited(kei)
    assert email["Content-Language"] == language
    seen = LockScreen.of(email["From"], email["Subject"], html_of(email))
    assert seen.sender == "Interlude"
    assert seen.preheader == seen.subject
    whole = f"{email['Subject']} {email.get_body(['plain']).get_content()}".lower()
    assert not [word for word in TELLING if word in whole]


def agreed(client):
    Consent.objects.create(client=client)


def archived(client):
    type(client).objects.update(archived_at="2026-01-01T00:00Z")


def closed(client):
    accounts.close(client.practitioner, None, True)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (agreed, "They have agreed to emails meanwhile."),
        (archived, "They are archived."),
        (closed, "The account of their practitioner is closed."),
    ],
)
def test_it_does_not_leave_when_nobody_may_be_asked_any_more(kei, sink, now, happens, why):
    notices.post(kei, INVITATION, now)
    happens(kei)
    notices.send_waiting(lambda: now)
    assert sink.mails == []
    notice = Notice.objects.get()
    assert (notice.state, notice.reason) == (Notice.State.WITHDRAWN, why)


@pytest.mark.parametrize(
    ("why", "asked_again", "leaves"),
    [("asked", False, False), ("asked", True, True), ("bounced", True, False), ("complained", True, False)],
)
def test_who_stopped_everything_is_invited_only_if_they_asked_for_it(
    kei, invited, now, why, asked_again, leaves
):
    Suppression.add(kei.email, Suppression.Why(why), now - timedelta(days=1))
    assert bool(invited(kei, asked_again=asked_again)) == leaves
    assert Suppression.objects.get().why == why


def test_a_stop_that_came_after_they_asked_for_it_counts(kei, invited, now):
    Suppression.add(kei.email, Suppression.Why.ASKED, now - timedelta(days=1))
    Suppression.add(kei.email, Suppression.Why.ASKED, now + timedelta(seconds=1))
    assert invited(kei, now + timedelta(seconds=2), asked_again=True) == []


def test_one_that_is_only_looked_at_has_a_link_that_opens_nothing(kei, now):
    letter = notices.letter(notices.drafted(kei, INVITATION, now), links.ONLY_TRIED)
    assert f"/c/{links.ONLY_TRIED}/begin/" in letter.body
    assert not Notice.objects.exists()
