"""The audit trail: who did what and when, without contents, and nobody can change a line of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.assignments.rewording import as_it_is
from practice.people import audit
from practice.people.audit import Action, AuditEntry, WrittenOnce
from practice.people.models import Client, Consent
from practice.people.newcomers import Intake, Newcomer, save
from practice.people.trail import PER_PAGE
from practice.replies.models import Message
from tests.assignments import test_assigning as assigning
from tests.cast import make_assignment, make_client
from tests.isolation.worlds import answered, sent
from tests.people import test_adding_from_a_list as list_of
from tests.people.test_clients import ADD, FIELDS

CHANGE = "admin:people_client_change"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def reply(assignment):
    """What Ada wrote to the first step."""
    return answered(assignment)


def trail():
    """(who, what they did, kind of thing, its id, the client's id), in the order in which it happened."""
    rows = AuditEntry.objects.order_by("pk").values_list(
        "actor__name", "action", "kind", "thing_id", "client_id"
    )
    return list(rows)


def trail_page(client):
    return reverse("admin:people_client_trail", args=(client.pk,))


# --- What stands in it


def test_opening_a_reflection_is_noted_with_who_and_whose(desk, reply, ada):
    desk.get(reverse("admin:replies_reply_change", args=(reply.pk,)))
    assert trail() == [("Maya Lindgren", "read", "replies.reply", reply.pk, ada.pk)]


def test_opening_a_clients_page_is_noted_once_within_a_quarter_of_an_hour(desk, ada, maya):
    for _ in range(3):
        desk.get(reverse(CHANGE, args=(ada.pk,)))
    look = ("Maya Lindgren", "read", "people.client", ada.pk, ada.pk)
    assert trail() == [look]
    first = AuditEntry.objects.get().at
    audit.note_look(maya, ada, first + timedelta(minutes=14))
    assert trail() == [look]
    audit.note_look(maya, ada, first + timedelta(minutes=16))
    assert trail() == [look, look]
    assert "Maya Lindgren opened their page." in desk.get(trail_page(ada)).content.decode()


def test_each_client_and_each_practitioner_has_looks_of_their_own(desk, ada, maya, tom):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    for client in (ada, kei):
        desk.get(reverse(CHANGE, args=(client.pk,)))
    assert [row[3] for row in trail()] == [ada.pk, kei.pk]
    audit.note_look(tom, ada, timezone.now())
    assert trail()[-1] == ("Tom Okafor", "read", "people.client", ada.pk, ada.pk)


def test_lists_and_forms_that_come_back_with_an_error_are_no_look(desk, ada):
    desk.get(reverse("admin:people_client_changelist"))
    desk.get(ADD)
    assert desk.post(reverse(CHANGE, args=(ada.pk,)), FIELDS | {"email": "x"}).status_code == 200
    assert trail() == []


def test_a_list_of_reflections_opens_none(desk, reply):
    desk.get(reverse("admin:replies_reply_changelist"))
    assert trail() == []


def test_marking_is_noted_one_by_one_and_for_many(desk, reply, ada):
    desk.post(reverse("admin:replies_reply_change", args=(reply.pk,)), {"mark": "read"})
    many = {"action": "mark_unread", "_selected_action": [reply.pk], "index": "0"}
    desk.post(reverse("admin:replies_reply_changelist"), many)
    reply.refresh_from_db()
    assert reply.read_at is None
    assert trail() == [("Maya Lindgren", "marked", "replies.reply", reply.pk, ada.pk)] * 2


def test_a_client_is_followed_from_being_added_to_being_erased(desk):
    desk.post(ADD, FIELDS | {"agreed": "paper"})
    ines = Client.objects.get()
    consent = Consent.objects.get()
    desk.post(reverse(CHANGE, args=(ines.pk,)), FIELDS | {"name": "Ines M."})
    desk.post(reverse("admin:people_client_withdraw", args=(ines.pk,)))
    desk.post(reverse("admin:people_client_delete", args=(ines.pk,)), {"name": "Ines M."})
    assert not Client.objects.exists()
    assert [(action, kind, thing, client) for _, action, kind, thing, client in trail()] == [
        ("added", "people.client", ines.pk, ines.pk),
        ("agreed", "people.consent", consent.pk, ines.pk),
        ("changed", "people.client", ines.pk, ines.pk),
        ("withdrew", "people.client", ines.pk, ines.pk),
        ("erased", "people.client", ines.pk, ines.pk),
    ]


def test_clients_and_agreements_of_a_list_are_noted_each(desk):
    rows = ["Ines;ines@example.org;Lisbon;2026-01-05;paper", "Noor;noor@example.org;Kolkata;;"]
    text = "\n".join(["Name;Email;Stadt;Einwilligung am;Art der Einwilligung", *rows])
    list_of.confirm(desk, list_of.read(desk, text))
    ines, noor = Client.objects.order_by("name")
    assert trail() == [
        ("Maya Lindgren", "added", "people.client", ines.pk, ines.pk),
        ("Maya Lindgren", "added", "people.client", noor.pk, noor.pk),
        ("Maya Lindgren", "agreed", "people.consent", Consent.objects.get().pk, ines.pk),
    ]


def statements_for(maya, many):
    """How many statements it takes to save a list of so many clients who agreed."""
    people = [Client(practitioner=maya, name="C", email=f"{many}-{n}@example.org") for n in range(many)]
    newcomers = [Newcomer(1, one, Consent(client=one, given_at=timezone.now())) for one in people]
    with CaptureQueriesContext(connection) as asked:
        save(Intake(newcomers, []), maya)
    return len(asked)


def test_a_list_is_noted_at_once_and_not_client_by_client(maya):
    assert statements_for(maya, 2) == statements_for(maya, 60)
    assert AuditEntry.objects.count() == 124


def test_archiving_a_client_and_bringing_them_back_are_noted(desk, ada):
    url = reverse("admin:people_client_archive", args=(ada.pk,))
    for to in ("archive", "archive", "list", "list"):
        desk.post(url, {"to": to})
    assert [(action, thing) for _, action, _, thing, _ in trail()] == [
        ("archived", ada.pk),
        ("unarchived", ada.pk),
    ]
    page = desk.get(trail_page(ada)).content.decode()
    assert "Maya Lindgren archived them." in page
    assert "Maya Lindgren brought them back from the archive." in page


def test_a_series_is_followed_from_being_assigned_to_being_stopped(desk, ada, module):
    first = timezone.localdate() + timedelta(days=9)
    answers = {"module": module.pk, "clients": [ada.pk], "first": first.isoformat(), "at": "18:00"}
    answers |= {"weekday": first.weekday(), "every_weeks": 1}
    assigning.confirm(desk, reverse("admin:assignments_assignment_add"), answers)
    row = Assignment.objects.get()
    step = row.next_step()
    skip = reverse("admin:assignments_assignment_move", args=(row.pk, "skip"))
    desk.post(skip, {"step": "1234567"})  # things have moved on: nothing is done, and nothing is noted
    desk.post(skip, {"step": step.pk})
    desk.post(reverse("admin:assignments_assignment_return", args=(row.pk, step.pk)))
    own = {"title": "For Ada", "body": "<p>River.</p>", "seen": as_it_is(row, step)["seen"]}
    desk.post(reverse("admin:assignments_assignment_wording", args=(row.pk, step.pk)), own)
    stop = reverse("admin:assignments_assignment_move", args=(row.pk, "stop"))
    desk.post(stop, {"step": step.pk})
    thing = ("assignments.assignment", row.pk, ada.pk)
    assert trail() == [("Maya Lindgren", action, *thing) for action in ("added", *["changed"] * 4)]
    page = desk.get(trail_page(ada)).content.decode()
    assert "Maya Lindgren added a series." in page
    assert page.count("Maya Lindgren changed a series.") == 4
    assert "River" not in page


def test_a_series_that_is_taken_back_leaves_its_line(desk, ada, module):
    row = make_assignment(ada, module, now=timezone.now(), first_on=timezone.localdate() + timedelta(days=3))
    desk.post(reverse("admin:assignments_assignment_undo", args=(row.pk,)))
    assert trail() == [("Maya Lindgren", "retracted", "assignments.assignment", row.pk, ada.pk)]


def test_messages_notes_and_days_without_emails_are_noted_without_their_words(desk, reply, ada):
    messages = reverse("admin:replies_messages", args=(ada.pk,))
    for _ in range(2):  # pressed twice, it is one message
        desk.post(messages, {"do": "write", "text": "River.", "page": "11111111111111111111111111111111"})
    message = Message.objects.get()
    desk.post(messages, {"do": "take back"})
    for note in ("River.", ""):
        desk.post(reverse("admin:replies_reply_change", args=(reply.pk,)), {"note": note})
    days, first = reverse("admin:replies_days", args=(ada.pk,)), timezone.localdate() + timedelta(days=9)
    desk.post(days, {"do": "free_days", "first_on": f"{first}", "last_on": f"{first}"})
    free = Blackout.objects.get()
    for _ in range(2):
        desk.post(days, {"do": "remove_days", "days": free.pk})
    assert trail() == [
        ("Maya Lindgren", "added", "replies.message", message.pk, ada.pk),
        ("Maya Lindgren", "retracted", "replies.message", message.pk, ada.pk),
        *[("Maya Lindgren", "noted", "replies.reply", reply.pk, ada.pk)] * 2,
        ("Maya Lindgren", "added", "assignments.blackout", free.pk, ada.pk),
        ("Maya Lindgren", "retracted", "assignments.blackout", free.pk, ada.pk),
    ]
    page = desk.get(trail_page(ada)).content.decode()
    for said in (
        "added a message.",
        "took back a message.",
        "changed the private note about a reflection.",
        "added days without emails.",
        "took back days without emails.",
    ):
        assert f"Maya Lindgren {said}" in page
    assert "River" not in page


def test_a_client_who_stops_all_emails_did_so_themselves(client, assignment, ada):
    delivery = sent(assignment, assignment.next_step(), "told")
    client.post(reverse("stop", args=(delivery.token,)), {"what": "all"})
    assert trail() == [
        (None, "changed", "assignments.assignment", assignment.pk, ada.pk),
        (None, "withdrew", "people.client", ada.pk, ada.pk),
    ]


def test_what_changes_the_installation_is_noted(client, superuser, practice, tom):
    client.force_login(superuser)
    fields = {"name": "Linden House", "sender_name": "Linden", "uncertain": "hold", "second_alert_hours": 4}
    fields["leave_to"] = "https://weather.example/"
    client.post(reverse("admin:people_practice_change", args=(practice.pk,)), fields)
    toms = {"name": "Tom O.", "email": tom.email, "time_zone": "Europe/London", "response_time": "soon"}
    client.post(reverse("admin:people_practitioner_change", args=(tom.pk,)), toms)
    assert [row[:4] for row in trail()] == [
        ("Runs It", "changed", "people.practice", practice.pk),
        ("Runs It", "changed", "people.practitioner", tom.pk),
    ]


def test_it_has_no_place_for_contents(desk, reply):
    desk.get(reverse("admin:replies_reply_change", args=(reply.pk,)))
    words = [str(value) for row in AuditEntry.objects.values_list() for value in row]
    assert not [word for word in words if "river" in word or "Ada" in word]
    with pytest.raises(FieldDoesNotExist):
        AuditEntry._meta.get_field("message")


# --- Nobody can change it


@pytest.fixture
def entry(maya, ada):
    audit.note(maya, Action.READ, ada)
    return AuditEntry.objects.get()


def test_the_model_refuses_to_change_or_delete_what_was_written(entry):
    entry.action = Action.EXPORTED
    again = AuditEntry(pk=entry.pk, action=Action.EXPORTED, kind="people.client", thing_id=1)
    for attempt in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action=Action.EXPORTED),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda: AuditEntry.objects.bulk_create([again], update_conflicts=True, update_fields=["action"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"action": Action.EXPORTED}),
    ):
        with pytest.raises(WrittenOnce):
            attempt()
    with pytest.raises(DatabaseError), transaction.atomic():
        again.save()
    assert AuditEntry.objects.get().action == Action.READ


