"""Assign a module: a form, the whole calendar, and only then something is saved."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from practice.assignments.first_note import FirstNote
from practice.assignments.models import Assignment
from practice.assignments.outlook import on_the_clock, spoken_day
from practice.assignments.preview import preview
from practice.people.models import Client
from tests.assignments.conftest import page_of, signed_in
from tests.cast import make_assignment, make_client, make_module

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def kei(maya):
    return make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")


@pytest.fixture
def filled(module, ada, kei, sunday):
    return {
        "module": module.pk,
        "clients": [ada.pk, kei.pk],
        "first": sunday.isoformat(),
        "weekday": 6,
        "at": "18:00",
        "every_weeks": 1,
    }


def text(response):
    """What a page says, without its markup."""
    main = response.content.decode().split("<main", 1)[-1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def confirm(desk, url, data):
    """Look at the calendar, then press the button that assigns."""
    seen = desk.post(url, data | {"preview": ""}).context["seen"]
    return desk.post(url, data | {"confirm": "1", "seen": seen}, follow=True)


# --- The way through ----------------------------------------------------------------------------


def test_the_form_offers_own_modules_and_clients_and_a_rhythm(
    mayas_desk, assign_url, module, ada, bo, toms_module
):
    said = text(mayas_desk.get(assign_url))
    assert "Coming home to yourself" in said
    assert "Ada" in said
    assert "Learning to rest" not in said
    assert "Bo" not in said.split()


def test_without_a_module_the_form_says_where_one_comes_from(mayas_desk, assign_url, maya, toms_module):
    page = mayas_desk.get(assign_url)
    assert "You have no modules yet. Make one from an article" in text(page)
    assert reverse("admin:resources_article_changelist") in page.content.decode()
    make_module(maya)
    assert "You have no modules yet" not in text(mayas_desk.get(assign_url))


def test_the_calendar_shows_every_email_in_both_times_before_anything_is_saved(
    mayas_desk, assign_url, filled, sunday
):
    response = mayas_desk.post(assign_url, filled | {"preview": ""})
    said = text(response)
    for week in range(3):
        day = spoken_day(sunday + timedelta(weeks=week))
        assert f"{week + 1}. Step {week + 1} {day} at 18:00" in said
    assert "Tokyo time" in said
    assert "Berlin time" in said
    assert "Assign to 2 clients" in said
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(("zone", "place"), [("Europe/Berlin", "Berlin"), ("UTC", "UTC")])
def test_the_calendar_names_the_place_of_my_own_clock(mayas_desk, assign_url, filled, maya, zone, place):
    maya.time_zone = zone
    maya.save()
    response = mayas_desk.post(assign_url, filled | {"preview": ""})
    assert f"For you ({place})" in text(response)
    assert f"for you, {place} time)" in text(response)


def test_confirming_assigns_to_all_and_sends_nothing(mayas_desk, assign_url, filled, ada, kei, sunday):
    said = text(confirm(mayas_desk, assign_url, filled))
    assert "“Coming home to yourself” is assigned to 2 clients. Nothing has been sent yet." in said
    assert {row.client for row in Assignment.objects.all()} == {ada, kei}
    assert {(row.next_on, row.at, row.state) for row in Assignment.objects.all()} == {
        (sunday, time(18), "active")
    }


def test_one_client_ends_on_the_page_of_the_assignment(mayas_desk, assign_url, filled, ada):
    said = text(confirm(mayas_desk, assign_url, filled | {"clients": [ada.pk]}))
    assert "Ada is assigned “Coming home to yourself”. Nothing has been sent yet." in said
    assert "Next up" in said


def test_a_name_that_ends_in_a_full_stop_brings_no_second_one(mayas_desk, assign_url, filled, ada):
    type(ada).objects.filter(pk=ada.pk).update(name="Lea M.")
    page = confirm(mayas_desk, assign_url, filled | {"clients": [ada.pk]})
    assert "Lea M. is assigned “Coming home to yourself”. Nothing has been sent yet." in text(page)
    undo = reverse("admin:assignments_assignment_undo", args=(Assignment.objects.get().pk,))
    said = text(mayas_desk.post(undo, follow=True))
    assert "is no longer assigned to Lea M., and nothing was sent." in said


def test_change_something_brings_everything_back(mayas_desk, assign_url, filled, sunday):
    response = mayas_desk.post(assign_url, filled | {"change": "1"})
    html = response.content.decode()
    assert f'value="{sunday.isoformat()}"' in html
    assert html.count("checked") == 2
    assert not Assignment.objects.exists()


def test_pressing_confirm_twice_assigns_once(mayas_desk, assign_url, filled):
    confirm(mayas_desk, assign_url, filled)
    again = mayas_desk.post(assign_url, filled | {"confirm": "1", "seen": "whatever"}, follow=True)
    assert "Nothing was done twice" in text(again)
    assert Assignment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_windows_confirm_at_the_same_moment_and_it_is_assigned_once(maya, assign_url, filled):
    desks = [signed_in(maya), signed_in(maya)]
    seen = desks[0].post(assign_url, filled | {"preview": ""}).context["seen"]

    def press(desk):
        try:
            return desk.post(assign_url, filled | {"confirm": "1", "seen": seen}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        assert list(people.map(press, desks)) == [302, 302]
    assert Assignment.objects.count() == 2


def test_a_calendar_that_has_changed_since_is_shown_again(mayas_desk, assign_url, filled, module):
    seen = mayas_desk.post(assign_url, filled | {"preview": ""}).context["seen"]
    module.steps.last().delete()
    response = mayas_desk.post(assign_url, filled | {"confirm": "1", "seen": seen})
    assert "Something has changed since you looked" in text(response)
    assert not Assignment.objects.exists()


def test_another_weekday_than_the_first_days_is_explained(mayas_desk, assign_url, filled, sunday):
    said = text(mayas_desk.post(assign_url, filled | {"weekday": 2}))
    wednesday = sunday + timedelta(days=3)
    assert f"The first chosen weekday from then on is {spoken_day(wednesday)}." in said


def test_a_client_without_consent_can_be_assigned_and_it_says_that_nothing_leaves(
    mayas_desk, assign_url, filled, maya
):
    noor = make_client(maya, "Noor", "noor@example.org", "Europe/Berlin", consented=False)
    assert "has not agreed to emails yet: nothing leaves before" in text(mayas_desk.get(assign_url))
    filled |= {"clients": [noor.pk]}
    assert "Noor has not agreed to emails yet" in text(mayas_desk.post(assign_url, filled))
    assert "Noor has not agreed to emails yet." in text(confirm(mayas_desk, assign_url, filled))


def test_links_choose_for_the_practitioner(mayas_desk, assign_url, module, ada, kei):
    form = mayas_desk.get(f"{assign_url}?module={module.pk}&clients={ada.pk},{kei.pk}").context["form"]
    assert form["module"].value() == module.pk
    assert set(form["clients"].value()) == {ada.pk, kei.pk}


def test_a_personal_note_is_shown_before_it_is_kept_and_then_kept_for_each(
    mayas_desk, assign_url, filled, sunday
):
    filled |= {"note": "  Dear one,\r\nsee you <soon>.  "}
    response = mayas_desk.post(assign_url, filled | {"preview": ""})
    assert "Your note, at the top of the first email" in text(response)
    assert "Dear one,<br>see you &lt;soon&gt;." in response.content.decode()
    confirm(mayas_desk, assign_url, filled)
    notes = [row.first_note.text for row in Assignment.objects.all()]
    assert notes == ["Dear one,\nsee you <soon>."] * 2
    assert "see you <soon>." in text(mayas_desk.get(page_of(Assignment.objects.first())))


def test_without_a_note_none_is_kept(mayas_desk, assign_url, filled):
    confirm(mayas_desk, assign_url, filled | {"note": " \n "})
    assert not FirstNote.objects.exists()


def test_a_note_that_is_too_long_is_said_and_kept_in_the_form(mayas_desk, assign_url, filled):
    response = mayas_desk.post(assign_url, filled | {"note": "x" * 2001})
    assert response.context["form"].errors["note"] == [
        "This note is too long for an email: keep it below 2,000 characters."
    ]
    assert "x" * 2001 in response.content.decode()


# --- What can be wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("module", "", "Choose the module they shall receive."),
        ("clients", [], "Choose at least one client."),
        ("first", "2020-01-05", "The first day lies in the past. Choose today or later."),
        ("first", "2099-01-05", "That is more than two years ahead. Look at the year once more."),
        ("first", "next week", "This is not a day. Write it like 2026-03-08."),
        ("first", "0000-00-00", "This is not a day. Write it like 2026-03-08."),
        ("at", "25:00", "This is not a time. Write it like 18:00."),
        ("at", "", "Choose a time."),
        ("every_weeks", "0", "At least every week: choose 1 to 12."),
        ("every_weeks", "13", "At most every 12 weeks: choose 1 to 12."),
        ("every_weeks", "often", "Write a number from 1 to 12."),
        ("weekday", "9", "Select a valid choice. 9 is not one of the available choices."),
    ],
)
@pytest.mark.parametrize("button", ["preview", "confirm"])
def test_what_is_wrong_is_said_by_its_field_and_nothing_typed_is_lost(
    mayas_desk, assign_url, filled, field, value, message, button
):
    response = mayas_desk.post(assign_url, filled | {field: value, button: "1"})
    assert response.status_code == 422
    assert response.context["form"].errors[field] == [message]
    html = response.content.decode()
    assert f'id="id_{field}_error">' in html
    for other, kept in filled.items():
        if other not in (field, "clients", "module", "weekday"):
            assert f'value="{kept}"' in html
    assert not Assignment.objects.exists()


def test_a_client_who_receives_it_already_is_named(mayas_desk, assign_url, filled, running):
    errors = mayas_desk.post(assign_url, filled).context["form"].errors
    assert errors["clients"] == [
        "Ada already receives “Coming home to yourself”. Untick the name, or stop that assignment first."
    ]


def test_a_module_without_steps_says_so(mayas_desk, assign_url, filled, maya):
    empty = make_module(maya, "An empty one", steps=0)
    errors = mayas_desk.post(assign_url, filled | {"module": empty.pk}).context["form"].errors
    assert errors["module"] == ["“An empty one” has no steps yet. Give it at least one, then assign it."]


def test_a_zone_that_does_not_exist_is_named_with_its_client(mayas_desk, assign_url, filled, ada):
    Client.objects.filter(pk=ada.pk).update(time_zone="Mars/Base")
    errors = mayas_desk.post(assign_url, filled).context["form"].errors
    assert "Ada: There is no time zone called “Mars/Base”." in errors["clients"][0]


def test_an_hour_that_is_already_gone_today_leaves_on_the_next_slot_and_says_so(
    mayas_desk, assign_url, filled, ada
):
    today = timezone.now().astimezone().date()
    midnight = filled | {"first": today.isoformat(), "weekday": today.weekday(), "at": "00:00"}
    said = text(mayas_desk.post(assign_url, midnight | {"clients": [ada.pk]}))
    assert f"The first email leaves on {spoken_day(today + timedelta(weeks=1))}." in said


# --- Nobody else's ------------------------------------------------------------------------------


def test_ids_of_another_practitioner_are_not_found(
    toms_desk, assign_url, filled, toms_module, bo, ada, module
):
    mine = filled | {"module": toms_module.pk, "clients": [bo.pk]}
    assert toms_desk.post(assign_url, mine).status_code == 200
    for foreign in ({"module": module.pk}, {"clients": [ada.pk]}, {"clients": [bo.pk, ada.pk]}):
        for button in ("preview", "confirm", "change"):
            assert toms_desk.post(assign_url, mine | foreign | {button: "1"}).status_code == 404
    for query in (f"module={module.pk}", f"clients={bo.pk},{ada.pk}", "clients=x", "module=-1", "module=1e9"):
        assert toms_desk.get(f"{assign_url}?{query}").status_code == 404
    assert not Assignment.objects.exists()


def test_somebody_who_is_not_signed_in_is_sent_to_the_door(client, assign_url):
    assert client.get(assign_url).status_code == 302


# --- The calendar itself --------------------------------------------------------------------------


def groups_for(zones, first_on=date(2026, 3, 22), at=time(18, 0), own="Europe/Berlin", now=NOW):
    clients = [
        Client(pk=number, name=f"Client {number}", time_zone=zone) for number, zone in enumerate(zones)
    ]
    return preview(["One", "Two"], clients, {"first_on": first_on, "at": at, "every_weeks": 1}, own, now)


def test_clock_changes_are_marked_between_the_emails_they_fall_between():
    (group,) = groups_for(["Europe/Berlin"])
    assert [line.notes for line in group.lines] == [[], ["Clocks go forward on Sunday 29 March 2026."]]


def test_a_change_on_one_side_says_on_which():
    (group,) = groups_for(["Asia/Tokyo"])
    assert group.lines[1].notes == ["Clocks go forward in Berlin on Sunday 29 March 2026."]
    assert group.lines[0].own_time == "Sunday 22 March 2026 at 10:00"
    assert group.lines[1].own_time == "Sunday 29 March 2026 at 11:00"


def test_an_hour_that_does_not_happen_is_explained():
    (group,) = groups_for(["Europe/Berlin"], at=time(2, 30))
    assert group.lines[1].client_time == "Sunday 29 March 2026 at 03:30"
    assert group.lines[1].notes[0] == "02:30 does not exist on that day, because the clocks go forward."


def test_zones_with_the_same_moments_share_a_calendar_and_the_earliest_comes_first():
    zones = ["Europe/Paris", "America/New_York", "Europe/Berlin", "Europe/Paris"]
    europe, america = groups_for(zones)
    assert europe.places == "Paris and Berlin"
    assert [client.name for client in europe.clients] == ["Client 0", "Client 2", "Client 3"]
    assert america.places == "New York"


def test_two_hundred_clients_in_forty_zones_are_previewed_quickly(
    mayas_desk, assign_url, filled, maya, django_assert_max_num_queries
):
    from practice.people.zones import zones

    names = [zone.name for zone in zones()][::8][:40]
    made = Client.objects.bulk_create(
        Client(practitioner=maya, name=f"C{n}", email=f"c{n}@example.org", time_zone=names[n % 40])
        for n in range(200)
    )
    filled |= {"clients": [client.pk for client in made]}
    with django_assert_max_num_queries(12):
        response = mayas_desk.post(assign_url, filled)
    assert "Assign to 200 clients" in text(response)
    assert len(response.context["groups"]) < 40
    assert Assignment.objects.count() == 0
    confirm(mayas_desk, assign_url, filled)
    assert Assignment.objects.count() == 200


def test_the_list_tells_a_newcomer_what_to_do(mayas_desk):
    said = text(mayas_desk.get(reverse("admin:assignments_assignment_changelist")))
    assert "Nothing is assigned yet." in said
    assert "Assign a module" in said


def test_ticked_clients_come_along_from_their_list(mayas_desk, ada, kei, bo):
    chosen = {"action": "assign_module", "_selected_action": [ada.pk, kei.pk, bo.pk]}
    response = mayas_desk.post(reverse("admin:people_client_changelist"), chosen, follow=True)
    assert set(response.context["form"]["clients"].value()) == {ada.pk, kei.pk}


def test_a_clients_page_says_what_comes_next_in_both_times_and_leads_on(
    mayas_desk, kei, module, sunday, assign_url
):
    row = make_assignment(kei, module, first_on=sunday, now=timezone.now())
    response = mayas_desk.get(reverse("admin:people_client_change", args=(kei.pk,)))
    mine = on_the_clock(row.next_due_at, "Europe/Berlin")
    said = f"Coming home to yourself “Step 1” {spoken_day(sunday)} at 18:00, Tokyo time {mine}, Berlin time"
    assert said in text(response)
    assert f'href="{assign_url}?clients={kei.pk}"' in response.content.decode()


def test_a_clients_page_says_why_nothing_leaves_and_what_releases_it(mayas_desk, ada, running):
    running.pause(timezone.now())
    said = text(mayas_desk.get(reverse("admin:people_client_change", args=(ada.pk,))))
    assert "Paused, your choice. It carries on when you press Resume. Then the next step is “Step 1”." in said


def test_a_clients_page_costs_the_same_however_much_they_receive(
    mayas_desk, ada, maya, sunday, django_assert_max_num_queries
):
    for number in range(12):
        make_assignment(ada, make_module(maya, f"Module {number}"), first_on=sunday, now=timezone.now())
    with django_assert_max_num_queries(20):
        mayas_desk.get(reverse("admin:people_client_change", args=(ada.pk,)))


def test_a_modules_page_leads_to_assigning_it(mayas_desk, module, assign_url):
    response = mayas_desk.get(reverse("admin:resources_module_change", args=(module.pk,)))
    assert f'href="{assign_url}?module={module.pk}"' in response.content.decode()
