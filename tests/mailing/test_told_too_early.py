"""A provider may tell of an email before we have noted the id by which alone it knows that email. Nothing is lost."""

from datetime import timedelta

import pytest

from practice.mailing.models import Delivery, ProviderEvent, Suppression
from tests.mailing.providers import mailersend, post, post_mailersend, postmark, use_provider
from tests.mailing.sending import SLOT, send_due

NOW = SLOT + timedelta(minutes=1)


@pytest.fixture
def row(settings, planned):
    """Ada's first email, which MailerSend has, and of which we know nothing yet."""
    use_provider(settings, "mailersend")
    left = {"state": "submitting", "submitted_at": SLOT, "to_address": "ada@example.org"}
    Delivery.objects.update(**left, lease_until=SLOT + timedelta(hours=9))
    planned.refresh_from_db()
    planned.provider_id = "provider-1"
    return planned


@pytest.fixture(autouse=True)
def received_at_the_slot(monkeypatch):
    monkeypatch.setattr("practice.mailing.hooks.timezone.now", lambda: SLOT)


def noted(row, **more):
    """Its id is noted at last."""
    Delivery.objects.update(**{"state": "accepted", "accepted_at": SLOT, "provider_id": "provider-1"} | more)
    row.refresh_from_db()


def after(row, now=NOW):
    send_due(now)
    row.refresh_from_db()
    return row


def told(row, *whats):
    for what in whats:
        assert post_mailersend(mailersend(row, what)).status_code == 200


@pytest.mark.parametrize(
    ("whats", "state", "why"),
    [
        (["delivered"], "delivered", []),
        (["taken", "delivered"], "delivered", []),
        (["returned"], "bounced", []),
        (["gone"], "bounced", ["bounced"]),
        (["delivered", "complained"], "complained", ["complained"]),
        (["unsubscribed"], "accepted", ["asked"]),
    ],
)
def test_what_was_told_too_early_takes_effect_in_the_next_minute(row, whats, state, why):
    told(row, *whats)
    assert after(row).state == "submitting"
    noted(row)
    assert after(row).state == state
    assert list(Suppression.objects.values_list("why", flat=True)) == why
    assert set(ProviderEvent.objects.values_list("delivery", "findable_until")) == {(row.pk, None)}


def test_it_takes_effect_once(row):
    told(row, "gone")
    noted(row)
    after(row)
    Suppression.objects.all().delete()
    told(row, "gone")
    after(row, NOW + timedelta(minutes=1))
    assert not Suppression.objects.exists()


def test_it_says_why_in_words_without_the_servers_own(row):
    told(row, "returned")
    ProviderEvent.objects.update(status="5.2.2")
    noted(row)
    assert after(row).reason == "The mailbox is full. The next email is tried as planned."


def test_what_is_told_again_is_looked_at_again(row):
    told(row, "gone")
    noted(row)
    told(row, "gone")
    row.refresh_from_db()
    assert row.state == "bounced"
    assert Suppression.objects.exists()
    assert ProviderEvent.objects.count() == 1


def test_what_is_told_of_emails_that_are_not_ours_is_looked_for_no_longer_than_an_hour(row):
    told(row, "delivered")
    noted(row)
    assert after(row, SLOT + timedelta(hours=1)).state == "accepted"


def test_an_event_that_went_to_somebody_else_never_takes_effect(settings, row):
    use_provider(settings, "postmark")
    noted(row)
    post("postmark", postmark(row, "gone", Email="somebody@example.net", Metadata={}))
    post("postmark", postmark(row, "gone", Email="somebody@example.net"))
    assert after(row).state == "accepted"
    assert not ProviderEvent.objects.exclude(delivery=None, findable_until=None).exists()


def test_what_cannot_be_read_is_not_looked_for(row):
    post_mailersend({"no": "event"})
    assert ProviderEvent.objects.get().findable_until is None
