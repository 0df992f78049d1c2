"""A client with everything that can be kept of one, and a look at all that is stored: every table, every column."""

import json
from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import connection
from django.urls import reverse

from practice.assignments.first_note import FirstNote
from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.desk.sessions import SessionStore
from practice.mailing.models import Delivery, Notice, ProviderEvent, Suppression
from practice.people.fields import decrypt
from practice.people.models import Client, Consent, SavedView
from practice.replies.models import Answer, Code, Concern, InboundMail, Meeting, Message, Note, Reply
from resources.models import Module
from tests.cast import NOW, make_assignment
from tests.isolation.worlds import sent

CANARY = "canarybird"


def whole_life(practitioner, module, browser):
    """A client of theirs; each text that can be kept of them holds CANARY. `browser` is signed in at the desk."""
    client = Client.objects.create(
        practitioner=practitioner,
        name=f"{CANARY} Quill",
        greeting=f"Dear {CANARY}",
        email=f"{CANARY}@example.org",
        time_zone="Europe/Berlin",
        private_note=f"{CANARY} note",
        created_at=NOW - timedelta(days=100),
    )
    Consent.objects.create(client=client, wording=f"{CANARY} agreed")
    assignment = make_assignment(client, module)
    FirstNote.objects.create(assignment=assignment, text=f"{CANARY} first note")
    first, second, *_ = module.steps.all()
    OwnWording.objects.create(
        assignment=assignment, step=first, title=f"{CANARY} own", body=f"<p>{CANARY}</p>"
    )
    delivery = sent(assignment, first, CANARY)
    Delivery.objects.filter(pk=delivery.pk).update(state="accepted", provider_id="provider-1")
    sent(assignment, second, CANARY)  # in doubt
    ProviderEvent.objects.create(key="of the email", source="Postmark", told="delivered", delivery=delivery)
    _wrote_back(delivery)
    _exchanged(client)
    Meeting.objects.create(client=client, met_on=NOW.date())
    Suppression.add(client.email, Suppression.Why.ASKED, NOW)
    SavedView.objects.create(practitioner=practitioner, name="To call", query=f"q={CANARY}")
    _left_in_the_log(client, assignment, browser)
    return client


def _wrote_back(delivery):
    reply = Reply.objects.create(delivery=delivery, page=CANARY, saved_at=NOW, sent_at=NOW)
    Answer.objects.create(reply=reply, question=f"{CANARY}?", value=f"{CANARY} by the river")
    Note.objects.create(reply=reply, text=f"{CANARY} noted", saved_at=NOW)
    Concern.objects.create(reply=reply, found_at=NOW)
    Reply.objects.create(delivery=delivery, page="draft", saved_at=NOW)
    mail = {
        "delivery": delivery,
        "source": "mailbox",
        "reason": f"{CANARY} reason",
        "raw": f"From: {CANARY}\n\nwords",
    }
    InboundMail.objects.create(key="kept", state="reply", reply=reply, message_id=f"<{CANARY}@mail>", **mail)
    InboundMail.objects.create(key="waits", state="quarantined", **mail)


def _exchanged(client):
    Message.write(client, f"{CANARY} message", "a" * 32, NOW, by_client=True)
    Message.write(client, f"{CANARY} answer", "b" * 32, NOW, by_client=False)
    notice = Notice.make(client, Notice.Kind.CODE, NOW, NOW, timedelta(minutes=10), timedelta(minutes=10))
    notice.state, notice.reason, notice.to_address = "sent", f"{CANARY} reason", client.email
    notice.provider_id = "provider-2"
    notice.save()
    Code.objects.create(notice=notice)
    ProviderEvent.objects.create(
        key="of the notice", source="Postmark", told="delivered", provider_id="provider-2"
    )


def _left_in_the_log(client, assignment, browser):
    """What the desk's pages keep of what was done: also about a series that is no more."""
    browser.post(reverse("admin:people_client_withdraw", args=(client.pk,)))
    browser.post(reverse("admin:assignments_assignment_move", args=(assignment.pk, "stop")), {"step": ""})
    other = Module.objects.create(practitioner=client.practitioner, title="Another")
    gone = Assignment.objects.create(client=client, module=other, state="stopped", first_on=NOW, at="18:00")
    LogEntry.objects.log_actions(
        client.practitioner_id, [gone], CHANGE, f"Stopped for {client}.", single_object=True
    )
    gone.delete()


def places_of(word):
    """(table, column) of every stored value that holds this word, also encrypted or in a session."""
    return {
        (table, column)
        for table in connection.introspection.table_names()
        for column, value in _values(table)
        if word in _legible(value).lower()
    }


def _values(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        for row in cursor.fetchall():
            yield from zip(columns, row, strict=True)


def _legible(value):
    text = bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
    if text.startswith("gAAAA"):
        return decrypt(text)
    return text + json.dumps(SessionStore().decode(text))
