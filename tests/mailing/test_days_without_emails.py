"""On days that a client named nothing comes to them; one email comes in the next usual slot after."""

from datetime import date, time, timedelta

import pytest

from practice.assignments.away import moment_to_expect
from practice.assignments.blackout import Blackout, free_from
from practice.assignments.moves import SendNow
from practice.mailing import invitations, notices, outbox, planning
from practice.mailing.models import Delivery, Notice
from practice.mailing.once_more import SendLastAgain
from practice.people.models import Away
from tests.cast import make_assignment, make_client, make_module
from tests.mailing.sending import SLOT, send_due

WEEK = timedelta(weeks=1)


def days(client, first, last=None, by_client=True):
    """Days of March 2026."""
    return Blackout.objects.create(
        client=client,
        first_on=date(2026, 3, first),
        last_on=date(2026, 3, last or first),
        by_client=by_client,
    )


def left(row):
    return [
        (email.step.title, (email.accepted_at - SLOT) / WEEK)
        for email in row.deliveries.order_by("accepted_at")
    ]


def weeks(*numbers):
    for number in numbers:
        send_due(SLOT + number * WEEK)


def test_what_would_leave_then_leaves_in_the_next_slot_and_no_pile_comes(assignment, ada, sink):
    days(ada, 7, 15)
    weeks(0, 0.01, 1, 1.5)
    assert left(assignment) == []
    weeks(2, 2.01, 2.5)
    assert left(assignment) == [("Step 1", 2)]


@pytest.mark.parametrize(("first", "leaves"), [(7, 7), (8, 8), (9, 9)])
def test_a_single_day_keeps_only_that_day_free(assignment, ada, sink, first, leaves):
    days(ada, first)
    weeks(0)
    assert bool(left(assignment)) == (leaves != 8)


def test_it_is_the_clients_own_day(maya, module, sink):
    """Her Sunday evening is still Sunday morning in Berlin, and Saturday night in Los Angeles."""
    kim = make_client(maya, "Kim", "kim@example.org", "Pacific/Auckland")
    row = make_assignment(kim, module)
    days(kim, 8)
    send_due(row.next_due_at)
    assert left(row) == []
    row.refresh_from_db()
    assert row.next_on == date(2026, 3, 15)


def test_all_series_of_the_client_and_of_nobody_else(assignment, ada, maya, sink):
    other = make_assignment(ada, make_module(maya, "Learning to rest"))
    bea = make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), assignment.module)
    days(ada, 8)
    weeks(0)
    assert left(assignment) == left(other) == []
    assert left(bea) == [("Step 1", 0)]


def test_days_that_are_removed_hold_nothing_any_more(assignment, ada, sink):
    days(ada, 1, 31).delete()
    weeks(0)
    assert left(assignment) == [("Step 1", 0)]


def test_the_outlook_says_whose_choice_it_is(assignment, ada):
    mine = days(ada, 7, 10, by_client=False)
    assert assignment.outlook().hold.why == "No emails 7–10 March 2026, your choice."
    mine.delete()
    days(ada, 8)
    assert assignment.outlook().hold.why == "No emails on 8 March 2026, the client’s choice."
    ((row, outlook),) = type(assignment).objects.outlooks()
    assert outlook.hold == row.outlook().hold


def test_nothing_is_sent_by_hand_on_such_a_day(assignment, ada, now):
    days(ada, 2)
    assert "the client’s choice" in SendNow(assignment, now, assignment.next_step()).obstacle()
    assert SendNow(assignment, now + timedelta(days=1), assignment.next_step()).obstacle() == ""


def test_nothing_is_sent_by_hand_that_would_leave_on_such_a_day(assignment, ada, settings):
    """Ten minutes before midnight, with ten minutes in which it could be taken back."""
    settings.HOLD_MINUTES = 10
    days(ada, 2)
    midnight = SLOT - timedelta(days=6, hours=18)
    for minutes, held in ((11, False), (10, True)):
        sending = SendNow(assignment, midnight - timedelta(minutes=minutes), assignment.next_step())
        assert bool(sending.obstacle()) is held


def test_a_step_sent_by_hand_before_them_is_not_held(assignment, ada, now, sink):
    days(ada, 8, 9)
    assignment.send_now(now)
    assert assignment.outlook().hold is None
    send_due(now)
    assert len(left(assignment)) == 1


def test_whom_it_is_said_to_expect_it_comes_to(assignment, ada, maya, module):
    days(ada, 8, 9)
    days(ada, 15)
    assert moment_to_expect(assignment) == SLOT + 2 * WEEK
    type(module).objects.update(holds_while_away=True)
    Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 20), back_on=date(2026, 3, 24))
    assert moment_to_expect(assignment) == SLOT + 3 * WEEK - timedelta(hours=1)


def test_whoever_rests_by_silence_is_not_told_on_such_a_day(ada, maya, sink):
    row = make_assignment(ada, make_module(maya, steps=5))
    weeks(0, 1)
    days(ada, 22)
    weeks(2)
    assert row.client.notices.count() == 0
    send_due(SLOT + 3 * WEEK - timedelta(hours=1))
    assert row.client.notices.count() == 1
    assert Delivery.objects.count() == 2


def test_the_last_email_is_not_sent_again_on_such_a_day(assignment, ada, sink):
    weeks(0)
    days(ada, 9, by_client=False)
    monday = SLOT + timedelta(days=1)
    again = SendLastAgain(assignment, monday, assignment.next_step())
    assert again.obstacle() == "No emails on 9 March 2026, your choice."
    assert SendLastAgain(assignment, monday + timedelta(days=1), None).obstacle() == ""


