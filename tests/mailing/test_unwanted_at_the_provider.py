"""What a provider remembers of an address, and says when it is handed an email for it, is remembered here as well."""

from datetime import timedelta

import pytest

from practice.mailing.models import Suppression
from tests.mailing.scripted_http import inactive, scripted_provider, use_any, use_provider
from tests.mailing.sending import SLOT, send_due


@pytest.fixture
def provider(settings):
    with scripted_provider() as server:
        use_provider(settings, server.url)
        yield server


def after(row, weeks=0):
    send_due(SLOT + timedelta(weeks=weeks))
    row.refresh_from_db()
    return row


def suppressed():
    return list(Suppression.objects.values_list("address", "why"))


# --- Postmark says that an address is inactive, and tells why when it is asked


@pytest.mark.parametrize(
    ("remembered", "why", "reason"),
    [
        ("HardBounce", "bounced", "an email came back from there before"),
        ("SpamComplaint", "complained", "marked as unwanted there before"),
        ("ManualSuppression", "asked", "asked for no more emails"),
        ("SomethingNew", "bounced", "an email came back from there before"),
    ],
)
def test_an_address_that_postmark_writes_to_no_more_is_left_in_peace_for_its_reason(
    planned, provider, remembered, why, reason
):
    provider.inactive = {"ada@example.org": remembered, "another.ada@example.org": "SpamComplaint"}
    row = after(planned)
    assert (row.state, suppressed()) == ("failed", [("ada@example.org", why)])
    assert reason in row.reason
    assert row.assignment.outlook().hold


def test_it_is_tried_once_and_not_each_week(planned, provider):
    provider.inactive = {"ada@example.org": "SpamComplaint"}
    after(planned)
    asked = len(provider.requests)
    for weeks in (1, 2):
        after(planned, weeks)
    assert len(provider.requests) == asked
    assert len(suppressed()) == 1


def test_the_others_get_theirs(several, provider):
    provider.inactive = {"bea@example.org": "HardBounce"}
    send_due()
    assert suppressed() == [("bea@example.org", "bounced")]
    assert len(provider.accepted) == 4


@pytest.mark.parametrize("listed", [[], {}, {"Suppressions": 3}, {"Suppressions": [{"EmailAddress": None}]}])
def test_a_list_that_cannot_be_read_leaves_the_lightest_reason(planned, provider, listed):
    provider.inactive, provider.listed = {"ada@example.org": "SpamComplaint"}, listed
    after(planned)
    assert suppressed() == [("ada@example.org", "bounced")]


def test_so_does_a_list_that_is_away(planned, provider):
    provider.answer = inactive("ada@example.org")
    after(planned)
    assert suppressed() == [("ada@example.org", "bounced")]


# --- Others say why at once


def mailersend(*reasons):
    who = {"email": "ada@example.org", "name": "Ada", "reasons": list(reasons)}
    return {"message": "There are warnings.", "warnings": [{"type": "ALL_SUPPRESSED", "recipients": [who]}]}


def mandrill(status, reason):
    return [{"email": "ada@example.org", "status": status, "reject_reason": reason, "_id": "1"}]


def unisender_go(reason):
    return {"status": "success", "emails": [], "failed_emails": {"ada@example.org": reason}}


@pytest.mark.parametrize(
    ("name", "said", "why"),
    [
        ("mailersend", mailersend("hard_bounced"), "bounced"),
        ("mailersend", mailersend("hard_bounced", "unsubscribed"), "asked"),
        ("mailersend", mailersend("spam_complaint"), "complained"),
        ("mandrill", mandrill("rejected", "hard-bounce"), "bounced"),
        ("mandrill", mandrill("rejected", "spam"), "complained"),
        ("mandrill", mandrill("rejected", "unsub"), "asked"),
        ("mandrill", mandrill("invalid", None), "bounced"),
        ("unisender_go", unisender_go("permanent_unavailable"), "bounced"),
        ("unisender_go", unisender_go("unsubscribed"), "asked"),
        ("unisender_go", unisender_go("invalid"), "bounced"),
        # About the practice, the account or the moment, and not about the person.
        ("mailersend", mailersend("blocklisted"), None),
        ("mandrill", mandrill("rejected", "test-mode-limit"), None),
        ("mandrill", mandrill("rejected", "soft-bounce"), None),
        ("unisender_go", unisender_go("temporary_unavailable"), None),
        (
            "sparkpost",
            {"results": {"total_accepted_recipients": 0, "total_rejected_recipients": 1, "id": "1"}},
            None,
        ),
    ],
)
def test_a_reason_that_a_provider_gives_is_taken_over(planned, provider, settings, name, said, why):
    use_any(settings, provider.url, name)
    provider.answer = 200, {"Content-Type": "application/json"}, said
    row = after(planned)
    assert row.state == "failed"
    assert row.reason
    assert suppressed() == ([("ada@example.org", why)] if why else [])
