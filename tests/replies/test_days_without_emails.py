"""A client names days on which nothing comes to them, on their pace page, and takes them back there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practice.assignments.blackout import Blackout
from tests.cast import make_assignment
from tests.replies.conftest import deliver
from tests.replies.paper import soup, text_of


@pytest.fixture
def running(ada, module):
    """Ada's series, whose next email comes in five days."""
    return make_assignment(ada, module, first_on=timezone.localdate() + timedelta(days=5), now=timezone.now())


@pytest.fixture
def pace(running):
    return f"/n/{deliver(running, running.module.steps.first()).token}/pace/"


def name(phone, pace, first, last=""):
    return phone.post(pace, {"do": "free_days", "first_on": str(first), "last_on": str(last)}, follow=True)


def test_they_are_named_shown_and_counted_in(phone, pace, running):
    page = name(phone, pace, running.next_on - timedelta(days=1), running.next_on)
    said = text_of(page)
    assert "No emails from" in said
    later = running.next_on + timedelta(days=7)
    assert f"The next email comes on {later:%A}, {later.day} {later:%B}." in said
    days = Blackout.objects.get()
    assert (days.client, days.by_client) == (running.client, True)


def test_one_day_is_enough_and_twice_is_once(phone, pace, running):
    for _ in range(2):
        said = text_of(name(phone, pace, running.next_on))
    assert "No emails on" in said
    assert Blackout.objects.count() == 1


def test_they_are_taken_back_with_one_button(phone, pace, running):
    page = soup(name(phone, pace, running.next_on))
    pk = page.find("input", {"name": "days"})["value"]
    phone.post(pace, {"do": "remove_days", "days": pk})
    assert not Blackout.objects.exists()


@pytest.mark.parametrize("pk", ["", "x", "²", "9" * 40, "0"])
def test_what_is_no_id_removes_nothing(phone, pace, running, pk):
    name(phone, pace, running.next_on)
    assert phone.post(pace, {"do": "remove_days", "days": pk}, follow=True).status_code == 200
    assert Blackout.objects.count() == 1


def test_anothers_days_are_not_removed(phone, pace, bo):
    today = timezone.localdate()
    his = Blackout.objects.create(client=bo, first_on=today, last_on=today, by_client=True)
    phone.post(pace, {"do": "remove_days", "days": his.pk})
    assert Blackout.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("", "", "Choose the first day."),
        ("soon", "", "Write it like 2026-03-12"),
        (10, 9, "before the first one"),
        (-9, -8, "still to come"),
        (400, "", "within the next year"),
    ],
)
def test_days_that_cannot_be_meant_are_explained(phone, pace, first, last, reason):
    today = timezone.localdate()
    as_day = lambda of: str(today + timedelta(days=of)) if isinstance(of, int) else of  # noqa: E731
    page = phone.post(pace, {"do": "free_days", "first_on": as_day(first), "last_on": as_day(last)})
    assert page.status_code == 422
    assert reason in text_of(page)
    assert not Blackout.objects.exists()


def test_looking_changes_nothing_and_nobody_names_more_than_twenty(phone, pace):
    phone.get(f"{pace}?do=free_days&first_on=2030-01-01")
    today = timezone.localdate()
    for number in range(1, 25):
        page = name(phone, pace, today + timedelta(days=number))
    assert Blackout.objects.count() == 20
    assert page.status_code == 422
    assert "There are twenty already. Remove some first." in text_of(page)
    assert soup(page).find("input", {"name": "first_on"})["value"] == str(today + timedelta(days=24))


def test_pressing_twice_for_the_last_of_twenty_is_no_mistake(phone, pace):
    today = timezone.localdate()
    for number in (*range(1, 21), 20):
        assert name(phone, pace, today + timedelta(days=number)).status_code == 200


def test_at_the_desk_the_same_is_said(desk, maya, running):
    browser, page = desk(maya), f"/desk/replies/reply/client/{running.client_id}/days/"
    today = timezone.localdate()
    for number in range(1, 22):
        asked = {"do": "free_days", "first_on": str(today + timedelta(days=number)), "last_on": ""}
        shown = browser.post(page, asked, follow=True)
    assert shown.status_code == 422
    assert "There are twenty already." in text_of(shown)
    assert soup(shown).find("input", {"name": "first_on"})["value"] == str(today + timedelta(days=21))