@pytest.mark.parametrize(
    ("spans", "free"),
    [([], SLOT), ([(9, 20)], SLOT), ([(8, 8)], SLOT + timedelta(hours=15)), ([(8, 9), (10, 11)], None)],
)
def test_a_short_email_waits_for_the_first_free_morning(ada, spans, free):
    for first, last in spans:
        days(ada, first, last)
    assert free_from(ada, SLOT) == (free or SLOT + timedelta(days=3, hours=15))


# --- What is late


@pytest.fixture
def late(ada, module):
    """Ada's steps leave at ten in the evening, and Monday 9 March is a day without emails."""
    days(ada, 9)
    return make_assignment(ada, module, at=time(22, 0))


PAST_MIDNIGHT = SLOT + timedelta(hours=6, minutes=10)


def planned_in_time(row):
    planning.plan(row.next_due_at)


def planned_late(row):
    pass


def sent_by_hand(row):
    row.send_now(SLOT + timedelta(hours=5))
    planned_in_time(row)


def sent_by_hand_and_planned_late(row):
    row.send_now(SLOT + timedelta(hours=5))


AHEAD = [planned_in_time, planned_late, sent_by_hand, sent_by_hand_and_planned_late]


@pytest.mark.parametrize("ahead", AHEAD)
def test_what_is_so_late_that_such_a_day_has_begun_waits_for_its_next_slot(late, sink, ahead):
    ahead(late)
    send_due(PAST_MIDNIGHT)
    assert sink.mails == []
    late.refresh_from_db()
    assert (late.next_step().title, late.next_on) == ("Step 1", date(2026, 3, 15))
    send_due(late.next_due_at)
    assert len(sink.mails) == 1


@pytest.mark.parametrize("ahead", AHEAD)
def test_what_is_late_leaves_on_any_other_day(late, sink, ahead):
    Blackout.objects.all().delete()
    ahead(late)
    send_due(PAST_MIDNIGHT)
    assert len(sink.mails) == 1


def test_what_waits_past_midnight_because_it_could_be_taken_back_keeps_to_the_next_day(
    ada, module, sink, settings
):
    settings.HOLD_MINUTES = 10
    days(ada, 9)
    row = make_assignment(ada, module, at=time(23, 55), now=SLOT + timedelta(hours=5, minutes=52))
    assert row.next_due_at == SLOT + timedelta(hours=6, minutes=2)
    assert outbox.claim(row.next_due_at) == []


def test_an_hour_that_is_left_out_on_the_eve_keeps_to_the_next_day(maya, module):
    """In Nuuk the clocks go from 23:00 to midnight on Saturday 28 March 2026."""
    kim = make_client(maya, "Kim", "kim@example.org", "America/Nuuk")
    days(kim, 29)
    row = make_assignment(kim, module, first_on=date(2026, 3, 28), at=time(23, 30))
    assert outbox.claim(row.next_due_at) == []


def test_what_is_late_does_not_leave_once_its_practitioner_is_away(assignment, maya, sink):
    type(assignment.module).objects.update(holds_while_away=True)
    Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 9), back_on=date(2026, 3, 20))
    assignment.change_slot(None, time(22, 0), SLOT)
    assert outbox.claim(PAST_MIDNIGHT) == []
    assignment.refresh_from_db()
    assert assignment.next_on == date(2026, 3, 15)


def test_the_desk_says_why_an_email_did_not_leave(late, sink):
    planned_in_time(late)
    send_due(PAST_MIDNIGHT)
    email = late.deliveries.get()
    assert (email.state, email.why) == ("cancelled", "It could not leave before days without emails began.")


def test_nobody_takes_it_up_before_it_is_called_back(late):
    planned_in_time(late)
    assert outbox.claim(PAST_MIDNIGHT) == []


def test_what_waits_for_a_day_that_is_named_only_then_is_called_back(assignment, ada, sink):
    planning.plan(SLOT)
    days(ada, 8)
    send_due(SLOT + timedelta(minutes=1))
    assert sink.mails == []
    assignment.refresh_from_db()
    assert assignment.next_step().title == "Step 1"


# --- Short emails


def test_a_short_email_that_is_late_waits_for_the_first_free_morning(ada, sink):
    days(ada, 9)
    notices.post(ada, Notice.Kind.MESSAGE, SLOT)
    notices.send_waiting(lambda: PAST_MIDNIGHT)
    assert sink.mails == []
    notices.send_waiting(lambda: SLOT + timedelta(days=1, hours=14, minutes=59))
    assert sink.mails == []
    notices.send_waiting(lambda: SLOT + timedelta(days=1, hours=15))
    assert len(sink.mails) == 1


def test_a_code_that_somebody_asks_for_on_such_a_day_comes_at_once(ada, sink):
    days(ada, 8)
    notices.post(ada, Notice.Kind.CODE, SLOT)
    notices.send_waiting(lambda: SLOT)
    assert len(sink.mails) == 1


def test_nobody_is_invited_on_such_a_day(maya, now):
    kei = make_client(maya, "Kei", "kei@example.org", "Europe/Berlin", consented=False)
    days(kei, 2, by_client=False)
    assert invitations.obstacle(kei, None, None, now) == "No emails on 2 March 2026, your choice."
    assert invitations.obstacle(kei, None, None, now + timedelta(days=1)) == ""
