"""A practitioner says when they are away, and sees it at the desk."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.desk.home import home
from practice.people.models import Away
from resources.models import Module
from tests.cast import NOW, make_assignment

PAGE = "/desk/away/"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def days(starts, back):
    """A time away, counted in days from today on Maya's calendar."""
    today = timezone.localdate(timezone=ZoneInfo("Europe/Berlin"))
    return {"starts_on": today + timedelta(days=starts), "back_on": today + timedelta(days=back)}


def said(desk, **fields):
    return desk.post(PAGE, fields, follow=True)


def test_it_is_set_with_who_can_be_turned_to_and_read_again_on_the_page(desk, maya):
    more = {"backup_name": "Jo Park", "backup_reach": "030 1234, mornings", "words": "I am by the sea."}
    page = said(desk, **days(3, 17), **more).content.decode()
    away = Away.objects.of(maya).get()
    assert {name: getattr(away, name) for name in more} == more
    for word in more.values():
        assert word in page


@pytest.mark.parametrize("times", [(0, 4), (3, 5), (9, 20), (1, 30), (5, 6)])
def test_times_that_overlap_are_refused_in_plain_words(desk, times):
    said(desk, **days(3, 10))
    page = said(desk, **days(*times))
    assert page.status_code == 422
    assert "This overlaps another time: away from" in page.content.decode()
    assert Away.objects.count() == 1


def test_one_time_may_begin_on_the_day_another_ends(desk):
    for times in ((3, 10), (10, 12), (1, 3)):
        said(desk, **days(*times))
    assert Away.objects.count() == 3


def test_times_of_a_colleague_are_nobodys_business(desk, tom):
    Away.objects.create(practitioner=tom, backup_name="His colleague", **days(3, 10))
    page = said(desk, **days(3, 10))
    assert Away.objects.count() == 2
    assert "His colleague" not in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"starts_on": "", "back_on": ""}, "Choose a day."),
        ({"starts_on": "soon", "back_on": "2999-01-01"}, "This is not a day."),
        (days(9, 3), "You would be back before you leave."),
        (days(9, 9), "You would be back before you leave."),
        (days(-9, -3), "This day is not after today."),
        (days(3, 900), "more than two years ahead"),
        (
            days(3, 9) | {"starts_on": "0026-12-12"},
            "That is more than a year ago. Look at the year once more.",
        ),
        (days(3, 9) | {"backup_name": "Jo"}, "Your clients need both, a name and how to reach them."),
        (days(3, 9) | {"backup_reach": "030"}, "Your clients need both, a name and how to reach them."),
        (days(3, 9) | {"words": "one\ntwo"}, "one line"),
    ],
)
def test_a_wrong_day_says_what_to_do_and_saves_nothing(desk, fields, says):
    page = said(desk, **fields)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not Away.objects.exists()


def test_it_is_removed_by_its_button_and_not_by_looking(desk, maya):
    away = Away.objects.create(practitioner=maya, **days(3, 9))
    url = reverse("admin:away_forget", args=(away.pk,))
    assert url in desk.get(PAGE).content.decode()
    desk.get(url)
    assert Away.objects.exists()
    desk.post(url)
    assert not Away.objects.exists()


def test_anothers_time_cannot_be_removed(desk, tom):
    away = Away.objects.create(practitioner=tom, **days(3, 9))
    assert desk.post(reverse("admin:away_forget", args=(away.pk,))).status_code == 404
    assert Away.objects.exists()


def test_home_says_until_when_one_is_away_and_nothing_before_and_after(desk, maya):
    away = Away.objects.create(practitioner=maya, **days(0, 5))
    assert "You are away until" in desk.get("/desk/").content.decode()
    for times in ((1, 5), (-5, 0)):
        Away.objects.filter(pk=away.pk).update(**days(*times))
        assert "You are away until" not in desk.get("/desk/").content.decode()


def test_the_menu_leads_there(desk):
    assert f'href="{PAGE}" aria-current="page"' in desk.get(PAGE).content.decode()


def test_it_is_chosen_on_the_page_of_a_module_whether_it_holds(desk, module):
    url = reverse("admin:resources_module_change", args=(module.pk,))
    page = desk.get(url)
    assert "hold it while I am away" in page.content.decode().replace("Hold", "hold")
    fields = {"title": module.title, "description": "", "holds_while_away": "on"}
    form = page.context["adminform"].form
    desk.post(url, fields | {"seen": form["seen"].value()})
    assert Module.objects.get().holds_while_away
    assert module.title in desk.get(PAGE).content.decode()


def test_what_is_held_because_one_is_away_is_no_trouble_and_does_not_go_out(maya, assignment, module):
    Module.objects.update(holds_while_away=True)
    Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 5), back_on=date(2026, 3, 12))
    seen = home(maya, NOW)
    assert seen.concerns == []
    assert not any(day.departures for day in seen.days)


def test_what_goes_on_while_one_is_away_goes_out(maya, ada, module):
    make_assignment(ada, module)
    Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 5), back_on=date(2026, 3, 12))
    assert any(day.departures for day in home(maya, NOW).days)
