"""Records that were kept long enough go by themselves; nothing that still lives does, and none before it was told."""

import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.desk import tasks
from practice.desk.models import Erasure, SignedIn
from practice.desk.purging import purge, would_go
from practice.desk.retention import SIGNS, expired, kept_until, months_away
from practice.mailing.models import Delivery, Notice, ProviderEvent
from practice.people import audit
from practice.people.archiving import archive
from practice.people.audit import AuditEntry
from practice.people.models import Client, Consent, Practice
from practice.replies.models import InboundMail, Meeting, Message, Reply, Writes
from tests.cast import NOW, make_assignment, make_client
from tests.isolation.worlds import sent

#: A year and a day after the last that happened with Quinn.
LATER = datetime(2027, 3, 3, 9, 0, tzinfo=UTC)
LATELY = LATER - timedelta(days=10)


def keep_for(months, set_at=NOW):
    practice = Practice.current()
    practice.keep_months = months
    practice.save()
    Practice.objects.update(keep_set_at=set_at)


@pytest.fixture
def year(practice):
    """The practice keeps records for a year, and has for long."""
    keep_for(12)


@pytest.fixture
def quinn(maya, module):
    """Somebody who got one email of a series that was stopped, and wrote to it; the last on 2 March 2026."""
    quinn = make_client(maya, "Quinn", "quinn@example.org", "Europe/Berlin")
    Client.objects.update(created_at=NOW - timedelta(days=60))
    assignment = make_assignment(quinn, module)
    delivery = sent(assignment, assignment.next_step(), "told")
    Delivery.objects.update(state="accepted")
    Reply.objects.create(delivery=delivery, page="page", saved_at=NOW, sent_at=NOW)
    assignment.stop(NOW)
    return quinn


@pytest.fixture
def long_ago(quinn, year):
    """The same, and all of it more than a year ago by the clock on the wall."""
    then = timezone.now() - timedelta(days=400)
    Client.objects.update(created_at=then)
    Consent.objects.update(given_at=then)
    quinn.assignments.update(created_at=then)
    Delivery.objects.update(due_at=then)
    Reply.objects.update(saved_at=then)
    Practice.objects.update(keep_set_at=then)
    return quinn


def email_of(quinn):
    return Delivery.objects.filter(assignment__client=quinn)


# --- Who is erased


def test_whom_nothing_happened_with_for_so_long_is_erased_by_itself(quinn, year, maya):
    assert purge(LATER)["clients"] == 1
    assert not Client.objects.exists()
    assert Erasure.objects.get().by_itself


def test_not_a_day_before(quinn, year):
    assert purge(LATER - timedelta(days=2))["clients"] == 0
    assert Client.objects.exists()


def test_archived_or_not_makes_no_difference_but_archiving_begins_the_time_anew(quinn, year):
    archive(quinn, LATELY)
    assert purge(LATER)["clients"] == 0
    assert purge(LATELY + timedelta(days=366))["clients"] == 1


def test_without_a_number_nobody_is(quinn, practice):
    assert purge(LATER + timedelta(days=9999))["clients"] == 0


SIGNS_OF_LIFE = {
    "an email": lambda quinn: email_of(quinn).update(due_at=LATELY),
    "a reflection": lambda quinn: Reply.objects.update(saved_at=LATELY),
    "a message": lambda quinn: Message.write(quinn, "a word", "a" * 32, LATELY, by_client=True),
    "a consent": lambda quinn: Consent.objects.update(given_at=LATELY),
    "a consent taken back": lambda quinn: quinn.withdraw_consent(LATELY),
    "a session": lambda quinn: Meeting.objects.create(client=quinn, met_on=LATELY.date()),
    "a mail that waits": lambda quinn: InboundMail.objects.create(
        delivery=email_of(quinn).get(), state="quarantined", received_at=LATELY
    ),
    "a short email": lambda quinn: Notice.make(
        quinn, Notice.Kind.CODE, LATELY, LATELY, timedelta(minutes=10), timedelta(minutes=10)
    ).save(),
    "a new series, stopped at once": lambda quinn: quinn.assignments.update(created_at=LATELY),
    "coming back from the archive": lambda quinn: AuditEntry.objects.create(
        action=audit.Action.UNARCHIVED, kind="people.client", thing_id=quinn.pk, client_id=quinn.pk, at=LATELY
    ),
    "being handed over": lambda quinn: Client.objects.update(handed_over_at=LATELY),
    "a series that is active": lambda quinn: quinn.assignments.get().resume(LATER),
    "a pause until a day": lambda quinn: quinn.assignments.update(state="paused", paused_until=LATER.date()),
}


