"""Each email has a reply address of its own, where Interlude takes what clients write back."""

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.mailing import reply_address
from practice.mailing.editions import Editions
from practice.mailing.mime import content_of
from practice.mailing.models import Delivery, Edition
from practice.mailing.viewing import View
from tests.mailing.providers import SECRET
from tests.mailing.sending import parsed, send_due, sent
from tests.mailing.test_mime import assert_equal

ADDRESS = "reply@in.example.com"


@pytest.fixture
def on(settings):
    settings.INBOUND_ADDRESS = ADDRESS


def test_without_the_setting_answers_go_to_the_practitioner(assignment, sink):
    assert sent(sink)["Reply-To"] == "maya@example.com"


def test_with_it_to_an_address_that_leads_back_to_the_email(on, assignment, sink):
    to = sent(sink)["Reply-To"]
    assert to.startswith("reply+")
    (named,) = reply_address.named_in(f"Somebody <{to.upper()}>, x@example.net")
    assert reply_address.delivery_at(*named) == Delivery.objects.get()


def test_two_emails_have_two_addresses_and_one_edition(on, several, sink):
    send_due()
    assert len({parsed(mail.content)["Reply-To"] for mail in sink.mails}) == len(several)
    assert Edition.objects.count() == 1


def test_both_ways_of_making_an_email_write_the_same_address(on, planned):
    Editions([planned]).dress(planned)
    planned.to_address, planned.values = "ada@example.org", {"name": "Ada"}
    assert_equal(planned)


def test_an_email_that_left_before_stays_as_it_was(on, assignment, sink, settings):
    send_due()
    row, left = Delivery.objects.get(), sink.mails[0].content
    settings.INBOUND_ADDRESS = ""
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-only-the-tests-know-0123"
    assert parsed(content_of(row, row.submitted_at))["Reply-To"] == parsed(left)["Reply-To"]


def test_it_asks_the_database_nothing(on, planned):
    token = planned.token
    with CaptureQueriesContext(connection) as asked:
        reply_address.own_part(planned, token)
    assert not asked.captured_queries


def test_what_is_only_looked_at_has_an_address_that_leads_nowhere(on, step, now):
    to = View.preview(step, "full", now, "en").message.reply_to[0]
    assert to == "reply+only-a-trial@in.example.com"
    assert reply_address.named_in(to) == []


def test_the_longest_is_short_enough(settings):
    settings.INBOUND_ADDRESS = f"{'r' * 30}@example.com"
    part = reply_address.own_part(Delivery(pk=2**63 - 1), "t" * 43)
    assert len(reply_address.reply_to(part).partition("@")[0]) <= 64, "RFC 5321, 4.5.3.1.1"


def test_the_address_of_one_email_does_not_open_another(on, several):
    one, other = several[:2]
    code = reply_address.own_part(one, one.token).partition("-")[2]
    number = reply_address.own_part(other, other.token).partition("-")[0]
    assert reply_address.delivery_at(number, code) is None
    assert reply_address.delivery_at("zzzzzzzzzzzz", code) is None


def test_a_key_that_is_gone_opens_none(on, planned, settings):
    part = reply_address.own_part(planned, planned.token)
    settings.SECRET_KEY = "another-key-that-only-the-tests-know-0123"
    assert reply_address.delivery_at(*part.split("-")) is None


# --- Before it starts


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, None),
        ({"INBOUND_MAILBOX": "imap://x"}, "replies.E001"),
        ({"INBOUND_ADDRESS": "r+x@example.com"}, "replies.E002"),
        ({"INBOUND_ADDRESS": f"{'r' * 31}@example.com"}, "replies.E002"),
        ({"INBOUND_ADDRESS": ADDRESS, "BOUNCE_ADDRESS": ADDRESS.upper()}, "replies.E003"),
        ({"INBOUND_ADDRESS": ADDRESS}, "replies.E004"),
        ({"INBOUND_ADDRESS": ADDRESS, "ANYMAIL": {"WEBHOOK_SECRET": "x:short"}}, "replies.E004"),
        ({"INBOUND_ADDRESS": ADDRESS, "ANYMAIL": {"WEBHOOK_SECRET": SECRET}}, None),
        ({"INBOUND_ADDRESS": ADDRESS, "INBOUND_MAILBOX": "imap://x"}, None),
    ],
)
def test_settings_with_which_mail_would_be_lost_are_refused(settings, changes, error):
    for name, value in changes.items():
        setattr(settings, name, value)
    found = [said.id for said in run_checks() if (said.id or "").startswith("replies.")]
    assert found == ([error] if error else [])
