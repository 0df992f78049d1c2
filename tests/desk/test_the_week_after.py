"""On the day on which a series goes out, home shows its email of the week after as well, unless something holds it."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.people.models import Away
from resources.models import Module
from tests.cast import make_assignment, make_client, make_module
from tests.mailing.sending import SLOT

#: Ada's first Sunday, eight hours before her email.
MORNING = SLOT - timedelta(hours=8)


def shown(maya, now=MORNING):
    """What leaves on the days that home shows: the day, who and what."""
    seen = home(maya, now)
    return [(day.day.day, row.client, row.step) for day in (seen.today, *seen.days) for row in day.departures]


TODAY, NEXT = (8, "Ada", "Step 1"), (15, "Ada", "Step 2")


def test_the_week_after_is_shown_with_the_step_after(maya, assignment):
    assert shown(maya) == [TODAY, NEXT]


def test_on_the_day_before_there_is_only_one_of_them(maya, assignment):
    assert shown(maya, MORNING - timedelta(days=1)) == [TODAY]


def test_what_should_have_left_yesterday_is_followed_by_its_next_slot(maya, assignment):
    assert shown(maya, SLOT + timedelta(hours=7)) == [(9, "Ada", "Step 1"), NEXT]


def test_the_last_step_is_followed_by_nothing(maya, ada):
    make_assignment(ada, make_module(maya, steps=1))
    assert shown(maya) == [TODAY]


def test_every_other_week_is_further_than_home_looks(maya, ada, module):
    make_assignment(ada, module, every_weeks=2)
    assert shown(maya) == [TODAY]


def test_sent_sooner_it_is_followed_by_the_slot_after_the_one_it_took(maya, assignment):
    now = MORNING - timedelta(days=3)
    assignment.send_now(now)
    assert shown(maya, now) == [(5, "Ada", "Step 1")]


def free_days(ada):
    Blackout.objects.create(client=ada, first_on=date(2026, 3, 15), last_on=date(2026, 3, 15), by_client=True)


def absence(ada):
    Module.objects.update(holds_while_away=True)
    Away.objects.create(practitioner=ada.practitioner, starts_on=date(2026, 3, 9), back_on=date(2026, 3, 16))


def silence(ada):
    Assignment.objects.update(quiet_steps=1)


def waiting(ada):
    Assignment.objects.update(wait_weeks=2)


@pytest.mark.parametrize("hold", [free_days, absence, silence, waiting])
def test_what_will_hold_it_leaves_it_out(maya, ada, assignment, hold):
    hold(ada)
    assert shown(maya) == [TODAY]


def test_what_waits_no_longer_than_until_then_is_shown(maya, assignment):
    Assignment.objects.update(wait_weeks=1)
    assert shown(maya) == [TODAY, NEXT]


def test_more_of_them_are_counted_and_lead_to_those_of_today(maya, module):
    for number in range(9):
        who = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin")
        make_assignment(who, module, at=time(18, number))
    seen = home(maya, MORNING)
    week_after = seen.days[-1]
    assert [row.step for row in week_after.departures] == ["Step 2"] * 4
    assert (seen.today.more, week_after.more, week_after.more_after) == (3, 0, 5)
    assert week_after.more_after_url == seen.today.more_url


def test_others_that_leave_on_that_day_are_counted_by_themselves(maya, module):
    for number in range(9):
        who = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin")
        on = date(2026, 3, 8 if number < 3 else 15)
        make_assignment(who, module, first_on=on, at=time(18, number))
    week_after = home(maya, MORNING).days[-1]
    assert [row.step for row in week_after.departures] == ["Step 2"] * 3 + ["Step 1"]
    assert (week_after.more, week_after.more_after) == (5, 0)
    assert "leaves=2026-03-15" in week_after.more_url


def test_it_asks_as_often_for_many_as_for_one(maya, ada, module):
    def asked():
        with CaptureQueriesContext(connection) as found:
            home(maya, MORNING)
        return len(found)

    make_assignment(ada, module)
    asked()
    few = asked()
    for number in range(9):
        who = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin")
        make_assignment(who, make_module(maya, f"Module {number}"))
    assert asked() == few
