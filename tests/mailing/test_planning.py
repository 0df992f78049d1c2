"""What is due goes into the outbox once, in order, never in a pile; what is held is not lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from practice.assignments.models import Assignment
from practice.mailing.models import WINDOW, Delivery, Suppression
from practice.mailing.planning import plan
from practice.people.models import Consent
from tests.cast import NOW, make_assignment, make_client, make_module
from tests.mailing.sending import SLOT, send_due

WEEK = timedelta(weeks=1)


def titles(assignment):
    """The steps that left, in order, each with the client's local time."""
    return [row.step.title for row in assignment.deliveries.filter(state="accepted").order_by("accepted_at")]


@pytest.mark.parametrize(
    ("zone", "first_on", "at"),
    [
        ("Europe/Berlin", date(2026, 3, 22), time(2, 30)),  # 29 March: 02:30 does not happen
        ("Europe/Berlin", date(2026, 10, 18), time(2, 30)),  # 25 October: 02:30 happens twice
        ("Pacific/Apia", date(2026, 3, 8), time(18, 0)),
        ("Pacific/Apia", date(2011, 12, 23), time(9, 0)),  # 30 December 2011 did not happen there
        ("America/St_Johns", date(2026, 3, 1), time(0, 15)),
        ("Australia/Lord_Howe", date(2026, 3, 29), time(1, 45)),
    ],
)
def test_every_step_comes_once_and_in_order_across_clock_changes(maya, mail_folder, zone, first_on, at):
    begin = datetime.combine(first_on, time(), UTC) - timedelta(days=2)
    client = make_client(maya, "Cleo", "cleo@example.org", zone)
    assignment = make_assignment(client, make_module(maya, steps=4), first_on=first_on, at=at, now=begin)
    assignment.rest_after(0)
    slots = [assignment.rhythm.moment(first_on + WEEK * turn) for turn in range(4)]
    every_now_and_then = {begin + timedelta(hours=8) * turn for turn in range(5 * 7 * 3)}
    around = {
        slot + timedelta(minutes=m) for slot in slots for m in (-121, -61, -60, -1, 0, 1, 59, 60, 61, 121)
    }
    for moment in sorted(every_now_and_then | around):
        send_due(moment)
    assert titles(assignment) == ["Step 1", "Step 2", "Step 3", "Step 4"]
    moments = [row.accepted_at for row in assignment.deliveries.order_by("accepted_at")]
    assert moments == slots


def test_after_an_outage_of_three_weeks_one_email_leaves(assignment, mail_folder):
    assignment.rest_after(0)
    send_due(SLOT)
    for hours in range(8 * 24):
        send_due(SLOT + 4 * WEEK - timedelta(days=1) + timedelta(hours=hours))
    assert titles(assignment) == ["Step 1", "Step 2", "Step 3"]
    moments = [row.accepted_at - SLOT for row in assignment.deliveries.order_by("accepted_at")]
    # Berlin is an hour nearer to summer by then.
    assert moments == [timedelta(), 4 * WEEK - timedelta(hours=1), 5 * WEEK - timedelta(hours=1)]


def test_a_step_may_leave_some_hours_late_but_not_a_day(assignment, mail_folder):
    send_due(SLOT + WINDOW - timedelta(minutes=1))
    assert titles(assignment) == ["Step 1"]
    send_due(SLOT + WEEK + WINDOW)
    assert titles(assignment) == ["Step 1"]
    assignment.refresh_from_db()
    assert assignment.next_due_at == SLOT + 2 * WEEK


def test_an_email_that_could_not_leave_in_time_comes_back_in_the_next_slot(assignment, mail_folder):
    plan(SLOT)  # and nobody sends
    send_due(SLOT + WINDOW)
    row = Delivery.objects.get()
    assert (row.state, row.reason[:14]) == ("cancelled", "It could not l")
    send_due(SLOT + WEEK)
    row.refresh_from_db()
    assert (row.state, row.step.title, row.accepted_at) == ("accepted", "Step 1", SLOT + WEEK)
    send_due(SLOT + 2 * WEEK)
    assert titles(assignment) == ["Step 1", "Step 2"]


def test_the_last_step_comes_back_as_well(ada, maya, mail_folder):
    assignment = make_assignment(ada, make_module(maya, steps=1))
    plan(SLOT)
    assignment.refresh_from_db()
    assert assignment.state == "finished"
    send_due(SLOT + WINDOW)
    send_due(SLOT + WEEK)
    assert titles(assignment) == ["Step 1"]
    assignment.refresh_from_db()
    assert assignment.state == "finished"


def test_planning_twice_plans_once(assignment):
    assert [plan(SLOT), plan(SLOT), plan(SLOT + timedelta(minutes=1))] == [1, 0, 0]


def test_a_client_who_has_not_agreed_is_held_and_loses_nothing(assignment, ada, mail_folder):
    Consent.objects.update(withdrawn_at=NOW)
    send_due(SLOT)
    assert not Delivery.objects.exists()
    assignment.refresh_from_db()
    assert assignment.next_due_at == SLOT + WEEK
    assert "took back the agreement" in assignment.outlook().hold.why
    Consent.objects.update(withdrawn_at=None)
    send_due(SLOT + WEEK)
    assert titles(assignment) == ["Step 1"]


