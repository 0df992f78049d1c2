"""The list of clients: search, what it can be narrowed to, and ways of looking at it that are kept."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.people.models import Client, SavedView
from practice.people.saved_views import what_is_shown
from tests.cast import NOW, make_assignment, make_client

LIST = "/desk/people/client/"
SAVE = "/desk/people/client/views/"


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def four(maya, ada, module):
    """Ada receives something, Kei rests, Noor has not agreed, Ines was archived."""
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    make_client(maya, "Noor", "noor@example.net", "Asia/Kolkata", consented=False)
    ines = make_client(maya, "Ines", "ines@example.org", "Europe/Lisbon")
    make_assignment(ada, module)
    make_assignment(kei, module).pause(NOW)
    Client.objects.filter(pk=ines.pk).update(archived_at=NOW)
    Client.objects.filter(pk=kei.pk).update(language="de")


def names(desk, query=""):
    page = BeautifulSoup(desk.get(LIST + query).content, "html.parser")
    return [row.th.get_text(strip=True) for row in page.select("#result_list tbody tr")]


def test_a_time_zone_that_this_machine_does_not_know_is_said_plainly(desk, four):
    Client.objects.filter(name="Kei").update(time_zone="Mars/Olympus")
    page = desk.get(LIST)
    assert page.status_code == 200
    assert "Unknown time zone “Mars/Olympus”" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Ada", "Kei", "Noor"]),
        ("?q=kei", ["Kei"]),
        ("?q=example.net", ["Noor"]),
        ("?agreed=yes", ["Ada", "Kei"]),
        ("?agreed=no", ["Noor"]),
        ("?receives=something", ["Ada"]),
        ("?receives=rests", ["Kei"]),
        ("?receives=nothing", ["Noor"]),
        ("?language__exact=de", ["Kei"]),
        ("?archived=yes", ["Ines"]),
        ("?archived=both", ["Ada", "Ines", "Kei", "Noor"]),
        ("?agreed=yes&receives=nothing&archived=yes", ["Ines"]),
        ("?q=nobody", []),
    ],
)
def test_the_list_shows_what_was_asked_for(desk, four, query, shown):
    assert names(desk, query) == shown


def test_whom_nothing_reaches_is_not_said_to_receive_something(desk, four, maya, module):
    make_assignment(Client.objects.get(name="Noor"), module)
    page = BeautifulSoup(desk.get(LIST + "?receives=something").content, "html.parser")
    assert [row.th.get_text(strip=True) for row in page.select("#result_list tbody tr")] == ["Ada", "Noor"]
    filters = {one.h2.get_text(): one.ul.get_text(" ", strip=True) for one in page.select(".desk-filter")}
    assert filters["Series"] == "All A series runs Resting None"


@pytest.mark.parametrize("query", ["?agreed=perhaps", "?receives=x", "?archived=x"])
def test_a_filter_that_nobody_knows_narrows_nothing(desk, four, query):
    assert names(desk, query) == ["Ada", "Kei", "Noor"]


def test_the_filters_cost_no_question_more_however_many_clients_there_are(
    desk, maya, django_assert_max_num_queries
):
    for number in range(30):
        make_client(maya, f"Client {number}", f"c{number}@example.org", "UTC")
    with django_assert_max_num_queries(10):
        desk.get(LIST + "?agreed=yes&receives=nothing&q=client")


# --- Saved views


def links(desk, query=""):
    page = BeautifulSoup(desk.get(LIST + query).content, "html.parser")
    return {
        link.text: (link["href"], bool(link.get("aria-current"))) for link in page.select(".clients-views a")
    }


def test_a_view_is_saved_under_a_name_and_stands_above_the_list(desk, maya):
    page = BeautifulSoup(desk.get(LIST + "?receives=rests&q=a&p=0").content, "html.parser")
    form = page.select_one(".clients-save form")
    desk.post(form["action"], {"name": " Who  rests ", "query": form.select_one("[name=query]")["value"]})
    assert SavedView.objects.of(maya).get().name == "Who rests"
    assert links(desk)["Who rests"] == ("?q=a&receives=rests", False)
    assert links(desk, "?receives=rests&q=a")["Who rests"][1], "the view one is at is marked"


def test_without_a_search_or_filter_there_is_nothing_to_save(desk):
    assert "Save this view" not in desk.get(LIST).content.decode()
    answer = desk.post(SAVE, {"name": "All", "query": "p=3"}, follow=True)
    assert "Search or choose a filter first" in answer.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(desk, name):
    assert "needs a name" in desk.post(SAVE, {"name": name, "query": "q=a"}, follow=True).content.decode()
    assert not SavedView.objects.exists()


def test_a_name_is_used_once_and_colleagues_may_use_it_too(desk, tom):
    SavedView.objects.create(practitioner=tom, name="Mine", query="q=b")
    desk.post(SAVE, {"name": "Mine", "query": "q=a"})
    answer = desk.post(SAVE, {"name": "Mine", "query": "q=c"}, follow=True)
    assert "You already have a view called “Mine”" in answer.content.decode()
    assert [*SavedView.objects.values_list("query", flat=True)] == ["q=b", "q=a"]


def test_saving_a_view_twice_keeps_it_once_and_says_it_is_saved(desk):
    for _ in range(2):
        answer = desk.post(SAVE, {"name": "Mine", "query": "q=a"}, follow=True)
    assert "Saved. You find “Mine”" in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_is_forgotten_by_its_button_and_no_client_with_it(desk, maya, ada):
    view = SavedView.objects.create(practitioner=maya, name="Mine", query="q=a")
    page = desk.get(LIST + "?q=a").content.decode()
    url = reverse("admin:people_client_forget_view", args=(view.pk,))
    assert url in page
    desk.get(url)
    assert SavedView.objects.exists(), "looking forgets nothing"
    desk.post(url)
    assert not SavedView.objects.exists()
    assert Client.objects.count() == 1


def test_a_view_of_a_colleague_is_not_found(desk, tom):
    view = SavedView.objects.create(practitioner=tom, name="His", query="q=a")
    assert desk.post(reverse("admin:people_client_forget_view", args=(view.pk,))).status_code == 404
    assert SavedView.objects.exists()
    assert links(desk) == {}


def test_a_view_says_what_is_shown_and_nothing_of_the_page(db):
    assert what_is_shown("p=2&q=a&receives=rests&e=1&agreed=") == "q=a&receives=rests"
    assert what_is_shown("q=a&agreed=no") == what_is_shown("agreed=no&q=a")


# --- Archive


def page_of(name, client):
    return reverse(f"admin:people_client_{name}", args=(client.pk,))


def test_archiving_says_what_it_stops_and_stops_it_with_one_confirmation(desk, ada, assignment):
    page = desk.get(page_of("archive", ada)).content.decode()
    assert "Coming home to yourself" in page
    assert "Stop it and archive Ada" in page
    ada.refresh_from_db()
    assert ada.archived_at is None, "looking archives nobody"
    answer = desk.post(page_of("archive", ada), {"to": "archive"}, follow=True)
    assert "Nothing was deleted, and nothing more goes out" in answer.content.decode()
    assert Assignment.objects.get().state == Assignment.State.STOPPED
    assert names(desk) == []
    assert names(desk, "?archived=yes") == ["Ada"]


def test_an_archived_client_cannot_be_chosen_when_a_module_is_assigned(desk, ada, module):
    desk.post(page_of("archive", ada), {"to": "archive"})
    desk.get(LIST)  # takes the message about it
    assert "Ada" not in desk.get("/desk/assignments/assignment/add/").content.decode()
    assert desk.get(f"/desk/assignments/assignment/add/?clients={ada.pk}").status_code == 404


def test_the_series_of_an_archived_client_are_out_of_the_list_of_assignments(
    desk, maya, ada, assignment, module
):
    make_assignment(make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo"), module)
    desk.post(page_of("archive", ada), {"to": "archive"})
    page = BeautifulSoup(desk.get("/desk/assignments/assignment/").content, "html.parser")
    assert [row.th.get_text(strip=True) for row in page.select("#result_list tbody tr")] == ["Kei"]


def test_everything_of_an_archived_client_is_kept_and_can_be_opened(desk, ada, assignment):
    ada.private_note = "met in May"
    ada.save()
    desk.post(page_of("archive", ada), {"to": "archive"})
    page = desk.get(page_of("change", ada)).content.decode()
    assert "met in May" in page
    assert "Bring Ada back" in page
    assert ada.has_consent()
    assert desk.get(reverse("admin:assignments_assignment_change", args=(assignment.pk,))).status_code == 200


def test_a_client_is_brought_back_and_nothing_begins_again(desk, ada, assignment):
    desk.post(page_of("archive", ada), {"to": "archive"})
    desk.post(page_of("archive", ada), {"to": "list"})
    assert names(desk) == ["Ada"]
    assert Assignment.objects.get().state == Assignment.State.STOPPED


def test_pressing_twice_does_it_once(desk, ada):
    desk.post(page_of("archive", ada), {"to": "archive"})
    ada.refresh_from_db()
    answer = desk.post(page_of("archive", ada), {"to": "archive"}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    since = ada.archived_at
    ada.refresh_from_db()
    assert ada.archived_at == since


def test_a_press_on_an_old_link_brings_an_archived_client_no_email(desk, ada, assignment):
    desk.post(page_of("archive", ada), {"to": "archive"})
    assignment.refresh_from_db()
    assignment.resume(NOW)
    hold = Assignment.objects.get().outlook().hold
    assert hold.why == "Ada is archived."
    assert "Bring Ada back" in desk.get("/desk/").content.decode()


def test_a_list_to_add_knows_the_address_of_an_archived_client(desk, ada):
    from tests.people.test_adding_from_a_list import left_out, read

    desk.post(page_of("archive", ada), {"to": "archive"})
    assert "already has the address" in left_out(read(desk, "Name,Email\nAda,ada@example.org\n"))[2][0]


def test_a_ticked_archived_client_is_not_taken_along_to_be_assigned(desk, ada):
    desk.post(page_of("archive", ada), {"to": "archive"})
    ticked = {"action": "assign_module", "_selected_action": [ada.pk]}
    answer = desk.post(LIST + "?archived=yes", ticked, follow=True)
    assert "Only archived clients are ticked" in answer.content.decode()
