"""How a client begins: a link shows, a button says yes or no, and nothing comes before a yes."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext

from practice.mailing import notices, planning
from practice.mailing.models import Delivery, Notice, Suppression
from practice.people.models import AuditEntry, Client, Consent
from practice.replies.begin import digest_of
from tests.cast import make_assignment, make_client
from tests.replies.paper import soup, text_of
from tests.replies.test_links_never_act import everything

NO_LINK = "/c/nothing/begin/"


@pytest.fixture
def kei(maya):
    """Maya's client who was not asked yet."""
    return make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo", consented=False)


@pytest.fixture
def invitation(kei):
    return invite(kei)


@pytest.fixture
def page(invitation):
    return f"/c/{invitation.token}/begin/"


def invite(client, at=None):
    """An invitation that left."""
    notice = notices.post(client, Notice.Kind.INVITATION, at or timezone.now())
    notice.state, notice.to_address = Notice.State.SENT, client.email
    notice.save()
    return notice


def say(browser, page, answer):
    """Press a button of the page, as a browser without JavaScript does."""
    fields = {
        box["name"]: box.get("value", "") for box in soup(browser.get(page)).select("input[type=hidden]")
    }
    return browser.post(page, fields | {"answer": answer}, follow=True)


def test_looking_shows_who_asks_for_what_and_changes_nothing(phone, page):
    before = everything()
    for _ in range(3):
        shown = phone.get(page)
        phone.head(page)
    assert everything() == before
    said = text_of(shown)
    assert "Maya Lindgren would like to send you short emails." in said
    assert "no reason is asked for" in said
    assert "0800 111 0 111" in said
    assert Consent.WORDING in said
    assert "therap" not in said.lower()
    assert not phone.cookies


def test_a_yes_is_a_consent_to_the_words_that_were_shown(phone, page, kei):
    shown = say(phone, page, "yes")
    consent = kei.consent_in_force()
    assert (consent.how, consent.wording) == (Consent.How.LINK, Consent.WORDING)
    assert timezone.now() - consent.given_at < timedelta(minutes=1)
    assert "You said yes" in text_of(shown)
    assert AuditEntry.objects.about(kei).get(action="agreed").actor is None


def test_a_yes_twice_is_one_consent(phone, other_browser, page, kei):
    say(phone, page, "yes")
    fields = {"answer": "yes", "wording": digest_of(Consent.WORDING)}
    assert other_browser.post(page, fields).status_code == 302
    assert kei.consents.count() == 1


@pytest.mark.parametrize("language", ["de", "es"])
def test_they_read_and_agree_in_the_language_they_choose(phone, page, kei, language):
    shown = phone.get(f"{page}?in={language}")
    assert shown.headers["Content-Language"] == language
    say(phone, f"{page}?in={language}", "yes")
    with translation.override(language):
        assert kei.consent_in_force().wording == gettext(Consent.WORDING) != Consent.WORDING
    assert translation.get_language() == "en"


@pytest.mark.parametrize("asked", ["", "?in=", "?in=xx", "?in=en&in=%00"])
def test_a_language_that_is_not_there_shows_the_clients_own(phone, page, kei, asked):
    Client.objects.update(language="de")
    assert phone.get(page + asked).headers["Content-Language"] == "de"


@pytest.mark.parametrize("wording", ["", "x", "0" * 64, "ü"])
def test_a_yes_to_other_words_than_those_of_today_is_asked_once_more(phone, page, kei, wording):
    answer = phone.post(page, {"answer": "yes", "wording": wording})
    assert answer.status_code == 422
    assert "have changed in the meantime" in text_of(answer)
    assert not kei.has_consent()


def test_a_no_is_kept_and_may_become_a_yes(phone, page, kei, invitation):
    shown = say(phone, page, "no")
    assert "Nothing more comes to you." in text_of(shown)
    invitation.refresh_from_db()
    assert invitation.declined_at
    assert not kei.has_consent()
    say(phone, page, "yes")
    invitation.refresh_from_db()
    assert invitation.declined_at is None
    assert kei.has_consent()


def test_a_yes_may_become_a_no(phone, page, kei):
    say(phone, page, "yes")
    say(phone, page, "no")
    assert not kei.has_consent()
    assert kei.consents.get().wording == Consent.WORDING
    assert AuditEntry.objects.about(kei).filter(action="withdrew").exists()


def test_a_no_takes_back_another_invitation_that_waits(phone, page, kei):
    second = notices.post(kei, Notice.Kind.INVITATION, timezone.now())
    say(phone, page, "no")
    second.refresh_from_db()
    assert second.state == Notice.State.WITHDRAWN


