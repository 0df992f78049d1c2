"""The desk's calendars pass over times away, if the module holds meanwhile: they say what the planner will do."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.assignments.moves import MOVES
from practice.assignments.outlook import spoken_day
from practice.people.models import Away
from resources.models import Module
from tests.assignments.conftest import page_of
from tests.assignments.test_assigning import text
from tests.cast import NOW, make_assignment, make_client, make_module

WEEK = timedelta(weeks=1)


@pytest.fixture
def holding(module):
    Module.objects.update(holds_while_away=True)
    module.refresh_from_db()


@pytest.fixture
def away(maya):
    """From 5 March, and back on Monday 30 March 2026: for four of Ada's Sundays."""
    return Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 5), back_on=date(2026, 3, 30))


@pytest.fixture
def away_from_the_first(maya, running):
    """For the first two slots of one that is still to come: back on the day after the second."""
    return Away.objects.create(
        practitioner=maya,
        starts_on=running.next_on - timedelta(days=3),
        back_on=running.next_on + timedelta(days=8),
    )


def days_of(row):
    return [(step.day.month, step.day.day) for step in row.plan()]


def test_the_plan_passes_over_them(holding, away, assignment):
    assert days_of(assignment) == [(4, 5), (4, 12), (4, 19)]


def test_a_time_away_in_between_is_passed_over_as_well(holding, away, assignment):
    Away.objects.update(starts_on=date(2026, 3, 9), back_on=date(2026, 3, 23))
    assert days_of(assignment) == [(3, 8), (3, 29), (4, 5)]


def test_so_are_days_without_emails_right_after(holding, away, assignment, ada):
    Blackout.objects.create(client=ada, first_on=date(2026, 4, 5), last_on=date(2026, 4, 5), by_client=True)
    assert days_of(assignment) == [(4, 12), (4, 19), (4, 26)]


def test_a_module_that_goes_on_and_a_colleague_who_is_away_change_nothing(away, assignment, tom):
    assert days_of(assignment) == [(3, 8), (3, 15), (3, 22)]
    Module.objects.update(holds_while_away=True)
    Away.objects.update(practitioner=tom)
    assert days_of(Assignment.objects.get()) == [(3, 8), (3, 15), (3, 22)]


def test_the_day_is_that_of_the_practitioner(holding, away, maya, module):
    """Monday 30 March, 11:30 in Auckland is still Sunday in Berlin; an hour later it is Monday there too."""
    kiri = make_client(maya, "Kiri", "kiri@example.org", "Pacific/Auckland")
    kai = make_client(maya, "Kai", "kai@example.org", "Pacific/Auckland")
    early = make_assignment(kiri, module, first_on=date(2026, 3, 9), at=time(10, 30))
    later = make_assignment(kai, module, first_on=date(2026, 3, 9), at=time(11, 30))
    assert days_of(early)[0] == (4, 6)
    assert days_of(later)[0] == (3, 30)


def test_what_would_move_passes_over_them(holding, away, assignment):
    move = MOVES["move"](assignment, NOW, assignment.next_step())
    planned = move.calendar({"day": date(2026, 3, 10)})
    assert [(step.day.month, step.day.day) for step in planned] == [(3, 31), (4, 7), (4, 14)]


def test_what_comes_next_is_told_with_the_moment_to_expect(holding, running, away_from_the_first, mayas_desk):
    page = text(mayas_desk.get(page_of(running)))
    assert f"Held until you are back on {spoken_day(away_from_the_first.back_on)}." in page
    assert f"Its next slot is {spoken_day(running.next_on + 2 * WEEK)} at 18:00" in page
    for slot in (0, 1):
        assert spoken_day(running.next_on + slot * WEEK) not in page


def test_the_page_of_a_client_tells_it_too_and_asks_as_often_for_many(
    holding, running, away_from_the_first, mayas_desk, maya, ada, sunday
):
    url = reverse("admin:people_client_change", args=(ada.pk,))

    def asked():
        with CaptureQueriesContext(connection) as found:
            page = text(mayas_desk.get(url))
        return len(found), page

    asked()
    few, page = asked()
    assert f"Its next slot is {spoken_day(running.next_on + 2 * WEEK)} at 18:00" in page
    for number in range(5):
        make_assignment(ada, make_module(maya, f"Module {number}"), first_on=sunday)
    Module.objects.update(holds_while_away=True)
    many, page = asked()
    assert page.count("Its next slot is") == 6
    assert many == few


@pytest.fixture
def asked_for(ada, module, sunday):
    return {
        "module": module.pk,
        "clients": [ada.pk],
        "first": sunday.isoformat(),
        "weekday": 6,
        "at": "18:00",
        "every_weeks": 1,
    }