@pytest.mark.parametrize("sign", SIGNS_OF_LIFE)
def test_nobody_is_erased_with_whom_something_happened_since(quinn, year, sign):
    SIGNS_OF_LIFE[sign](quinn)
    assert purge(LATER)["clients"] == 0
    assert kept_until(quinn) is None or kept_until(quinn) > LATER.date()


def test_a_change_on_their_page_keeps_them_and_a_look_does_not(long_ago, maya):
    audit.note(maya, audit.Action.READ, long_ago)
    assert expired(timezone.now()).exists()
    audit.note(maya, audit.Action.CHANGED, long_ago)
    assert not expired(timezone.now()).exists()


def test_whoever_is_brought_back_from_the_archive_stays(desk, long_ago):
    archive(long_ago, timezone.now() - timedelta(days=400))
    assert expired(timezone.now()).exists()
    desk.post(reverse("admin:people_client_archive", args=(long_ago.pk,)), {"to": "list"})
    assert not expired(timezone.now()).exists()


def test_a_series_that_rests_by_itself_keeps_nobody(quinn, year):
    quinn.assignments.update(state="paused", state_by="silence")
    assert purge(LATER)["clients"] == 1


def test_nobody_is_erased_in_the_first_thirty_days_after_the_number_was_changed(quinn, practice):
    keep_for(12, set_at=LATER - timedelta(days=29))
    assert purge(LATER)["clients"] == 0
    assert purge(LATER + timedelta(days=2))["clients"] == 1


def test_when_the_number_was_changed_is_noted_by_itself(practice):
    assert practice.keep_set_at is None
    practice.keep_months = 24
    practice.save()
    first = practice.keep_set_at
    assert first is not None
    practice.name = "Another name"
    practice.save()
    assert Practice.current().keep_set_at == first


def test_an_email_on_its_way_puts_it_off_and_the_others_go(quinn, year, maya):
    make_client(maya, "Robin", "robin@example.org", "UTC", consented=False)
    Client.objects.update(created_at=NOW)
    email_of(quinn).update(state="submitting")
    assert purge(LATER)["clients"] == 1
    assert Client.objects.get() == quinn


def test_when_the_time_is_over_the_rest_waits_for_the_next_day(quinn, year):
    assert purge(LATER, lambda: False)["clients"] == 0
    assert purge(LATER)["clients"] == 1


# --- What else goes


@pytest.fixture
def clutter(quinn):
    """Old and new of each kind, the old ones by a day."""

    def event(key, days, **more):
        told = {"source": "Postmark", "told": "delivered", "received_at": LATER - timedelta(days=days)}
        ProviderEvent.objects.create(key=key, **told, **more)

    event("old", 91)
    event("new", 89)
    event("may turn up", 91, findable_until=LATER + timedelta(minutes=5))
    for days in (91, 89):
        made = LATER - timedelta(days=days)
        Notice.make(quinn, Notice.Kind.CODE, made, made, timedelta(), timedelta()).save()
        Notice.objects.update(state="sent")
    for key, hours in (("old", 25), ("new", 1)):
        Writes.objects.create(link=key, began_at=LATER - timedelta(hours=hours))
        ends = LATER + timedelta(hours=1 if key == "new" else -1)
        SignedIn.objects.create(session_key=key, session_data="", expire_date=ends)
    for state in ("quarantined", "automatic", "reply"):
        for key, came in (("old", NOW - timedelta(days=1)), ("new", LATELY)):
            mail = {"key": f"{key} {state}", "state": state, "received_at": came, "raw": "words"}
            InboundMail.objects.create(delivery=email_of(quinn).get(), **mail)


COUNTS = {
    "clients": 0,
    "news of emails": 1,
    "codes that were sent": 1,
    "counts of how often a link was used": 1,
    "sessions that ended": 1,
    "mails that became no reflection": 2,
}


