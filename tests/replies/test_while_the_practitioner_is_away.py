"""The pages behind the link say that the practitioner is away, until when, and whom to turn to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practice.people.models import Away
from resources.models import Module
from tests.replies.paper import text_of, typed


@pytest.fixture
def away(maya):
    today = timezone.localdate()
    return Away.objects.create(
        practitioner=maya,
        starts_on=today - timedelta(days=2),
        back_on=today + timedelta(days=20),
        backup_name="Jo Park",
        backup_reach="030 1234",
        words="I am by the sea.",
    )


def day_of(away):
    return f"{away.back_on.day} {away.back_on:%B %Y}"


@pytest.mark.parametrize("page", ["", "pace/", "stop/"])
def test_every_page_says_it(phone, link, away, page):
    said = text_of(phone.get(link + page))
    assert f"Maya is away and back on {day_of(away)}." in said
    assert "Until then you can reach Jo Park: 030 1234" in said.replace("  ", " ")
    assert "I am by the sea." in said


def test_what_was_sent_is_read_after_that_day(phone, link, away):
    page = phone.get(link)
    assert f"Maya reads what you send after {day_of(away)}." in text_of(page)
    sent = text_of(phone.post(link, typed(page, "Calm.") | {"send": "1"}))
    assert f"Maya reads it after {day_of(away)}." in sent
    assert "within two working days" not in sent


@pytest.mark.parametrize("times", [(1, 9), (-9, 0)])
def test_before_and_after_nothing_is_said(phone, link, away, times):
    today = timezone.localdate()
    Away.objects.update(starts_on=today + timedelta(days=times[0]), back_on=today + timedelta(days=times[1]))
    said = text_of(phone.get(link))
    assert "away" not in said
    assert "Maya reads what you send within two working days." in said


def test_a_colleagues_time_away_is_not_told(phone, link, away, tom):
    Away.objects.update(practitioner=tom)
    assert "Jo Park" not in text_of(phone.get(link))


def test_a_link_that_does_not_open_tells_nothing_of_it(phone, away):
    assert "Jo Park" not in phone.get("/n/nothing/").content.decode()


def test_the_pace_page_names_the_day_on_which_a_held_series_comes(phone, link, away, assignment):
    now = timezone.now()
    assignment.send_now(now)
    assignment.refresh_from_db()
    Module.objects.update(holds_while_away=True)
    moment = assignment.rhythm.moment(assignment.rhythm.day_from(away.ends_at()))
    local = moment.astimezone(away.ends_at().tzinfo)
    assert f"The next email comes on {local:%A}, {local.day} {local:%B}." in text_of(
        phone.get(f"{link}pace/")
    )