def test_the_preview_passes_over_them_and_says_why(holding, mayas_desk, maya, assign_url, asked_for, sunday):
    time = Away.objects.create(
        practitioner=maya, starts_on=sunday + timedelta(days=1), back_on=sunday + timedelta(days=15)
    )
    page = text(mayas_desk.post(assign_url, asked_for))
    gone, back = spoken_day(time.starts_on), spoken_day(time.back_on)
    assert f"You are away from {gone} and back on {back}. This module holds meanwhile" in page
    for step, week in ((1, 0), (2, 3), (3, 4)):
        assert f"{step}. Step {step} {spoken_day(sunday + week * WEEK)} at 18:00" in page


@pytest.mark.parametrize("starts", [-7, 1, 22])
def test_a_time_away_without_a_slot_in_it_is_not_spoken_of(
    holding, mayas_desk, maya, assign_url, asked_for, sunday, starts
):
    Away.objects.create(
        practitioner=maya,
        starts_on=sunday + timedelta(days=starts),
        back_on=sunday + timedelta(days=starts + 5),
    )
    page = text(mayas_desk.post(assign_url, asked_for))
    assert "You are away" not in page
    assert f"3. Step 3 {spoken_day(sunday + 2 * WEEK)} at 18:00" in page


def test_of_a_module_that_goes_on_the_preview_says_nothing(mayas_desk, maya, assign_url, asked_for, sunday):
    Away.objects.create(practitioner=maya, starts_on=sunday, back_on=sunday + timedelta(days=5))
    page = text(mayas_desk.post(assign_url, asked_for))
    assert "You are away" not in page
    assert f"1. Step 1 {spoken_day(sunday)} at 18:00" in page


# --- What a move means


def meaning_of(slug, row, now=NOW):
    return " ".join(MOVES[slug](row, now, row.next_step()).meaning())


AWAY = (
    "You are away from Thursday 5 March 2026 and back on Monday 30 March 2026. This module holds meanwhile, and passes "
    "over that time."
)


def test_carrying_on_names_the_slot_after_a_time_away_and_says_why(holding, away, assignment):
    assignment.pause(NOW)
    assert "goes out to Ada on Sunday 5 April 2026 at 18:00, Berlin time" in meaning_of("resume", assignment)
    assert AWAY in meaning_of("resume", assignment)
    move = MOVES["resume"](assignment, NOW, assignment.next_step())
    assert move.act({})
    assert "“Step 1” is next, on Sunday 5 April 2026" in move.done()


def test_skipping_names_the_slot_after_a_time_away_and_says_why(holding, away, assignment):
    said = meaning_of("skip", assignment)
    assert "“Step 2” takes its place on Sunday 5 April 2026" in said
    assert AWAY in said


def test_sending_now_names_the_slot_in_which_the_step_after_it_follows(holding, away, assignment):
    Away.objects.update(starts_on=date(2026, 3, 9))
    said = meaning_of("send-now", assignment)
    assert "It takes the place of the email planned for Sunday 8 March 2026" in said
    assert "“Step 2” follows on Sunday 5 April 2026" in said
    assert AWAY.replace("Thursday 5", "Monday 9") in said


def test_sending_now_takes_nobodys_place_where_that_is_passed_over(holding, away, assignment):
    said = meaning_of("send-now", assignment)
    assert "takes the place" not in said
    assert "“Step 2” follows on Sunday 5 April 2026" in said


def test_moving_to_another_day_says_what_its_calendar_passes_over(holding, away, assignment):
    move = MOVES["move"](assignment, NOW, assignment.next_step())
    answers = {"day": date(2026, 3, 10)}
    assert move.notes(answers, move.calendar(answers)) == [AWAY]
    assert move.act(answers)
    assert "now goes out on Tuesday 31 March 2026" in move.done()


def test_the_page_of_a_move_with_a_calendar_says_it_too(holding, running, away_from_the_first, mayas_desk):
    fields = {"day": running.next_on.isoformat(), "step": running.next_step().pk}
    url = reverse("admin:assignments_assignment_move", args=(running.pk, "move"))
    assert f"back on {spoken_day(away_from_the_first.back_on)}. This module holds" in text(
        mayas_desk.post(url, fields)
    )


def test_days_without_emails_that_are_passed_over_are_named_as_well(assignment, ada):
    Blackout.objects.create(client=ada, first_on=date(2026, 3, 7), last_on=date(2026, 3, 9), by_client=True)
    said = meaning_of("skip", assignment)
    assert "takes its place on Sunday 15 March 2026" in said
    assert "No emails 7–9 March 2026, the client’s choice." in said


def test_what_nothing_is_passed_over_for_says_nothing_of_it(away, assignment):
    for slug in ("skip", "send-now"):
        assert "You are away" not in meaning_of(slug, assignment)
    assert "takes its place on Sunday 8 March 2026" in meaning_of("skip", assignment)
