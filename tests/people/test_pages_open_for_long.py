"""A page that was open for long: what was not changed on it stays as it is by now, whoever changed it meanwhile."""

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.http import Http404
from django.urls import reverse

from practice.people.models import Client, Practice


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def office(client, superuser):
    """The browser of whoever runs the installation."""
    client.force_login(superuser)
    return client


@pytest.fixture
def place(ada):
    Client.objects.update(private_note="likes\r\ntrains")
    return reverse("admin:people_client_change", args=(ada.pk,))


def fields_of(response):
    """What a browser would send back of the form as it stands there."""
    form = BeautifulSoup(response.content, "html.parser").select_one("form[id$=_form], form.desk-form")
    boxes = form.select("input[name]:not([type=submit], [type=checkbox]), input[type=checkbox][checked]")
    fields = {box["name"]: box.get("value", "on" if box["type"] == "checkbox" else "") for box in boxes}
    fields |= {box["name"]: box.get_text().removeprefix("\n") for box in form.select("textarea")}
    fields |= {box.find_parent("select")["name"]: box["value"] for box in form.select("option[selected]")}
    return {name: "\r\n".join(value.splitlines()) for name, value in fields.items()}


def text_of(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


# --- A client


def test_another_window_had_a_new_address_a_note_and_a_name_and_all_of_them_stay(desk, place, ada):
    shown = fields_of(desk.get(place))
    change = {"email": "ada@new.example", "private_note": "moved", "name": "Ada B."}
    assert desk.post(place, fields_of(desk.get(place)) | change).status_code == 302
    assert desk.post(place, shown | {"greeting": "A."}).status_code == 302
    ada.refresh_from_db()
    assert (ada.email, ada.private_note, ada.name) == ("ada@new.example", "moved", "Ada B.")
    assert ada.greeting == "A."


def test_what_the_client_chose_meanwhile_stays(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(discretion="notice", language="es")
    desk.post(place, shown | {"greeting": "A."})
    ada.refresh_from_db()
    assert (ada.discretion, ada.language, ada.greeting) == ("notice", "es", "A.")


def test_what_was_emptied_here_is_empty(desk, place, ada):
    desk.post(place, fields_of(desk.get(place)) | {"private_note": ""})
    ada.refresh_from_db()
    assert ada.private_note == ""


def test_a_note_that_was_changed_in_both_is_told_and_the_next_press_counts(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(private_note="moved to Bern")
    told = desk.post(place, shown | {"private_note": "afraid of trains"})
    assert "This was changed elsewhere after you opened it here." in text_of(told)
    assert "There: “moved to Bern”." in text_of(told)
    ada.refresh_from_db()
    assert ada.private_note == "moved to Bern"
    assert fields_of(told)["private_note"] == "afraid of trains"
    assert desk.post(place, fields_of(told)).status_code == 302
    ada.refresh_from_db()
    assert ada.private_note == "afraid of trains"


@pytest.mark.parametrize(
    ("there", "typed", "says"),
    [
        ({"private_note": ""}, {"private_note": "afraid of trains"}, "It is empty there."),
        ({"private_note": "x " * 200}, {"private_note": "afraid"}, "This text is different there."),
        ({"language": "es"}, {"language": "de"}, "There: “Español”."),
    ],
)
def test_what_stands_there_is_told_in_plain_words(desk, place, there, typed, says):
    shown = fields_of(desk.get(place))
    Client.objects.update(**there)
    assert says in text_of(desk.post(place, shown | typed))


def test_a_page_that_comes_back_shows_of_the_rest_what_stands_there(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(private_note="moved to Bern", email="ada@new.example", language="es")
    told = fields_of(desk.post(place, shown | {"private_note": "afraid of trains", "name": ""}))
    assert (told["email"], told["language"], told["name"]) == ("ada@new.example", "es", "")
    assert desk.post(place, told | {"name": "Ada B."}).status_code == 302
    ada.refresh_from_db()
    assert (ada.email, ada.language, ada.name) == ("ada@new.example", "es", "Ada B.")


def test_a_third_window_is_told_again(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(private_note="moved to Bern")
    told = desk.post(place, shown | {"private_note": "afraid of trains"})
    Client.objects.update(private_note="moved to Basel")
    assert "There: “moved to Basel”." in text_of(desk.post(place, fields_of(told)))


def test_the_same_change_in_both_is_none(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(private_note="moved\nto Bern")
    assert desk.post(place, shown | {"private_note": "moved\r\nto Bern"}).status_code == 302


def test_a_mistake_elsewhere_on_the_page_undoes_nothing_either(desk, place, ada):
    shown = fields_of(desk.get(place))
    Client.objects.update(email="ada@new.example")
    told = desk.post(place, shown | {"name": ""})
    desk.post(place, fields_of(told) | {"name": "Ada B."})
    ada.refresh_from_db()
    assert (ada.email, ada.name) == ("ada@new.example", "Ada B.")


def test_without_what_the_page_showed_everything_counts_as_typed(desk, place, ada):
    sent = {name: value for name, value in fields_of(desk.get(place)).items() if "initial" not in name}
    Client.objects.update(email="ada@new.example")
    desk.post(place, sent | {"private_note": ""})
    ada.refresh_from_db()
    assert (ada.email, ada.private_note) == ("ada@example.org", "")


@pytest.mark.parametrize("gone", ["erased", "handed over"])
def test_a_client_who_goes_while_their_page_is_being_saved_does_not_come_back(ada, maya, tom, rf, gone):
    request = rf.post("/")
    request.user = maya
    clients = admin.site.get_model_admin(Client)
    form = clients.get_form(request, ada, change=True)(instance=ada)
    rows = Client.objects.filter(pk=ada.pk)
    rows.delete() if gone == "erased" else rows.update(practitioner=tom)
    with pytest.raises(Http404):
        clients.save_model(request, ada, form, change=True)
    assert not Client.objects.of(maya).exists()


# --- A practitioner and the practice


def test_what_practitioners_chose_about_themselves_stays(office, tom):
    place = reverse("admin:people_practitioner_change", args=(tom.pk,))
    shown = fields_of(office.get(place))
    tom.time_zone, tom.response_time, tom.is_superuser = "Asia/Tokyo", "within a day", True
    tom.save()
    office.post(place, shown | {"name": "Tom O."})
    tom.refresh_from_db()
    assert (tom.name, tom.time_zone, tom.response_time) == ("Tom O.", "Asia/Tokyo", "within a day")
    assert tom.is_superuser


def test_an_address_that_somebody_else_changed_is_not_changed_back(office, tom):
    place = reverse("admin:people_practitioner_change", args=(tom.pk,))
    shown = fields_of(office.get(place))
    tom.email = "tom@new.example"
    tom.save()
    told = office.post(place, shown | {"email": "tommy@example.com"})
    assert "There: “tom@new.example”." in text_of(told)


def test_a_time_for_keeping_records_that_was_taken_away_does_not_come_back(office, practice):
    Practice.objects.update(keep_months=12)
    place = reverse("admin:people_practice_change", args=(practice.pk,))
    shown = fields_of(office.get(place))
    Practice.objects.update(keep_months=None)
    assert office.post(place, shown | {"name": "Linden House"}).status_code == 302
    assert Practice.current().keep_months is None


def test_my_details_undo_nothing_and_tell_what_was_changed_in_both(desk, maya):
    place = reverse("admin:me")
    shown = fields_of(desk.get(place))
    maya.second_contact, maya.time_zone = "rosa@example.com", "Asia/Tokyo"
    maya.save()
    desk.post(place, shown | {"name": "Maya L."})
    maya.refresh_from_db()
    assert (maya.name, maya.second_contact, maya.time_zone) == ("Maya L.", "rosa@example.com", "Asia/Tokyo")
    told = desk.post(place, shown | {"time_zone": "Europe/Rome"})
    assert "This was changed elsewhere after you opened it here." in text_of(told)
    assert "There: “Asia/Tokyo”." in text_of(told)
    desk.post(place, fields_of(told))
    maya.refresh_from_db()
    assert maya.time_zone == "Europe/Rome"
