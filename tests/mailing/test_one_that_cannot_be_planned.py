"""One assignment that cannot be planned holds up nobody else, stays as it is, and the desk says so."""

from datetime import date, timedelta

import pytest

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing import planning
from practice.mailing.models import Delivery
from practice.people.models import Client
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, send_due

pytestmark = pytest.mark.usefixtures("mail_folder")

WEEK = timedelta(weeks=1)
#: A slot with none after it.
LAST_DAY = date(9999, 12, 26)


@pytest.fixture
def everybody(maya, module):
    """Twelve assignments, all due at the slot."""
    for number in range(12):
        make_assignment(make_client(maya, f"C{number}", f"c{number}@example.org", "Europe/Berlin"), module)
    return Assignment.objects.order_by("pk")


def lose_the_clock(*rows):
    """As if the zone had gone from the time zones of this machine."""
    Client.objects.filter(assignments__in=rows).update(time_zone="Europe/Kreuzberg")


def lose_the_calendar(*rows):
    """As if something nobody thought of were wrong with it."""
    Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(first_on=LAST_DAY, next_on=LAST_DAY)


TROUBLES = pytest.mark.parametrize("trouble", [lose_the_clock, lose_the_calendar])


@TROUBLES
@pytest.mark.parametrize("places", [[0], [5], [11], [0, 1], [3, 7, 8]])
def test_the_others_leave(everybody, trouble, places):
    bad = [everybody[place] for place in places]
    trouble(*bad)
    before = list(everybody.filter(pk__in=[row.pk for row in bad]).values())
    send_due()
    sent = set(Delivery.objects.filter(state="accepted").values_list("assignment", flat=True))
    assert sent == {row.pk for row in everybody} - {row.pk for row in bad}
    assert list(everybody.filter(pk__in=[row.pk for row in bad]).values()) == before


@TROUBLES
def test_more_of_them_than_a_batch_end_the_planning_and_not_the_others(everybody, trouble, monkeypatch):
    monkeypatch.setattr("practice.mailing.planning.BATCH", 3)
    trouble(*everybody[:7])
    Assignment.objects.filter(pk__in=[row.pk for row in everybody[:7]]).update(
        next_due_at=SLOT - timedelta(minutes=1)
    )
    assert planning.plan(SLOT) == 5
    assert len(planning.claim_due(SLOT)) == 0
    assert Assignment.objects.due(SLOT).count() == 7


def test_a_sender_that_plans_for_itself_goes_on_as_well(everybody):
    lose_the_calendar(everybody[4])
    assert len(planning.claim_due(SLOT)) == 11


def test_the_log_says_which_and_nothing_of_whom(everybody, caplog):
    lose_the_calendar(everybody[4])
    planning.plan(SLOT)
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert line == f"planning: assignment {everybody[4].pk}: OverflowError"


def test_the_home_page_says_why_nothing_leaves_without_a_clock(everybody, maya, client):
    lose_the_clock(everybody[0])
    send_due()
    (concern,) = [one for one in home(maya, SLOT + timedelta(minutes=1)).concerns if not one.quiet]
    assert concern.client == "C0"
    assert "knows no time zone “Europe/Kreuzberg”" in concern.why
    assert concern.action == "Look at C0’s time zone"
    client.force_login(maya)
    for page in (concern.url, f"/desk/assignments/assignment/{everybody[0].pk}/change/", "/desk/"):
        assert client.get(page).status_code == 200


def test_with_another_zone_it_goes_on_in_the_next_minute(everybody):
    lose_the_clock(everybody[0])
    send_due()
    who = everybody[0].client
    who.time_zone = "Europe/Berlin"
    who.save()
    send_due(SLOT + timedelta(minutes=1))
    assert Delivery.objects.filter(state="accepted").count() == 12


def test_the_home_page_says_what_waits_for_no_known_reason(everybody, maya):
    lose_the_calendar(everybody[0])
    send_due()

    def pressing(minutes):
        return [one for one in home(maya, SLOT + timedelta(minutes=minutes)).concerns if not one.quiet]

    assert pressing(59) == []
    (concern,) = pressing(61)
    assert concern.client == "C0"
    assert "was due on Sunday 8 March 2026 at 18:00, Berlin time" in concern.why
    assert f"assignment {everybody[0].pk}" in concern.why


def test_a_pause_that_cannot_end_keeps_nobody_from_carrying_on(everybody, maya):
    for row in everybody:
        row.pause(SLOT - WEEK, until=SLOT.date())
    lose_the_clock(everybody[3])
    send_due()
    assert Delivery.objects.filter(state="accepted").count() == 11
    (concern,) = [one for one in home(maya, SLOT).concerns if not one.quiet]
    assert "knows no time zone" in concern.why


def test_an_email_that_cannot_be_called_back_keeps_nobody_s_from_it(everybody, module):
    module.steps.exclude(title="Step 1").delete()
    planning.plan(SLOT)
    lose_the_clock(everybody[3])
    send_due(SLOT + timedelta(hours=6))
    assert Delivery.objects.filter(state="cancelled").count() == 11
    assert Delivery.objects.get(state="due").assignment == everybody[3]
