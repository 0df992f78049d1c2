"""A complaint that a mailbox provider mails to the bounce address is heard like one that a provider posts."""

import pytest

from practice.mailing.heard import Heard
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from tests.mailing.coming_back import came, came_as, left_by_smtp, mail


@pytest.fixture
def row(planned, settings):
    """Ada's first email, which left by SMTP."""
    return left_by_smtp(planned, settings)


def suppressed():
    return list(Suppression.objects.values_list("address", "why"))


def told():
    return list(ProviderEvent.objects.values_list("told", "delivery"))


def test_nothing_more_leaves_for_somebody_who_complained(row):
    assert came(row, "complaint") == "complained"
    assert suppressed() == [("ada@example.org", "complained")]
    assert "marked an email as unwanted" in row.assignment.outlook().hold.why


def test_a_complaint_with_every_address_blacked_out_is_known_by_its_message_id(row):
    assert came(row, "complaint-redacted", message_id=row.message_id) == "complained"
    assert suppressed() == [("ada@example.org", "complained")]


def test_the_same_complaint_twice_is_one(row):
    for _ in range(2):
        came(row, "complaint")
    assert told() == [(Heard.COMPLAINED, row.pk)]


@pytest.mark.parametrize("message_id", ["<none@example.net>", f"<{'0' * 32}@example.com>", "\x00", "<>"])
def test_a_complaint_about_an_email_that_is_not_ours_is_kept_and_touches_nothing(row, message_id):
    assert came(row, "complaint-redacted", message_id=message_id) == "accepted"
    assert told() == [(Heard.COMPLAINED, None)]
    assert suppressed() == []


def test_an_address_of_somebody_elses_making_is_not_believed_and_the_message_id_not_asked(row):
    forged = f"bounces+{row.pk}-{'a' * 16}@example.com"
    assert came(row, "complaint", to=forged, message_id=row.message_id) == "accepted"


def test_a_complaint_about_an_email_that_never_left_touches_nothing(row):
    Delivery.objects.update(state="due", submitted_at=None)
    assert came(row, "complaint-redacted", message_id=row.message_id) == "due"
    assert suppressed() == []


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", "other", "tomorrow"])
def test_a_report_of_another_kind_is_no_complaint(row, kind):
    content = mail("complaint-redacted", "", message_id=row.message_id)
    assert (
        came_as(row, content.replace(b"Feedback-Type: Abuse", f"Feedback-Type: {kind}".encode()))
        == "accepted"
    )
    assert told() == [(Heard.UNKNOWN, None)]


@pytest.mark.parametrize(
    ("readable", "broken"),
    [
        (b"Feedback-Type: Abuse", b"Feedback-Type:"),
        (b"Feedback-Type: Abuse", b"feedback is abuse"),
        (b"message/feedback-report", b"text/plain"),
        (b"--=_redacted\r\n", b"--=_other\r\n"),
    ],
)
def test_a_malformed_complaint_is_kept_as_unreadable(row, readable, broken):
    content = mail("complaint-redacted", "", message_id=row.message_id)
    assert came_as(row, content.replace(readable, broken)) == "accepted"
    assert told() == [(Heard.UNREADABLE, None)]
    assert suppressed() == []
