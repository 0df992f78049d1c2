"""A client is handed over to a colleague: everything goes along, nothing is lost or sent twice, and it is undone by
handing back."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.first_note import FirstNote
from practice.assignments.models import Assignment
from practice.assignments.schedule import local_day
from practice.desk.handing_over import NotPossible, hand_over
from practice.mailing import ledger
from practice.mailing.editions import Editions
from practice.mailing.models import Delivery, Suppression
from practice.mailing.outbox import claim
from practice.mailing.planning import plan
from practice.mailing.viewing import View
from practice.people.audit import AuditEntry
from practice.people.models import Client, Practice
from practice.replies.models import Answer, Note, Reply
from resources.models import Module, Prompt, Step
from tests.cast import NOW, make_assignment, make_client, make_module
from tests.isolation.worlds import sent

CHOSEN = {"notes": "erase", "told": "self"}


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def toms_desk(tom):
    browser = Browser()
    browser.force_login(tom)
    return browser


@pytest.fixture
def reply(assignment):
    """The first step went out, and Ada wrote to it; the second was skipped."""
    first = assignment.next_step()
    assignment.pass_step(first, NOW)
    delivery = sent(assignment, first, "told")
    assignment.skip_next(NOW)
    reply = Reply.objects.create(delivery=delivery, page="page", saved_at=NOW, sent_at=NOW)
    prompt = first.prompts.first()
    Answer.objects.create(reply=reply, prompt=prompt, question=prompt.text, value="the river at dusk")
    return reply


def page_of(client):
    return reverse("admin:people_client_hand_over", args=(client.pk,))


def fields(to, **more):
    return {"colleague": to.pk, **CHOSEN, **more}


def confirmed(to, **more):
    return fields(to, confirm="yes", **more)


def owners_of_everything_about(client):
    """Who owns each row that hangs on a client, and each that those rows speak of."""
    found = {client.practitioner_id}
    for assignment in client.assignments.all():
        found.add(assignment.module.practitioner_id)
        found |= {row.step.module.practitioner_id for row in assignment.passed.all()}
        found |= {row.step.module.practitioner_id for row in assignment.deliveries.all()}
    for answer in Answer.objects.filter(reply__delivery__assignment__client=client).exclude(prompt=None):
        found.add(answer.prompt.step.module.practitioner_id)
    return found


# --- What goes along


def test_the_colleague_has_all_of_it_and_the_first_practitioner_none(desk, toms_desk, ada, reply, maya, tom):
    desk.post(page_of(ada), confirmed(tom))
    ada.refresh_from_db()
    assert owners_of_everything_about(ada) == {tom.pk}
    reflection = reverse("admin:replies_reply_change", args=(reply.pk,))
    assert "the river at dusk" in toms_desk.get(reflection).content.decode()
    assert desk.get(reflection).status_code == 404
    assert desk.get(reverse("admin:people_client_change", args=(ada.pk,))).status_code == 404
    clients = reverse("admin:people_client_changelist")
    assert "Ada is with Tom Okafor now." in desk.get(clients).content.decode()
    assert "Ada" not in desk.get(clients).content.decode()


def test_the_series_goes_on_where_it_was(desk, ada, assignment, reply, tom):
    before = assignment.next_due_at
    desk.post(page_of(ada), confirmed(tom))
    assignment.refresh_from_db()
    assert (assignment.state, assignment.next_due_at) == (Assignment.State.ACTIVE, before)
    assert assignment.next_step().title == "Step 3"
    assert [row.skipped for row in assignment.passed.order_by("pk")] == [False, True]
    assert plan(before) == 1
    titles = (
        Delivery.objects.filter(assignment=assignment).order_by("pk").values_list("step__title", flat=True)
    )
    assert list(titles) == ["Step 1", "Step 3"]


def test_a_step_that_was_taken_out_stays_out(desk, ada, assignment, module, tom):
    module.steps.filter(title="Step 2").update(taken_out=True)
    desk.post(page_of(ada), confirmed(tom))
    assignment.refresh_from_db()
    assert [step.title for step in assignment.remaining_steps()] == ["Step 1", "Step 3"]


def test_the_first_practitioners_module_stays_as_it_is(desk, ada, reply, module, maya, tom):
    before = (
        list(Step.objects.filter(module=module).values()),
        list(Prompt.objects.filter(step__module=module).values()),
    )
    desk.post(page_of(ada), confirmed(tom))
    after = (
        list(Step.objects.filter(module=module).values()),
        list(Prompt.objects.filter(step__module=module).values()),
    )
    assert after == before
    copy = Module.objects.of(tom).get()
    assert [step.title for step in copy.steps.all()] == ["Step 1", "Step 2", "Step 3"]
    assert copy.steps.first().prompts.count() == 2


def test_several_clients_bring_one_copy(desk, ada, assignment, module, maya, tom):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    make_assignment(kei, module)
    for client in (ada, kei):
        desk.post(page_of(client), confirmed(tom))
    assert Module.objects.of(tom).count() == 1
    assert Module.objects.of(tom).get().assignments.count() == 2


def test_a_copy_that_was_edited_is_not_taken_for_the_original(desk, ada, assignment, module, maya, tom):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    make_assignment(kei, module)
    desk.post(page_of(ada), confirmed(tom))
    Step.objects.filter(module__practitioner=tom, position=1).update(body="<p>Other words.</p>")
    desk.post(page_of(kei), confirmed(tom))
    assert kei.assignments.get().next_step().body == "<p>Reading number 1.</p>"
    assert Module.objects.of(tom).count() == 2


def test_two_series_with_the_same_words_stay_two(desk, ada, assignment, maya, tom):
    make_assignment(ada, make_module(maya))
    desk.post(page_of(ada), confirmed(tom))
    ada.refresh_from_db()
    assert ada.practitioner == tom
    assert len({row.module_id for row in ada.assignments.all()}) == 2


def test_handing_back_undoes_it(desk, toms_desk, ada, assignment, reply, module, maya, tom):
    step = reply.delivery.step_id
    desk.post(page_of(ada), confirmed(tom))
    toms_desk.post(page_of(ada), confirmed(maya))
    assignment.refresh_from_db()
    reply.delivery.refresh_from_db()
    assert (assignment.module, reply.delivery.step_id) == (module, step)
    assert reply.answers.get().prompt.step_id == step
    assert owners_of_everything_about(Client.objects.get(pk=ada.pk)) == {maya.pk}
    assert Module.objects.of(maya).count() == 1


@pytest.mark.parametrize(("choice", "left"), [("give", "met in May"), ("erase", "")])
def test_the_private_note_goes_along_only_if_that_was_said(desk, ada, tom, choice, left):
    ada.private_note = "met in May"
    ada.save()
    desk.post(page_of(ada), confirmed(tom, notes=choice))
    ada.refresh_from_db()
    assert (ada.practitioner, ada.private_note) == (tom, left)


@pytest.mark.parametrize(("choice", "left"), [("give", ["like her mother"]), ("erase", [])])
def test_so_do_the_notes_about_reflections(desk, ada, reply, tom, choice, left):
    Note.keep(reply, "like her mother", NOW)
    page = desk.post(page_of(ada), fields(tom, notes=choice)).content.decode()
    assert ("private notes go along" in page, "private notes are erased" in page) == (bool(left), not left)
    desk.post(page_of(ada), confirmed(tom, notes=choice))
    assert [note.text for note in Note.objects.filter(reply=reply)] == left


def test_the_notes_about_other_clients_stay(desk, ada, reply, maya, module, tom):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    delivery = sent(make_assignment(kei, module), module.steps.first(), "kei")
    theirs = Reply.objects.create(delivery=delivery, page="page", saved_at=NOW, sent_at=NOW)
    Note.keep(theirs, "ask about the move", NOW)
    desk.post(page_of(ada), confirmed(tom))
    assert Note.objects.get().text == "ask about the move"


def test_where_there_is_no_note_nothing_is_asked_about_notes(desk, ada, reply):
    assert "private notes" not in desk.get(page_of(ada)).content.decode()


def test_without_an_answer_about_the_notes_nothing_happens(desk, ada, maya, tom):
    ada.private_note = "met in May"
    ada.save()
    page = desk.post(page_of(ada), {"colleague": tom.pk, "told": "self", "confirm": "yes"})
    assert page.status_code == 422
    assert "Say what becomes of your private notes." in page.content.decode()
    ada.refresh_from_db()
    assert ada.practitioner == maya


def test_a_note_for_an_email_that_has_not_left_is_taken_out_and_said_before(desk, ada, assignment, tom):
    FirstNote.objects.create(assignment=assignment, text="I thought of you")
    plan(assignment.next_due_at)
    (claimed,) = claim(assignment.next_due_at)
    Editions([claimed]).dress(claimed)
    for page in (desk.get(page_of(ada)), desk.post(page_of(ada), fields(tom))):
        assert "Your personal note for a first email that has not left yet" in page.content.decode()
    assert FirstNote.objects.exists()
    desk.post(page_of(ada), confirmed(tom))
    assert not FirstNote.objects.exists()
    # Its sender, who was at it, does not get it out; and it leaves anew, without the note.
    assert not ledger.note([claimed], [], assignment.next_due_at)
    (anew,) = claim(assignment.next_due_at)
    Editions([anew]).dress(anew)
    assert "I thought of you" not in View.of(anew).text


def test_an_email_that_failed_is_looked_at_without_the_note_that_was_taken_out(
    desk, toms_desk, ada, reply, tom
):
    FirstNote.objects.create(assignment=reply.delivery.assignment, text="I thought of you")
    Editions([reply.delivery]).dress(reply.delivery)
    reply.delivery.state = Delivery.State.FAILED
    reply.delivery.save()
    desk.post(page_of(ada), confirmed(tom))
    assert not FirstNote.objects.exists()
    email = toms_desk.get(reverse("admin:mailing_delivery_change", args=(reply.delivery_id,)))
    assert email.status_code == 200


def test_a_note_that_left_stays_with_its_email_and_nothing_is_said(desk, ada, reply, tom):
    FirstNote.objects.create(assignment=reply.delivery.assignment, text="I thought of you")
    assert "personal note" not in desk.get(page_of(ada)).content.decode()
    desk.post(page_of(ada), confirmed(tom))
    assert FirstNote.objects.get().text == "I thought of you"


# --- Once, and after looking


def test_nothing_happens_before_it_is_confirmed(desk, ada, assignment, maya, tom):
    desk.get(page_of(ada))
    page = desk.post(page_of(ada), fields(tom, told="email")).content.decode()
    assert "A copy of “Coming home to yourself”" in page
    assert "1 series that goes on" in page
    assert "From now on I write to you and read what you write, in place of Maya Lindgren." in page
    ada.refresh_from_db()
    assert (ada.practitioner, mail.outbox) == (maya, [])


def test_the_client_reads_the_words_that_were_shown(desk, ada, tom):
    page = desk.post(page_of(ada), fields(tom, told="email")).content.decode()
    desk.post(page_of(ada), confirmed(tom, told="email"))
    message = mail.outbox[-1]
    assert (message.to, message.reply_to) == (["ada@example.org"], ["tom@example.com"])
    assert message.subject == "A short note for you"
    assert "Tom Okafor" in message.body
    assert "Emergency: 112" in message.body
    for line in message.body.splitlines():
        assert line in page or not line.strip()


@pytest.mark.parametrize(("discretion", "says_so"), [("full", True), ("notice", False)])
def test_without_help_lines_the_client_reads_whom_to_call(desk, ada, tom, discretion, says_so):
    Practice.objects.update(help_lines="")
    Client.objects.filter(pk=ada.pk).update(discretion=discretion)
    desk.post(page_of(ada), fields(tom, told="email"))
    desk.post(page_of(ada), confirmed(tom, told="email"))
    said = mail.outbox[-1].body
    assert ("call now: the emergency number where you are." in said) is says_so


def test_the_email_speaks_the_clients_language(desk, ada, tom):
    Client.objects.filter(pk=ada.pk).update(language="de")
    desk.post(page_of(ada), confirmed(tom, told="email"))
    assert mail.outbox[-1].body.startswith("Guten Tag, Ada.\n\nVon nun an schreibe ich Ihnen")
    assert "anstelle von Maya Lindgren" in mail.outbox[-1].body


def test_the_email_to_whom_gets_no_reading_by_email_has_no_help_lines(desk, ada, tom):
    Client.objects.filter(pk=ada.pk).update(discretion="notice")
    desk.post(page_of(ada), confirmed(tom, told="email"))
    assert "in place of Maya Lindgren" in mail.outbox[-1].body
    assert "Emergency" not in mail.outbox[-1].body
    assert "to talk to" not in mail.outbox[-1].body


def test_who_was_told_in_person_gets_no_email(desk, ada, tom):
    desk.post(page_of(ada), confirmed(tom))
    assert [message.to for message in mail.outbox] == [["tom@example.com"]]


@pytest.mark.parametrize("why", ["no agreement", "suppressed"])
def test_no_email_is_offered_or_sent_to_who_wants_none(desk, ada, maya, tom, why):
    if why == "no agreement":
        ada.withdraw_consent(NOW)
    else:
        Suppression.add("Ada@example.org", Suppression.Why.ASKED, NOW)
    assert "No email is offered" in desk.get(page_of(ada)).content.decode()
    assert desk.post(page_of(ada), confirmed(tom, told="email")).status_code == 422
    ada.refresh_from_db()
    assert (ada.practitioner, mail.outbox) == (maya, [])


def test_no_email_is_offered_or_sent_on_a_day_without_emails(desk, ada, maya, tom):
    today = local_day(timezone.now(), ada.time_zone)
    kept_free = Blackout.objects.create(client=ada, first_on=today, last_on=today, by_client=True)
    page = desk.get(page_of(ada)).content.decode()
    assert "No email is offered today. No emails" in page
    assert "the client’s choice." in page
    assert desk.post(page_of(ada), confirmed(tom, told="email")).status_code == 422
    ada.refresh_from_db()
    assert (ada.practitioner, mail.outbox) == (maya, [])
    kept_free.delete()
    assert "No email is offered" not in desk.get(page_of(ada)).content.decode()


def test_an_email_that_cannot_leave_is_said(desk, ada, tom, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = desk.post(page_of(ada), confirmed(tom, told="email"), follow=True).content.decode()
    assert "could not be sent. Tell them yourself." in page
    ada.refresh_from_db()
    assert ada.practitioner == tom


# --- The colleague is told


def test_the_colleague_gets_a_short_email_that_names_nobody(desk, ada, assignment, tom):
    desk.post(page_of(ada), confirmed(tom))
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["tom@example.com"], "Something new at your desk")
    assert "http://localhost:8000/desk/" in message.body
    assert not re.search(r"Ada|Coming home|therap|client|patient", message.subject + message.body, re.I)


def test_an_email_to_the_colleague_that_cannot_leave_is_said(desk, ada, tom, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = desk.post(page_of(ada), confirmed(tom), follow=True).content.decode()
    assert "The email that tells Tom Okafor of it could not be sent." in page


def test_home_tells_the_colleague_until_they_have_opened_the_client(desk, toms_desk, ada, maya, tom):
    told = "Maya Lindgren handed Ada over to you on"
    desk.post(page_of(ada), confirmed(tom))
    ada.refresh_from_db()
    place = reverse("admin:people_client_change", args=(ada.pk,))
    for page in ("admin:index", "admin:attention"):
        text = toms_desk.get(reverse(page)).content.decode()
        assert told in text
        assert place in text
        assert told not in desk.get(reverse(page)).content.decode()
    toms_desk.get(place)
    assert told not in toms_desk.get(reverse("admin:index")).content.decode()


def test_who_gets_a_client_back_is_told_although_they_looked_a_minute_ago(desk, toms_desk, ada, maya, tom):
    told = "Tom Okafor handed Ada over to you on"
    place = reverse("admin:people_client_change", args=(ada.pk,))
    desk.get(place)
    desk.post(page_of(ada), confirmed(tom))
    toms_desk.post(page_of(ada), confirmed(maya))
    assert told in desk.get(reverse("admin:index")).content.decode()
    desk.get(place)
    assert told not in desk.get(reverse("admin:index")).content.decode()


# --- When it cannot be done


def test_a_colleague_whose_account_was_closed_meanwhile_gets_nobody(desk, ada, maya, tom):
    desk.post(page_of(ada), fields(tom))
    tom.is_active = False
    tom.save()
    page = desk.post(page_of(ada), confirmed(tom))
    assert "account is closed now. Nothing was changed" in page.content.decode()
    with pytest.raises(NotPossible, match="was closed in the meantime"):
        hand_over(ada, tom, with_notes=False, now=NOW)
    ada.refresh_from_db()
    assert ada.practitioner == maya
    assert not AuditEntry.objects.filter(action="handed over").exists()


def test_pressing_twice_hands_over_once(desk, ada, tom, maya):
    stale = Client.objects.select_related("practitioner").get(pk=ada.pk)
    desk.post(page_of(ada), confirmed(tom))
    assert desk.post(page_of(ada), confirmed(tom)).status_code == 404
    with pytest.raises(NotPossible, match="no longer yours"):
        hand_over(stale, tom, with_notes=False, now=NOW)
    assert AuditEntry.objects.filter(action="handed over").count() == 1


def test_alone_at_the_desk_there_is_nobody_to_choose(desk, ada):
    assert "no colleague at the desk yet" in desk.get(page_of(ada)).content.decode()


def test_a_colleague_who_has_the_same_address_already_is_not_given_away(desk, toms_desk, ada, maya, tom):
    """A refusal would tell Maya whom Tom works with."""
    same = make_client(tom, "A.", "ada@example.org", "Europe/Berlin")
    page = desk.post(page_of(ada), confirmed(tom), follow=True).content.decode()
    assert "Ada is with Tom Okafor now." in page
    assert set(Client.objects.of(tom)) == {ada, same}
    change = {
        "name": "Ada B.",
        "email": "ada@example.org",
        "time_zone": "UTC",
        "language": "en",
        "discretion": "full",
    }
    for one in (ada, same):
        page = toms_desk.post(reverse("admin:people_client_change", args=(one.pk,)), change)
        assert page.status_code == 302, "the address of neither was touched"


def test_it_stands_in_the_audit_trail(desk, toms_desk, ada, maya, tom):
    desk.post(page_of(ada), confirmed(tom))
    entry = AuditEntry.objects.get(action="handed over")
    assert (entry.actor, entry.thing_id, entry.client_id) == (maya, tom.pk, ada.pk)
    page = toms_desk.get(reverse("admin:people_client_trail", args=(ada.pk,))).content.decode()
    assert "Maya Lindgren handed a client over to Tom Okafor." in page


def test_what_was_on_its_way_still_leaves_once(desk, ada, assignment, tom):
    plan(assignment.next_due_at)
    delivery = Delivery.objects.get()
    desk.post(page_of(ada), confirmed(tom))
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DUE
    assert delivery.step.module.practitioner == tom
    assert plan(assignment.next_due_at + timedelta(minutes=1)) == 0
