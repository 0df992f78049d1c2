"""Who still wants an email is asked when it is claimed, and again in the statement just before it leaves: alike."""

from datetime import timedelta

import pytest

from practice.mailing import ledger, outbox
from practice.mailing.models import Delivery, Suppression
from practice.people import accounts
from practice.people.models import Consent
from tests.mailing.sending import SLOT

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
    "stopped": (lambda assignment: assignment.stop(LATER), False),
}


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_the_statement_that_lets_an_email_leave_asks_what_the_claim_asks(planned, happening):
    happens, welcome = HAPPENINGS[happening]
    (delivery,) = outbox.claim(SLOT)
    happens(planned.assignment)
    assert Delivery.objects.welcome().exists() is welcome
    assert ledger.note([delivery], [], LATER) == ({delivery.pk} if welcome else set())
