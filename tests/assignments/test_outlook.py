"""What the practitioner reads about what comes next, and why nothing does."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from practice.assignments.clock_changes import ClockChange, clock_changes
from practice.assignments.models import Assignment
from practice.assignments.outlook import calendar, place, spoken
from practice.assignments.schedule import Rhythm
from practice.people.models import Consent
from tests.assignments.test_schedule import ZONES
from tests.cast import make_assignment, make_client, make_module


def test_the_next_step_is_named_with_its_hour_on_both_clocks(maya, module):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    outlook = make_assignment(kei, module).outlook()
    assert outlook.step == "Step 1"
    assert outlook.client_time == "Sunday 8 March 2026 at 18:00, Tokyo time"
    assert outlook.practitioner_time == "Sunday 8 March 2026 at 10:00, Berlin time"
    assert outlook.hold is None


def test_a_client_who_has_not_agreed_is_held_and_it_says_what_to_do(maya, module):
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/Berlin", consented=False)
    hold = make_assignment(noor, module).outlook().hold
    assert hold.why == "Noor has not agreed to emails yet."
    assert "record it on their page" in hold.release


def test_a_withdrawn_agreement_holds_too(assignment, ada, now):
    Consent.objects.filter(client=ada).update(withdrawn_at=now)
    assert assignment.outlook().hold.why == "Ada took back the agreement to emails."


def test_a_pause_says_until_when_and_whose_choice_it_was(assignment, now):
    assignment.pause(now, by="the client", until=date(2026, 3, 12))
    outlook = assignment.outlook()
    assert outlook.hold.why == "Resting until Thursday 12 March 2026, the client’s choice."
    assert outlook.due_at is None
    assignment.pause(now)
    assert assignment.outlook().hold.why == "Paused, your choice."


def test_a_stop_and_an_end_say_so(assignment, ada, module, now):
    assignment.stop(now, by="the client")
    assert assignment.outlook().hold.why == "Stopped, the client’s choice."
    again = make_assignment(ada, module)
    for step in module.steps.all():
        again.pass_step(step, now)
    again.move_on(now, more=False)
    assert again.outlook().hold.why == "Finished: every step went out or was skipped."


def test_a_whole_list_is_looked_ahead_in_a_handful_of_queries(maya, tom, django_assert_max_num_queries, now):
    module = make_module(maya)
    for number in range(20):
        client = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin", number % 2)
        make_assignment(client, module)
    with django_assert_max_num_queries(6):
        looked = Assignment.objects.of(maya).outlooks()
        held = [row for row, outlook in looked if outlook.hold]
    assert len(looked) == 20
    assert len(held) == 10
    assert {outlook.step for _, outlook in looked} == {"Step 1"}
    assert [outlook for _, outlook in looked] == [row.outlook() for row in Assignment.objects.of(maya)]


def test_the_calendar_begins_where_the_assignment_stands():
    rhythm = Rhythm(date(2026, 3, 8), time(18, 0), 2, "Europe/Berlin")
    planned = calendar(rhythm, ["Three", "Four"], first=date(2026, 3, 22))
    assert [(step.step, step.day) for step in planned] == [
        ("Three", date(2026, 3, 22)),
        ("Four", date(2026, 4, 5)),
    ]


def test_clock_changes_are_found_by_day_and_direction():
    year = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    hour = timedelta(hours=1)
    assert clock_changes("Europe/Berlin", *year) == [
        ClockChange(date(2026, 3, 29), hour),
        ClockChange(date(2026, 10, 25), -hour),
    ]
    assert clock_changes("Australia/Lord_Howe", *year)[0] == ClockChange(date(2026, 4, 5), -hour / 2)
    assert clock_changes("Asia/Tokyo", *year) == []


@given(st.sampled_from(ZONES), st.integers(2000, 2036))
def test_the_changes_of_a_year_add_up_to_what_the_clock_shows(zone, year):
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    shown = [moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (start, end)]
    assert sum((change.by for change in clock_changes(zone, start, end)), timedelta()) == shown[1] - shown[0]


def test_places_and_moments_are_said_in_words():
    assert place("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert spoken(datetime(2026, 3, 1, 23, 5, tzinfo=UTC), "UTC") == "Sunday 1 March 2026 at 23:05, UTC time"
