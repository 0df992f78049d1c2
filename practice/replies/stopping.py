"""All emails stopped with one press; and just that press undone, where it was not meant."""

import json
from datetime import date, datetime

from django.db import transaction
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, Suppression
from practice.people import audit
from practice.people.fields import decrypt, encrypt
from practice.people.models import Client, Consent
from practice.replies.begin import agree
from practice.replies.noted import noted

BY_CLIENT = Assignment.By.CLIENT


def stop_everything(delivery: Delivery, now: datetime) -> str:
    """Stop every series of this client, take their consent as withdrawn, and write to the address no more.

    Returns what `undo` asks for, encrypted, as it goes to the page and back: a forwarded link shall not tell of other
    series. Empty where emails did not come before either.
    """
    client = delivery.assignment.client
    came = client.has_consent() and not Suppression.objects.filter(address=client.email.lower()).exists()
    ended = []
    for assignment in Assignment.objects.running().filter(client=client):
        was = [assignment.pk, assignment.state, assignment.state_by, assignment.paused_until]
        if noted(assignment, lambda row: row.stop(now, by=BY_CLIENT)):
            ended.append(was)
    with transaction.atomic():
        client.withdraw_consent(now)
        audit.note(None, audit.Action.WITHDREW, client)
    Suppression.add(client.email, Suppression.Why.ASKED, now)
    # The words that they see, and agree to with the other press.
    press = [delivery.pk, now.isoformat(), gettext(Consent.WORDING), ended]
    return encrypt(json.dumps(press, default=date.isoformat)) if came else ""


@transaction.atomic
def undo(delivery: Delivery, sealed: str, now: datetime) -> bool:
    """Bring back what that press of `stop_everything` ended, and record that the client agreed to emails.

    Returns whether that was possible: not once something else was said of the address, nor from a mailbox that is no
    longer theirs.
    """
    try:
        pk, at, wording, ended = json.loads(decrypt(sealed))
    except ValueError:  # CannotDecrypt is one
        return False
    client = Client.objects.select_for_update().get(pk=delivery.client.pk)
    if pk != delivery.pk or client.archived_at or not delivery.is_at_their_address():
        return False
    stops = Suppression.objects.filter(address=client.email.lower(), why=Suppression.Why.ASKED)
    if not stops.filter(at=at).delete()[0]:
        return False
    agree(client, wording, now)
    for series, state, state_by, until in ended:
        _bring_back(series, state, state_by, parse_date(until or ""), now)
    return True


def _bring_back(series: int, state: str, state_by: str, until: date | None, now: datetime) -> None:
    """Let a series go on that is stopped by its client still; one that rested rests as before."""
    stopped = Assignment.objects.filter(pk=series, state=Assignment.State.STOPPED, state_by=BY_CLIENT)
    assignment = stopped.select_related("client").first()
    if assignment and noted(assignment, lambda row: row.resume(now)) and state == Assignment.State.PAUSED:
        assignment.pause(now, by=state_by, until=until)