def test_what_is_of_no_use_any_more_goes_and_a_second_time_nothing_does(clutter, year):
    assert would_go(LATER) == COUNTS
    assert purge(LATER) == COUNTS
    assert purge(LATER) == dict.fromkeys(COUNTS, 0)
    assert {*ProviderEvent.objects.values_list("key", flat=True)} == {"new", "may turn up"}
    assert [*SignedIn.objects.values_list("pk", flat=True)] == ["new"]
    kept = {*InboundMail.objects.values_list("key", flat=True)}
    assert kept == {"new quarantined", "new automatic", "new reply", "old reply"}


def test_without_a_number_mails_stay_and_the_rest_goes(clutter, practice):
    counts = purge(LATER)
    assert "mails that became no reflection" not in counts
    assert counts["news of emails"] == 1
    assert InboundMail.objects.count() == 6


# --- By hand and by itself


def test_the_command_says_what_would_go_and_then_does_it(long_ago):
    said = StringIO()
    call_command("purge_expired", "--dry-run", stdout=said)
    assert "Clients: 1\n" in said.getvalue()
    assert "Nothing was changed." in said.getvalue()
    assert Client.objects.exists()
    said = StringIO()
    call_command("purge_expired", stdout=said)
    assert "Clients: 1\n" in said.getvalue()
    assert not Client.objects.exists()


def test_the_beat_does_it_once_a_day_and_an_old_one_is_forgotten(long_ago):
    entry = settings.CELERY_BEAT_SCHEDULE["purge"]
    assert entry["task"] == tasks.purge_expired.name
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {17})
    assert entry["options"]["expires"] == tasks.purge_expired.expires
    assert tasks.ERASING < settings.CELERY_TASK_SOFT_TIME_LIMIT
    tasks.purge_expired()
    assert not Client.objects.exists()


def test_logs_hold_numbers_only(quinn, year, caplog):
    caplog.set_level(logging.DEBUG)
    pk = quinn.pk
    purge(LATER)
    assert f"client {pk} is erased" in caplog.text
    assert "quinn" not in caplog.text.lower()


# --- What the desk says


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def page_of(client):
    return reverse("admin:people_client_change", args=(client.pk,))


def test_the_page_of_a_client_says_until_when_they_are_kept(desk, quinn, year):
    assert kept_until(quinn) == datetime(2027, 3, 2).date()
    assert (
        "Quinn’s records are erased by themselves from 2 March 2027 on"
        in desk.get(page_of(quinn)).content.decode()
    )


def test_it_says_so_no_earlier_than_thirty_days_after_the_number_was_changed(quinn, practice):
    keep_for(1, set_at=LATER)
    assert kept_until(quinn) == (LATER + timedelta(days=30)).date()


def test_it_says_nothing_without_a_number_or_while_a_series_goes_on(desk, quinn, assignment, ada, practice):
    assert kept_until(quinn) is None
    keep_for(12)
    assert kept_until(ada) is None
    assert "erased by themselves" not in desk.get(page_of(ada)).content.decode()


def test_that_costs_the_page_of_a_client_two_questions_at_most(desk, quinn, practice):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(page_of(quinn)).status_code == 200
        return len(queries)

    asked()
    without = asked()
    keep_for(12)
    assert asked() <= without + 1 <= 20  # as for every page of the desk


def test_every_sign_is_looked_for_by_a_way_that_is_there():
    for model, path, at in SIGNS:
        assert str(model.objects.filter(**{path: 1, f"{at}__isnull": False}).query)


@pytest.mark.parametrize(
    ("moment", "months", "is_"),
    [
        (datetime(2026, 3, 2), 12, datetime(2027, 3, 2)),
        (datetime(2026, 8, 31), 6, datetime(2027, 2, 28)),
        (datetime(2028, 2, 29), -12, datetime(2027, 2, 28)),
        (datetime(2026, 1, 15), -1, datetime(2025, 12, 15)),
        (datetime(2026, 12, 15), 1, datetime(2027, 1, 15)),
    ],
)
def test_months_are_those_of_the_calendar(moment, months, is_):
    assert months_away(moment, months) == is_
