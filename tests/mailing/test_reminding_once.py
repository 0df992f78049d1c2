"""One short email may follow a step to which nothing came back: once, at the usual hour, and if that is still so."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.mailing import notices, planning
from practice.mailing.models import WINDOW, Delivery, Notice
from practice.people.models import Client
from resources.models import Prompt
from tests.cast import make_assignment, make_module
from tests.mailing.sending import SLOT, parsed, send_due, text_of

DAY = timedelta(days=1)
WEEK = 7 * DAY


@pytest.fixture
def row(ada, maya):
    """Ada receives five steps on Sundays; three days after each, a short email follows if nothing came back."""
    row = make_assignment(ada, make_module(maya, steps=5))
    row.remind(3)
    return row


@pytest.fixture
def reminded(sink):
    """What leaves of these at a moment."""

    def send(at):
        sink.clear()
        notices.send_waiting(lambda: at)
        return [parsed(mail.content) for mail in sink.mails]

    return send


def heard_of(row):
    Assignment.objects.filter(pk=row.pk).were_heard_of()


def test_it_comes_once_at_the_usual_hour_and_leads_to_the_step(row, reminded):
    send_due(SLOT)
    assert reminded(SLOT + 3 * DAY - timedelta(minutes=1)) == []
    (mail,) = reminded(SLOT + 3 * DAY)
    assert mail["Subject"] == "A short note for you"
    said = text_of(mail)
    assert "Your last reading is still there for you" in said
    assert f"/n/{Delivery.objects.get().token}/" in said
    for word in ("therap", "session", "client", "remind", "haven"):
        assert word not in said.lower()
    assert reminded(SLOT + 4 * DAY) == []


def test_none_comes_unless_the_practitioner_wants_it(assignment, reminded):
    send_due(SLOT)
    assert not Notice.objects.exists()
    assert assignment.remind_after == 0


def test_none_comes_to_whoever_did_anything(row, reminded):
    send_due(SLOT)
    heard_of(row)
    assert reminded(SLOT + 3 * DAY) == []
    assert Notice.objects.get().state == Notice.State.WITHDRAWN


@pytest.mark.parametrize(
    "happened",
    [
        lambda row: row.pause(SLOT + DAY, by="the client", until=date(2026, 3, 16)),
        lambda row: row.pause(SLOT + DAY),
        lambda row: row.stop(SLOT + DAY),
        lambda row: row.go_without_reminders(True),
        lambda row: row.remind(0),
        lambda row: row.client.withdraw_consent(SLOT + DAY),
        lambda row: row.pause(SLOT + DAY) and row.resume(SLOT + 2 * DAY),
        lambda row: Delivery.objects.update(state="bounced"),
        lambda row: Delivery.objects.update(state="failed"),
        lambda row: Blackout.objects.create(
            client=row.client, first_on=date(2026, 3, 11), last_on=date(2026, 3, 12), by_client=True
        ),
        lambda row: Client.objects.update(email="safe@example.org"),
    ],
    ids=[
        *("not this week", "paused", "stopped", "without", "none any more", "withdrawn", "carried on"),
        *("bounced", "failed", "a day without emails", "another address"),
    ],
)
def test_none_comes_after_anything_that_speaks_against_it(row, reminded, happened):
    send_due(SLOT)
    row.refresh_from_db()
    happened(row)
    assert reminded(SLOT + 3 * DAY) == []


def test_it_comes_at_what_is_the_usual_hour_by_then(row, reminded):
    send_due(SLOT)
    row.refresh_from_db()
    row.change_slot(None, time(7, 30), SLOT)
    Client.objects.update(time_zone="Asia/Tokyo")
    usual = datetime(2026, 3, 12, 7, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert reminded(SLOT + 3 * DAY) == reminded(usual - timedelta(minutes=1)) == []
    assert len(reminded(usual)) == 1


def test_one_that_was_due_on_a_day_without_emails_does_not_come_after_it(row, reminded):
    send_due(SLOT)
    day = date(2026, 3, 11)
    Blackout.objects.create(client=row.client, first_on=day, last_on=day, by_client=True)
    assert reminded(SLOT + 3 * DAY + timedelta(hours=7)) == []


def test_one_that_is_so_late_that_a_day_without_emails_has_begun_does_not_come(row, reminded):
    send_due(SLOT)
    day = date(2026, 3, 12)
    Blackout.objects.create(client=row.client, first_on=day, last_on=day, by_client=True)
    assert reminded(SLOT + 3 * DAY + timedelta(hours=7)) == []
    assert Notice.objects.get().reason == "It was a day without emails."


def test_a_step_without_questions_is_followed_by_none(row, reminded):
    Prompt.objects.all().delete()
    send_due(SLOT)
    assert not Notice.objects.exists()


def test_none_comes_for_a_step_that_another_one_has_followed(row, reminded):
    send_due(SLOT)
    row.refresh_from_db()
    row.send_now(SLOT + DAY)
    send_due(SLOT + DAY)
    assert reminded(SLOT + 3 * DAY) == []
    assert len(reminded(SLOT + 4 * DAY)) == 1


def test_each_step_has_its_own_and_a_series_that_rests_has_none(row, reminded):
    for week in range(3):
        send_due(SLOT + week * WEEK)
        kinds = [notice.kind for notice in Notice.objects.filter(state="waiting")]
        assert kinds == (["reminder"] if week < 2 else ["resting"])
        reminded(SLOT + week * WEEK + 3 * DAY)
    assert Notice.objects.filter(kind="reminder", state="sent").count() == 2
    assert Notice.objects.filter(kind="reminder").count() == 2


def test_the_last_step_has_one_as_well(ada, maya, reminded):
    row = make_assignment(ada, make_module(maya, steps=1))
    row.remind(1)
    send_due(SLOT)
    row.refresh_from_db()
    assert row.state == "finished"
    assert len(reminded(SLOT + DAY)) == 1


def test_and_none_after_something_came_back_to_the_last_one(ada, maya, reminded):
    row = make_assignment(ada, make_module(maya, steps=1))
    row.remind(1)
    send_due(SLOT)
    heard_of(row)
    assert reminded(SLOT + DAY) == []


def test_one_that_could_not_leave_that_evening_does_not_leave_any_more(row, reminded):
    send_due(SLOT)
    assert reminded(SLOT + 3 * DAY + timedelta(hours=13)) == []


def test_a_step_that_came_a_week_later_after_all_has_its_own(row, reminded):
    planning.plan(SLOT)  # and nobody sends
    send_due(SLOT + WINDOW)
    assert reminded(SLOT + 3 * DAY) == []
    assert Notice.objects.get().reason == "Its step did not leave, or another one has left since."
    send_due(SLOT + WEEK)
    assert reminded(SLOT + WEEK + 3 * DAY - timedelta(minutes=1)) == []
    assert len(reminded(SLOT + WEEK + 3 * DAY)) == 1
    assert Notice.objects.count() == 1


def test_one_that_left_is_not_followed_by_another_when_its_step_leaves_again(row, reminded):
    send_due(SLOT)
    assert len(reminded(SLOT + 3 * DAY)) == 1
    Delivery.objects.update(state="cancelled")  # it came back, was to leave again, and could not in time
    row.refresh_from_db()
    row.unpass(row.module.steps.first(), SLOT + 4 * DAY)
    send_due(SLOT + WEEK)
    assert Delivery.objects.get().state == "accepted"
    assert reminded(SLOT + WEEK + 3 * DAY) == []