@pytest.mark.parametrize(
    "statement",
    ["UPDATE people_auditentry SET action = 'exported'", "DELETE FROM people_auditentry"],
)
def test_the_database_refuses_it_as_well(entry, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.get().action == Action.READ


def test_somebody_who_stands_in_it_is_not_deleted_from_under_it(entry, maya, ada):
    ada.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        maya.delete()


# --- Who reads it


def test_a_practitioner_reads_who_looked_at_a_clients_things(desk, reply, ada):
    desk.get(reverse("admin:replies_reply_change", args=(reply.pk,)))
    assert trail_page(ada) in desk.get(reverse(CHANGE, args=(ada.pk,))).content.decode()
    page = desk.get(trail_page(ada)).content.decode()
    assert "Maya Lindgren opened a reflection." in page
    assert "river" not in page


def test_it_is_read_page_by_page_in_a_few_queries(desk, maya, ada, django_assert_max_num_queries):
    for _ in range(PER_PAGE + 5):
        audit.note(maya, Action.CHANGED, ada)
    with django_assert_max_num_queries(8):
        first = desk.get(trail_page(ada)).content.decode()
    assert first.count("Maya Lindgren changed their page.") == PER_PAGE
    last = desk.get(trail_page(ada), {"page": "2"}).content.decode()
    assert last.count("Maya Lindgren changed their page.") == 5
    assert desk.get(trail_page(ada), {"page": "nonsense"}).status_code == 200


@pytest.mark.parametrize("action", Action)
def test_there_are_words_for_everything_that_can_be_noted(desk, maya, ada, action):
    audit.note(maya, action, ada)
    assert "Maya Lindgren " in desk.get(trail_page(ada)).content.decode()


def test_the_trail_of_one_client_says_nothing_of_another(desk, maya, ada):
    other = make_client(maya, "Noor", "noor@example.org", "Europe/London")
    audit.note(maya, Action.EXPORTED, other)
    assert "Nothing yet." in desk.get(trail_page(ada)).content.decode()


def test_an_empty_trail_of_the_installation_says_where_the_looks_at_clients_stand(client, superuser, ada):
    audit.note_look(ada.practitioner, ada, timezone.now())
    client.force_login(superuser)
    page = client.get(reverse("admin:people_auditentry_changelist")).content.decode()
    assert "Changes of the practice and its practitioners stand here" in page
    assert "stands on that client’s page, for their practitioner." in page
    assert "None of that has happened yet." in page
    assert "Nothing is here yet." not in page


def test_whoever_runs_the_installation_reads_of_people_at_the_desk_and_of_no_client(
    client, superuser, maya, tom, ada
):
    audit.note(maya, Action.READ, ada)
    audit.note(maya, Action.HANDED_OVER, tom, ada)
    audit.note(superuser, Action.CHANGED, tom)
    audit.note(maya, Action.ERASED, ada)
    audit.note(None, Action.ERASED, ada)
    client.force_login(superuser)
    page = client.get(reverse("admin:people_auditentry_changelist")).content.decode()
    assert "changed Tom Okafor" in page
    assert "handed a client over to Tom Okafor" in page
    assert page.count(f"erased client number {ada.pk}") == 2
    assert "time for keeping records" in page
    assert "Ada" not in page
    assert "opened" not in page
