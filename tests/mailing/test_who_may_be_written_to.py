"""Who still wants an email is asked when it is claimed, and again in the statement just before it leaves: alike."""

from datetime import timedelta

import pytest

from practice.mailing import ledger, outbox
from practice.mailing.editions import Editions
from practice.mailing.models import Delivery, Suppression
from practice.people import accounts
from practice.people.models import Client, Consent
from resources.models import Step
from tests.mailing.sending import SLOT, send_due

LATER = SLOT + timedelta(seconds=1)


def agreed_again(assignment):
    Consent.objects.update(withdrawn_at=SLOT)
    Consent.objects.create(client=assignment.client, given_at=LATER)


def finished(assignment):
    type(assignment).objects.update(state="finished", next_on=None, next_due_at=None)


def suppressed_in_other_letters(assignment):
    Suppression.add("aDA@Example.ORG", Suppression.Why.BOUNCED, SLOT)
    assignment.client.email = "Ada@example.Org"
    assignment.client.save()


def dressed(delivery):
    Editions([delivery]).dress(delivery)
    delivery.to_address = delivery.client.email
    return delivery


def closed(assignment, go_on):
    accounts.close(assignment.client.practitioner, None, go_on)


#: What may happen while an email is about to leave, and whether it still may.
HAPPENINGS = {
    "nothing": (lambda assignment: None, True),
    "that was the last step": (finished, True),
    "agreed, took it back, and agreed again": (agreed_again, True),
    "somebody else's address is suppressed": (
        lambda assignment: Suppression.add("bea@example.org", Suppression.Why.ASKED, SLOT),
        True,
    ),
    "never agreed": (lambda assignment: Consent.objects.all().delete(), False),
    "took the agreement back": (lambda assignment: Consent.objects.update(withdrawn_at=SLOT), False),
    "suppressed, written in other letters": (suppressed_in_other_letters, False),
    "paused": (lambda assignment: assignment.pause(LATER), False),
    "paused until a day": (lambda assignment: assignment.pause(LATER, until=LATER.date()), False),
    "the account closed, series go on": (lambda assignment: closed(assignment, go_on=True), True),
    "the account closed, series wait": (lambda assignment: closed(assignment, go_on=False), False),
    "the step was taken out of its module": (lambda assignment: Step.objects.update(taken_out=True), False),
    "stopped": (lambda assignment: assignment.stop(LATER), False),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_the_statement_that_lets_an_email_leave_asks_what_the_claim_asks(planned, happening):
    happens, welcome = HAPPENINGS[happening]
    (delivery,) = map(dressed, outbox.claim(SLOT))
    happens(planned.assignment)
    assert Delivery.objects.welcome().exists() is welcome
    assert ledger.note([delivery], [], LATER) == ({delivery.pk} if welcome else set())


@pytest.mark.parametrize("change", [{"email": "ada@new.example.org"}, {"discretion": "notice"}])
def test_what_was_made_for_another_mailbox_is_made_anew_before_it_leaves(planned, sink, change):
    """The client's page was saved after the email had been made and before it was handed over."""
    (delivery,) = map(dressed, outbox.claim(SLOT))
    Client.objects.update(**change)
    assert ledger.note([delivery], [], LATER) == set()
    Delivery.objects.update(state="due", lease_until=None)
    send_due(LATER)
    (mail,) = sink.mails
    (ada,) = Client.objects.all()
    assert mail.rcpt_tos == [ada.email]
    assert (b"Reading number 1." in mail.content) is (ada.discretion == "full")
