"""After two steps to which nothing came back a series rests by itself, says so once, and is easily carried on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.assignments.models import Assignment
from practice.mailing import notices, planning
from practice.mailing.models import Delivery, Notice
from practice.people.models import Client
from resources.models import Prompt
from tests.cast import make_assignment, make_client, make_module
from tests.mailing.sending import SLOT, parsed, send_due, text_of

WEEK = timedelta(weeks=1)
#: From 29 March on Berlin is an hour nearer.
SUMMER = timedelta(hours=1)


@pytest.fixture
def row(ada, maya):
    """Ada receives five steps on Sundays."""
    return make_assignment(ada, make_module(maya, steps=5))


def weeks(first, last=None):
    """The slots of these weeks; the first is 0."""
    for number in range(first, (first if last is None else last) + 1):
        send_due(SLOT + number * WEEK - (SUMMER if number > 2 else timedelta()))


def left(row):
    return [email.step.position for email in row.deliveries.filter(state="accepted").order_by("accepted_at")]


def heard_of(row):
    Assignment.objects.filter(pk=row.pk).were_heard_of()


def test_the_third_step_stays_and_one_short_email_says_so(row, sink):
    weeks(0, 2)
    assert left(row) == [1, 2]
    row.refresh_from_db()
    assert (row.state, row.state_by, row.next_due_at) == ("paused", "silence", None)
    sink.clear()
    for _ in range(3):
        notices.send_waiting(lambda: SLOT + 2 * WEEK)
    weeks(3, 6)
    (mail,) = sink.mails
    said = parsed(mail.content)
    assert said["Subject"] == "A short note for you"
    assert "We will leave it here for now." in text_of(said)
    assert "there is nothing to do" in text_of(said)
    last = Delivery.objects.get(step__position=2)
    assert f"/n/{last.token}/pace/" in text_of(said)
    assert left(row) == [1, 2]


def test_steps_that_went_to_another_address_were_not_there_to_be_answered(row, sink):
    weeks(0, 1)
    Client.objects.update(email="safe@example.org")
    weeks(2)
    assert left(row) == [1, 2, 3]
    assert not Notice.objects.exists()


def test_the_desk_reads_when_and_why(row, sink):
    weeks(0, 2)
    row.refresh_from_db()
    hold = row.outlook().hold
    assert hold.why == "Resting since Sunday 22 March 2026, after two quiet steps."
    assert "Ada can carry on at any time" in hold.release


def test_carrying_on_brings_one_step_at_the_next_usual_hour(row, sink):
    weeks(0, 2)
    row.refresh_from_db()
    assert row.resume(SLOT + 2 * WEEK + timedelta(days=1))
    assert row.quiet_steps == 0
    weeks(3)
    assert left(row) == [1, 2, 3]
    weeks(4)
    assert left(row) == [1, 2, 3, 4]


def test_each_rest_is_told_of_once(row, sink):
    weeks(0, 2)
    row.refresh_from_db()
    row.resume(SLOT + 2 * WEEK + timedelta(days=1))
    weeks(3, 6)
    assert left(row) == [1, 2, 3, 4]
    told = Notice.objects.filter(kind=Notice.Kind.RESTING).order_by("made_at")
    assert [notice.delivery.step.position for notice in told] == [2, 4]


def test_whoever_is_heard_of_goes_on(row, sink):
    weeks(0, 1)
    heard_of(row)
    weeks(2)
    assert left(row) == [1, 2, 3]
    weeks(3, 4)
    assert left(row) == [1, 2, 3, 4]


def test_a_step_without_questions_cannot_be_quiet(row, sink):
    Prompt.objects.filter(step__position__lte=2).delete()
    weeks(0, 3)
    assert left(row) == [1, 2, 3, 4]
    weeks(4)
    assert left(row) == [1, 2, 3, 4]


@pytest.mark.parametrize("state", ["failed", "uncertain", "cancelled"])
def test_a_step_that_may_not_have_come_breaks_the_row(row, sink, state):
    weeks(0, 1)
    Delivery.objects.filter(step__position=2).update(state=state)
    weeks(2)
    row.refresh_from_db()
    assert (row.state, row.quiet_steps) == ("active", 1)
    assert 3 in left(row)


@pytest.mark.parametrize(("after", "steps"), [(0, [1, 2, 3, 4, 5]), (1, [1]), (3, [1, 2, 3])])
def test_after_how_many_is_a_choice(row, sink, after, steps):
    row.rest_after(after)
    weeks(0, 5)
    assert left(row) == steps


def test_a_step_that_was_asked_for_leaves_all_the_same(row, sink):
    weeks(0, 1)
    row.refresh_from_db()
    row.send_now(SLOT + WEEK + timedelta(days=1))
    send_due(SLOT + WEEK + timedelta(days=1))
    assert left(row) == [1, 2, 3]
    weeks(2, 3)
    assert left(row) == [1, 2, 3]


def test_the_last_step_ends_it_whatever_comes_back(ada, maya, sink):
    row = make_assignment(ada, make_module(maya, steps=2))
    weeks(0, 3)
    row.refresh_from_db()
    assert row.state == "finished"
    assert not Notice.objects.exists()


def test_what_is_held_does_not_come_to_rest_meanwhile(row, ada, sink):
    weeks(0, 1)
    ada.withdraw_consent(SLOT + WEEK)
    weeks(2)
    row.refresh_from_db()
    assert row.state == "active"
    assert not Notice.objects.exists()


def test_a_rest_that_was_ended_at_once_is_not_told_of(row, sink):
    weeks(0, 2)
    row.refresh_from_db()
    row.resume(SLOT + 2 * WEEK + timedelta(seconds=1))
    sink.clear()
    notices.send_waiting(lambda: SLOT + 2 * WEEK + timedelta(minutes=1))
    assert sink.mails == []
    assert Notice.objects.get().state == Notice.State.WITHDRAWN


def test_two_series_that_rest_at_once_are_both_told_of(row, ada, maya, sink):
    other = make_assignment(ada, make_module(maya, "Learning to rest", steps=5))
    weeks(0, 2)
    assert {notice.delivery.assignment for notice in Notice.objects.all()} == {row, other}


def test_a_step_that_was_called_back_was_not_quiet(row, sink):
    weeks(0)
    planning.plan(SLOT + WEEK)
    planning.call_back(SLOT + WEEK + timedelta(hours=7))
    row.refresh_from_db()
    assert row.quiet_steps == 1


def test_a_batch_that_rests_takes_as_many_statements_for_ten_as_for_two(maya, sink):
    module = make_module(maya, steps=5)

    def resting(many):
        rows = [
            make_assignment(make_client(maya, "C", f"{many}.{number}@example.org", "Europe/Berlin"), module)
            for number in range(many)
        ]
        for number, step in enumerate(module.steps.all()[:2]):
            for row in rows:
                row.refresh_from_db()
                email = Delivery.planned(row, step.pk, SLOT - (2 - number) * WEEK, "example.org")
                email.state = "accepted"
                email.save()
                row.pass_step(step, SLOT)
        Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(quiet_steps=2)
        with CaptureQueriesContext(connection) as asked:
            planning.plan(SLOT)
        assert Assignment.objects.filter(state_by="silence").count() == many
        Assignment.objects.all().update(state="stopped", state_by="")
        return len(asked)

    assert resting(2) == resting(10)