@pytest.mark.parametrize(
    ("why", "told"), [("asked", "asked for no more"), ("bounced", "come back"), ("complained", "unwanted")]
)
def test_an_address_that_must_not_be_written_to_is_held_and_the_desk_says_why(
    assignment, ada, mail_folder, why, told
):
    ada.email = "Ada@Example.org"
    ada.save()
    Suppression.objects.create(address="ada@example.org", why=why)
    send_due(SLOT)
    assert not Delivery.objects.exists()
    assert told in assignment.outlook().hold.why


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Consent.objects.update(withdrawn_at=NOW),
        lambda row: row.pause(SLOT),
        lambda row: row.stop(SLOT),
        lambda row: Suppression.objects.create(address="ada@example.org", why="asked"),
    ],
)
def test_what_is_taken_back_between_planning_and_sending_is_not_sent(
    planned, assignment, mail_folder, change
):
    assignment.refresh_from_db()
    change(assignment)
    send_due(SLOT + timedelta(minutes=1))
    planned.refresh_from_db()
    assert planned.state in ("cancelled", "suppressed")
    assert "called back" in planned.reason
    assert assignment.next_step().title == "Step 1"


def test_a_pause_ends_on_its_day_with_the_same_step(assignment, mail_folder):
    assignment.pause(NOW, until=date(2026, 3, 20))
    for days in range(16):
        send_due(SLOT + timedelta(days=days))
    assert titles(assignment) == ["Step 1"]
    assert Delivery.objects.get().accepted_at == SLOT + 2 * WEEK


def test_a_module_that_lost_its_steps_ends_its_assignment(assignment, module):
    module.steps.all().delete()
    assert plan(SLOT) == 0
    assignment.refresh_from_db()
    assert assignment.state == "finished"


def test_a_step_moved_to_the_end_is_not_sent_again(assignment, module, mail_folder):
    assignment.rest_after(0)
    send_due(SLOT)
    module.steps.filter(title="Step 1").update(position=9)
    for weeks in (1, 2, 3, 4):
        send_due(SLOT + WEEK * weeks)
    assert titles(assignment) == ["Step 1", "Step 2", "Step 3"]


def test_a_step_inserted_in_a_living_module_is_not_lost(assignment, module, mail_folder):
    send_due(SLOT)
    module.steps.create(position=0, title="Before all", body="<p>New.</p>")
    send_due(SLOT + WEEK)
    assert titles(assignment) == ["Step 1", "Before all"]


def test_more_than_a_batch_is_planned_in_one_tick(maya, module, monkeypatch):
    monkeypatch.setattr("practice.mailing.planning.BATCH", 3)
    for number in range(8):
        make_assignment(make_client(maya, f"C{number}", f"c{number}@example.org", "Europe/Berlin"), module)
    assert plan(SLOT) == 8
    assert Assignment.objects.due(SLOT + timedelta(days=6)).count() == 0


def test_in_one_batch_each_goes_its_own_way(maya, module, mail_folder):
    def one_more(name, module=module, **more):
        client = make_client(maya, name, f"{name}@example.org", "Europe/Berlin", **more)
        return make_assignment(client, module)

    ready, held, late, ending = (
        one_more("ready"),
        one_more("held", consented=False),
        one_more("late"),
        one_more("ending", make_module(maya, steps=1)),
    )
    empty, back = one_more("empty", make_module(maya, steps=1)), one_more("back")
    empty.module.steps.all().delete()
    Assignment.objects.filter(pk=late.pk).update(next_due_at=SLOT - WINDOW)
    Assignment.objects.filter(pk=back.pk).update(next_due_at=SLOT - WEEK)
    plan(SLOT - WEEK)  # back alone is due, and nobody sends
    Delivery.objects.update(state="cancelled", reason="It could not leave.")
    back.unpass(module.steps.first(), SLOT - WEEK)
    Assignment.objects.filter(pk=back.pk).update(next_on=SLOT.date(), next_due_at=SLOT)
    assert plan(SLOT) == 3
    due = Delivery.objects.filter(state="due", due_at=SLOT, reason="", expires_at=SLOT + WINDOW)
    assert {row.assignment for row in due} == {ready, ending, back}
    states = {}
    for row in (ready, held, late, ending, empty, back):
        row.refresh_from_db()
        states[row.client.name] = (row.state, row.next_on, row.next_due_at, row.passed.count())
    on = ("active", date(2026, 3, 15), SLOT + WEEK)
    assert states == {
        "ready": (*on, 1),
        "held": (*on, 0),
        "late": (*on, 0),
        "back": (*on, 1),
        "ending": ("finished", None, None, 1),
        "empty": ("finished", None, None, 0),
    }


@pytest.mark.django_db(transaction=True)
def test_many_planners_at_once_plan_each_email_once(maya, module, monkeypatch):
    monkeypatch.setattr("practice.mailing.planning.BATCH", 7)
    for number in range(60):
        make_assignment(make_client(maya, f"C{number}", f"c{number}@example.org", "Europe/Berlin"), module)

    def tick(number):
        try:
            return plan(SLOT + timedelta(seconds=number % 3))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as planners:
        planned = list(planners.map(tick, range(24)))
    assert sum(planned) == 60
    assert Delivery.objects.filter(state="due", step__title="Step 1").count() == 60
    assert Assignment.objects.filter(next_due_at=SLOT + WEEK, passed__step__title="Step 1").count() == 60
