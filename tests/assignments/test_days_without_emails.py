"""The desk's calendars pass over days without emails, and the desk says what they are."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.assignments.outlook import Span, calendar
from practice.assignments.preview import preview
from practice.assignments.schedule import Rhythm
from practice.assignments.timing import ChangePace
from practice.desk.home import home
from practice.mailing.models import Suppression
from tests.assignments.conftest import move_url, page_of
from tests.assignments.test_assigning import text
from tests.cast import NOW, make_client
from tests.mailing.sending import SLOT

WEEK = timedelta(weeks=1)


@pytest.fixture
def days(running):
    """Ada's days: the slot of her next step, and those around it."""
    around = timedelta(days=1)
    return Blackout.objects.create(
        client=running.client,
        first_on=running.next_on - around,
        last_on=running.next_on + around,
        by_client=True,
    )


def test_a_calendar_passes_over_them(assignment):
    held = Span(date(2026, 3, 15), date(2026, 3, 22))
    planned = calendar(assignment.rhythm, ["1", "2", "3"], date(2026, 3, 8), [held])
    assert [step.day.day for step in planned] == [8, 29, 5]


def test_the_plan_of_an_assignment_does(assignment, ada):
    Blackout.objects.create(client=ada, first_on=date(2026, 3, 8), last_on=date(2026, 3, 8), by_client=True)
    Blackout.objects.create(client=ada, first_on=date(2026, 3, 22), last_on=date(2026, 3, 25), by_client=True)
    plan = assignment.plan()
    assert [step.day.day for step in plan] == [15, 29, 5]
    assert plan[0].at == SLOT + WEEK


def test_a_step_that_leaves_sooner_takes_its_slot_all_the_same(assignment, ada, now):
    Blackout.objects.create(client=ada, first_on=date(2026, 3, 8), last_on=date(2026, 3, 15), by_client=True)
    assignment.send_now(now)
    assert [(step.step, step.day.day) for step in assignment.plan()] == [
        ("Step 1", 8),
        ("Step 2", 22),
        ("Step 3", 29),
    ]


def test_a_new_pace_begins_with_the_email_that_comes_after_them(running, days):
    planned = running.plan()[0].day
    assert planned == running.next_on + WEEK
    shown = ChangePace(running, NOW, running.next_step()).calendar({"every_weeks": 2})
    assert [step.day for step in shown][:2] == [planned, planned + 2 * WEEK]
    running.change_pace(2)
    assert [step.day for step in running.plan()] == [step.day for step in shown]


def test_the_preview_of_a_new_one_does_and_parts_whom_it_must(ada, maya):
    bea = make_client(maya, "Bea", "bea@example.org", "Europe/Berlin")
    rhythm = {"first_on": date(2026, 3, 8), "at": timezone.datetime(2026, 1, 1, 18).time(), "every_weeks": 1}
    without = {ada.pk: (Span(date(2026, 3, 8), date(2026, 3, 8)),)}
    early, late = preview(["1", "2"], [ada, bea], rhythm, "Europe/Berlin", NOW, without=without)
    assert (early.clients, late.clients) == ([bea], [ada])
    assert [step.day.day for step in late.planned] == [15, 22]
    assert early.places == late.places == "Berlin"


def test_an_address_that_emails_come_back_from_is_said_before_them(running, days, maya):
    """The days pass by themselves; the address somebody has to see to."""
    assert home(maya, NOW).concerns == []
    Suppression.add(running.client.email, Suppression.Why.BOUNCED, NOW)
    assert "there is no such mailbox" in Assignment.objects.get().outlook().hold.why
    (concern,) = home(maya, NOW).concerns
    assert concern.action == "Look at Ada’s address"


def test_its_page_says_so(running, days, mayas_desk):
    page = text(mayas_desk.get(page_of(running)))
    assert f"No emails {days.span.in_words()}, the client’s choice." in page
    page = text(mayas_desk.get(move_url(running, "send-now")))
    assert "Send this to Ada" in page


def test_home_says_nothing_of_it_and_asks_no_more(running, maya):
    def asked():
        with CaptureQueriesContext(connection) as found:
            shown = home(maya, timezone.now())
        return len(found), shown

    before, _ = asked()
    Blackout.objects.create(
        client=running.client, first_on=running.next_on, last_on=running.next_on, by_client=True
    )
    after, shown = asked()
    assert after <= before
    assert shown.concerns == []


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 12, 20), date(2026, 12, 27), "20–27 December 2026"),
        (date(2026, 12, 20), date(2026, 12, 20), "on 20 December 2026"),
        (date(2026, 11, 28), date(2026, 12, 2), "28 November – 2 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 2), "28 December 2026 – 2 January 2027"),
    ],
)
def test_days_are_said_as_people_say_them(first, last, said):
    assert Span(first, last).in_words() == said


def test_the_practitioner_names_and_removes_them(running, mayas_desk, toms_desk):
    client = running.client
    url = reverse("admin:replies_days", args=(client.pk,))
    assert toms_desk.get(url).status_code == 404
    day = running.next_on.isoformat()
    page = text(mayas_desk.post(url, {"do": "free_days", "first_on": day, "last_on": ""}, follow=True))
    assert "Kept free" in page
    assert "your choice" in page
    assert running.outlook().hold.why.endswith("your choice.")
    assert "your choice" in text(mayas_desk.get(reverse("admin:people_client_change", args=(client.pk,))))
    mayas_desk.post(url, {"do": "remove_days", "days": client.blackouts.get().pk})
    assert not Blackout.objects.exists()
    assert mayas_desk.post(url, {"do": "free_days", "first_on": "soon"}).status_code == 422


def test_a_rhythm_without_them_is_as_before():
    rhythm = Rhythm(date(2026, 3, 8), timezone.datetime(2026, 1, 1, 18).time(), 2, "Europe/Berlin")
    assert [step.day.day for step in calendar(rhythm, ["1", "2"])] == [8, 22]
