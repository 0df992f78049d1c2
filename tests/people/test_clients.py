"""Adding and changing clients: what is typed comes back with the reason beside it."""

import pytest
from django.urls import reverse

from practice.people.models import Client
from practice.people.zones import find_zone, zones

ADD = "/desk/people/client/add/"
FIELDS = {
    "name": "Ines",
    "email": "ines@example.org",
    "time_zone": "Europe/Lisbon",
    "language": "en",
    "discretion": "full",
    "private_note": "met in May",
}


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def errors_of(response):
    assert response.status_code == 200, "it was saved although it was wrong"
    return {name: list(found) for name, found in response.context["adminform"].form.errors.items()}


def test_a_client_is_added_and_belongs_to_whoever_added_them(desk, maya):
    desk.post(ADD, FIELDS)
    ines = Client.objects.get()
    assert (ines.practitioner, ines.private_note, ines.has_consent()) == (maya, "met in May", False)


def test_a_new_client_stands_on_their_page_with_what_comes_next(desk):
    page = desk.post(ADD, FIELDS | {"name": "Lea M."}, follow=True)
    lea = Client.objects.get()
    assert page.redirect_chain == [(reverse("admin:people_client_change", args=(lea.pk,)), 302)]
    said = page.content.decode()
    assert "Lea M. is added. Nothing leaves before they agree: invite them by email, or record" in said
    for name in ("admin:replies_invite", "admin:people_client_consent"):
        assert reverse(name, args=(lea.pk,)) in said


def test_one_who_agreed_already_is_not_asked_for_it_again(desk):
    said = desk.post(ADD, FIELDS | {"agreed": "spoken"}, follow=True).content.decode()
    assert "Ines is added, and agreed to receive emails." in said
    assert "Nothing leaves before they agree" not in said


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lisbon", "Europe/Lisbon"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("India", "Asia/Kolkata"),
        ("apia", "Pacific/Apia"),
    ],
)
def test_a_zone_is_found_by_its_city_or_country(desk, typed, meant):
    desk.post(ADD, FIELDS | {"time_zone": typed})
    assert Client.objects.get().time_zone == meant


def test_every_zone_is_found_by_its_own_name_and_label():
    for zone in zones():
        assert find_zone(zone.name) == zone.name
        assert find_zone(zone.label) == zone.name


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("time_zone", "Middle Earth", "There is no time zone called “Middle Earth”."),
        ("time_zone", "../../etc/passwd", "There is no time zone called"),
        ("time_zone", "Brazil", "There is no time zone called"),
        ("time_zone", "", "This field is required."),
        ("email", "ines@example.org\nBcc: x@example.org", "This is not an email address"),
        ("email", "ines at example", "This is not an email address"),
        ("name", "Ines\nSubject: hello", "This must be one line of text."),
        ("name", "", "This field is required."),
    ],
)
def test_a_wrong_field_says_so_and_nothing_typed_is_lost(desk, field, typed, says):
    page = desk.post(ADD, FIELDS | {field: typed})
    assert says in errors_of(page)[field][0]
    assert set(errors_of(page)) == {field}
    assert "met in May" in page.content.decode()
    assert not Client.objects.exists()


def test_the_same_address_twice_is_told_by_the_field_with_the_name(desk, ada):
    page = desk.post(ADD, FIELDS | {"email": "ADA@example.org"})
    assert errors_of(page) == {"email": ["Your client Ada already has this address."]}


def test_a_client_can_keep_their_address(desk, ada):
    page = desk.post(
        reverse("admin:people_client_change", args=(ada.pk,)), FIELDS | {"email": "ada@example.org"}
    )
    assert page.status_code == 302


def test_suggestions_work_without_a_script(desk):
    page = desk.get(ADD).content.decode()
    assert 'list="time_zone-zones"' in page
    assert '<option value="Asia/Kolkata">Kolkata, India</option>' in page


def test_the_list_tells_the_hour_where_they_live_and_who_has_not_agreed(desk, maya, ada):
    from tests.cast import make_client

    make_client(maya, "Noor", "noor@example.org", "Asia/Kolkata", consented=False)
    page = desk.get(reverse("admin:people_client_changelist")).content.decode()
    assert "Berlin, Germany" in page
    assert "Not yet" in page


def test_the_list_asks_the_same_few_questions_however_many_clients_there_are(
    desk, maya, django_assert_max_num_queries
):
    from tests.cast import make_client

    for number in range(30):
        make_client(maya, f"Client {number}", f"c{number}@example.org", "UTC")
    with django_assert_max_num_queries(10):
        desk.get(reverse("admin:people_client_changelist"))


def test_the_history_of_a_client_is_theirs(desk, ada):
    desk.post(reverse("admin:people_client_change", args=(ada.pk,)), FIELDS)
    page = desk.get(reverse("admin:people_client_history", args=(ada.pk,))).content.decode()
    assert "Maya Lindgren" in page
    assert "met in May" not in page