@pytest.mark.parametrize("answer", [{}, {"answer": ""}, {"answer": "perhaps"}, {"yes": "1"}])
def test_what_is_no_answer_changes_nothing(phone, page, kei, answer):
    assert phone.post(page, answer).status_code == 200
    assert not kei.has_consent()


# --- Links that do not open ------------------------------------------------------------------------


def moved(invitation):
    Client.objects.update(email="somebody.else@example.org")


def archived(invitation):
    Client.objects.update(archived_at=timezone.now())


def grown_old(invitation):
    Notice.objects.update(link_expires_at=timezone.now())


def revoked(invitation):
    Notice.objects.update(link_revoked_at=timezone.now())


def not_yet_sent(invitation):
    Notice.objects.update(to_address="")


def closed(invitation):
    type(invitation.client.practitioner).objects.update(is_active=False)


def of_another_kind(invitation):
    Notice.objects.update(kind=Notice.Kind.MESSAGE)


@pytest.mark.parametrize(
    "happens", [moved, archived, grown_old, revoked, not_yet_sent, closed, of_another_kind]
)
def test_an_invitation_that_no_longer_counts_looks_like_any_link_that_does_not_open(
    phone, page, kei, invitation, happens
):
    happens(invitation)
    for ask in (phone.get, phone.post):
        nowhere, found = ask(NO_LINK), ask(page, {"answer": "yes", "wording": digest_of(Consent.WORDING)})
        assert (found.status_code, found.content) == (404, nowhere.content)
    assert not kei.has_consent()


def test_an_address_in_other_letters_is_the_same(phone, page, kei):
    Client.objects.update(email="KEI@Example.org")
    assert phone.get(page).status_code == 200


def test_the_link_of_an_email_of_a_step_does_not_open_it_and_an_invitation_opens_no_messages(
    phone, delivery, invitation
):
    assert phone.get(f"/c/{delivery.token}/begin/").status_code == 404
    assert phone.get(f"/c/{invitation.token}/").status_code == 404
    assert phone.get(f"/n/{invitation.token}/").status_code == 404


# --- What comes, and what does not -----------------------------------------------------------------


def test_nothing_of_a_series_leaves_before_the_yes_and_one_email_at_the_next_hour_after_it(
    phone, kei, module, now
):
    series = make_assignment(kei, module, first_on=now.date() + timedelta(days=1), now=now)
    planning.plan(series.next_due_at)
    assert not Delivery.objects.exists()
    Consent.objects.create(client=kei, given_at=now, how=Consent.How.LINK)
    series.refresh_from_db()
    planning.plan(series.next_due_at)
    assert Delivery.objects.count() == 1


def test_a_yes_of_their_own_ends_that_the_address_is_written_to_no_more(phone, page, kei):
    Suppression.add(kei.email, Suppression.Why.ASKED, timezone.now())
    say(phone, page, "yes")
    assert not Suppression.objects.exists()
    assert kei.has_consent()


@pytest.mark.parametrize("why", ["bounced", "complained"])
def test_it_does_not_end_what_a_mail_server_said(phone, page, kei, why):
    Suppression.add(kei.email, Suppression.Why(why), timezone.now())
    shown = say(phone, page, "yes")
    assert Suppression.objects.get().why == why
    assert "At the moment nothing can be sent to your address." in text_of(shown)


def test_a_no_leaves_a_stop_as_it_is(phone, page, kei):
    Suppression.add(kei.email, Suppression.Why.ASKED, timezone.now())
    say(phone, page, "no")
    assert Suppression.objects.exists()


def test_what_was_agreed_to_at_that_address_before_the_stop_stays_ended(phone, page, kei, tom, maya):
    """Tom's client has the same mailbox, and so had Kei an older consent; Bea is somebody else."""
    stopped_at = timezone.now() - timedelta(days=10)
    toms = make_client(tom, "K.", "KEI@example.org", "Asia/Tokyo")
    bea = make_client(maya, "Bea", "bea@example.org", "Europe/Berlin")
    Consent.objects.create(client=kei, given_at=stopped_at - timedelta(days=1), wording="Older words")
    Suppression.add(kei.email, Suppression.Why.ASKED, stopped_at)
    say(phone, page, "yes")
    assert kei.consent_in_force().wording == Consent.WORDING
    assert not toms.has_consent()
    assert bea.has_consent()


def test_what_was_agreed_to_after_the_stop_counts(phone, page, kei, tom):
    Suppression.add(kei.email, Suppression.Why.ASKED, timezone.now() - timedelta(days=10))
    toms = make_client(tom, "K.", "kei@example.org", "Asia/Tokyo", consented=False)
    Consent.objects.create(client=toms, given_at=timezone.now() - timedelta(days=1))
    say(phone, page, "yes")
    assert toms.has_consent()
