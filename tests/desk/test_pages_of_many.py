"""A page asks the database the same few questions for two rows and for twenty; and names only the first of many."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.desk.home import home
from practice.mailing.models import Delivery
from practice.replies.models import InboundMail, Reply
from tests.cast import NOW, make_assignment, make_client, make_module

MOST = 20


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def fill(maya, numbers):
    """For each number: somebody with a module of their own, an email that failed, one that was answered, and a rest."""
    now = timezone.now()
    for number in numbers:
        who = make_client(maya, f"Client {number}", f"c{number}@example.org", "Asia/Tokyo", number % 2)
        row = make_assignment(who, make_module(maya, title=f"Module {number}"), now=now)
        failed, answered = (
            Delivery.planned(row, step.pk, now, "example.org") for step in row.module.steps.all()[:2]
        )
        failed.state, answered.state, answered.accepted_at = "failed", "accepted", now
        failed.save()
        answered.save()
        Reply.objects.create(delivery=answered, page=f"page-{number}", saved_at=now, sent_at=now)
        InboundMail.objects.create(
            key=f"mail-{number}", delivery=answered, state="quarantined", reason="Whose is it?"
        )
        make_assignment(who, make_module(maya, title=f"Rest {number}"), now=now).pause(now)
        if number % 3 == 0:
            row.move_on(now, more=False)
            row.save()


def asked(desk, url):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert desk.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "page",
    [
        "index",
        "attention",
        "people_client_changelist",
        "replies_reply_changelist",
        "replies_inboundmail_changelist",
        "assignments_assignment_changelist",
        "mailing_delivery_changelist",
    ],
)
def test_a_page_asks_as_often_for_twenty_as_for_two(desk, maya, page):
    url = reverse(f"admin:{page}")
    fill(maya, range(2))
    asked(desk, url)
    few = asked(desk, url)
    fill(maya, range(2, 20))
    assert asked(desk, url) == few <= MOST


def test_the_page_of_a_client_asks_as_often_for_twenty_modules_as_for_two(desk, maya, ada):
    url = reverse("admin:people_client_change", args=(ada.pk,))

    def assign(numbers):
        for number in numbers:
            make_assignment(ada, make_module(maya, title=f"Module {number}"))

    assign(range(2))
    asked(desk, url)
    few = asked(desk, url)
    assign(range(2, 20))
    assert asked(desk, url) == few <= MOST


# --- The first of many


@pytest.fixture
def many(maya, module):
    """Thirty clients to whom the first step leaves on Sunday, 8 March, from 09:00 in Berlin on; and ten who rest."""
    for number in range(40):
        who = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin")
        row = make_assignment(who, module, at=(NOW + timedelta(minutes=number)).time())
        if number >= 30:
            row.pause(NOW)


def test_a_day_names_the_first_and_leads_to_all_of_them(desk, maya, many):
    sunday = home(maya, NOW).days[5]
    assert [row.client for row in sunday.departures] == [f"Client {number}" for number in range(4)]
    assert sunday.more == 26
    assert "leaves=2026-03-08" in sunday.more_url
    listed = desk.get(sunday.more_url).context["cl"]
    assert listed.result_count == 30
    assert listed.result_list[0].client.name == "Client 0"


def test_another_day_leads_to_nobody_and_a_garbled_one_to_everybody(desk, many):
    url = reverse("admin:assignments_assignment_changelist")
    assert desk.get(f"{url}?leaves=2026-03-09").context["cl"].result_count == 0
    for garbled in ("soon", "0001-01-01", "9999-12-31"):
        assert desk.get(f"{url}?leaves={garbled}").context["cl"].result_count == 40


def test_what_is_held_is_not_counted_among_those_that_leave(maya, many):
    maya.clients.get(name="Client 0").withdraw_consent(NOW)
    sunday = home(maya, NOW).days[5]
    assert (sunday.departures[0].client, sunday.more) == ("Client 1", 25)


def test_of_those_that_left_today_the_latest_are_named_and_the_rest_counted(desk, maya, many):
    now = timezone.now()
    step = maya.modules.get().steps.first()
    for number, who in enumerate(maya.clients.all()[:9]):
        row = Delivery.planned(who.assignments.get(), step.pk, now, "example.org")
        row.state, row.accepted_at = "accepted", now + timedelta(microseconds=number)
        row.save()
    today = home(maya, now).today
    sent = [row.client for row in today.departures if row.state == "Sent"]
    assert (len(sent), today.more_left) == (6, 3)
    assert desk.get(today.more_left_url).context["cl"].result_count == 9


def test_home_names_a_few_that_rest_and_a_page_of_its_own_names_all(desk, maya, many):
    seen = home(maya, NOW)
    assert (len(seen.concerns), seen.more_concerns) == (6, 4)
    page = desk.get("/desk/").content.decode()
    assert reverse("admin:attention") in page
    assert desk.get(reverse("admin:attention")).content.decode().count("Paused, your choice.") == 10


def test_the_page_of_all_has_pages(desk, maya, many, module):
    """Thirty emails that should have left long ago, ten clients who rest, and sixty more."""
    for number in range(60):
        who = make_client(maya, f"More {number}", f"m{number}@example.org", "Europe/Berlin")
        make_assignment(who, module).pause(NOW)
    url = reverse("admin:attention")
    first, last = desk.get(url).content.decode(), desk.get(f"{url}?p=99").content.decode()
    assert (first.count("still waits"), first.count("Paused, your choice.")) == (30, 20)
    assert (last.count("still waits"), last.count("Paused, your choice.")) == (0, 50)
    assert "Page 2 of 2" in last


def test_a_filter_offers_no_hundreds_of_clients_but_the_one_that_was_asked_for(desk, maya, many):
    chosen = maya.clients.get(name="Client 7")
    url = reverse("admin:replies_reply_changelist")
    assert "Client 9" not in desk.get(url).content.decode()
    page = desk.get(f"{url}?client__id__exact={chosen.pk}").content.decode()
    assert "Client 7" in page
    assert "Client 9" not in page
    for garbled in ("x", "9" * 30):
        assert desk.get(f"{url}?client__id__exact={garbled}").status_code in (200, 302)


# --- The pages of a list


@pytest.fixture
def sixty(maya):
    """Sixty clients, each with a module and a reflection: those of higher numbers began and wrote earlier."""
    for number in range(60):
        who = make_client(maya, f"Client {number:02}", f"c{number}@example.org", "Europe/Berlin")
        row = make_assignment(who, make_module(maya, title=f"Module {number:02}"), now=NOW)
        row.created_at = NOW - timedelta(hours=number)
        row.save(update_fields=("created_at",))
        email = Delivery.planned(row, row.module.steps.first().pk, NOW, "example.org")
        email.save()
        sent_at = NOW - timedelta(minutes=number)
        Reply.objects.create(delivery=email, page=str(number), saved_at=NOW, sent_at=sent_at)


def named(desk, url):
    return [str(getattr(row, "client", row)) for row in desk.get(url).context["cl"].result_list]


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ("people_client_changelist", 50),
        ("replies_reply_changelist", 50),
        ("assignments_assignment_changelist", 30),
    ],
)
def test_the_pages_of_a_list_name_everybody_once_and_in_order(desk, sixty, page, rows):
    url = reverse(f"admin:{page}")
    everybody = [f"Client {number:02}" for number in range(60)]
    assert (named(desk, url), named(desk, f"{url}?p=2")) == (everybody[:rows], everybody[rows:])


def test_a_page_of_a_list_keeps_to_a_search_a_filter_and_another_order(desk, sixty):
    Reply.objects.filter(delivery__assignment__client__name__lt="Client 55").update(read_at=NOW)
    url = reverse("admin:replies_reply_changelist")
    assert named(desk, f"{url}?show=unread") == [f"Client {number}" for number in range(55, 60)]
    assert named(desk, f"{url}?q=Client+19") == ["Client 19"]
    assert named(desk, f"{url}?o=1&p=2") == [f"Client {number}" for number in range(50, 60)]
    assert named(desk, f"{url}?o=-1")[0] == "Client 59"


def test_a_list_reads_whole_only_the_rows_that_stand_on_the_page(desk, sixty):
    """Which these are is asked for by ids, and in the same statement: joined to all that a row shows, thousands of
    rows would be put together and sorted for fifty.
    """
    with CaptureQueriesContext(connection) as queries:
        desk.get(reverse("admin:replies_reply_changelist"))
    (page,) = [one["sql"] for one in queries if "LIMIT 50" in one["sql"]]
    assert "resources_module" in page
    assert "resources_module" not in page[page.index("IN (SELECT") : page.index("LIMIT 50")]


def test_each_box_to_tick_says_whom_it_is_for(desk, sixty):
    page = BeautifulSoup(desk.get(reverse("admin:people_client_changelist")).content, "html.parser")
    boxes = page.select("tbody input[name=_selected_action]")
    assert [box["aria-label"] for box in boxes[:2]] == ["Select “Client 00”", "Select “Client 01”"]
    assert page.select_one("thead input")["aria-label"] == "Select all on this page"


def test_of_two_reflections_of_one_client_each_box_says_which_it_is(desk, maya, sixty):
    first = Delivery.objects.get(assignment__client__name="Client 00")
    steps = first.assignment.module.steps
    second = Delivery.planned(first.assignment, steps.last().pk, NOW, "example.org")
    second.save()
    Reply.objects.create(delivery=second, page="second", saved_at=NOW, sent_at=NOW + timedelta(minutes=1))
    page = BeautifulSoup(desk.get(reverse("admin:replies_reply_changelist")).content, "html.parser")
    labels = [box["aria-label"] for box in page.select("tbody input[name=_selected_action]")[:2]]
    assert labels == [f"Select “Client 00: {step.title}”" for step in (steps.last(), steps.first())]


def test_on_a_phone_every_value_has_its_label_beside_it(desk, sixty):
    page = BeautifulSoup(desk.get(reverse("admin:replies_reply_changelist")).content, "html.parser")
    labels = [label.text for label in page.select("tbody tr")[0].select(".desk-label")]
    assert labels == ["Client", "Module", "Step", "Sent", "Mark"]


def test_nothing_of_a_colleague_is_on_the_page_of_all(desk, tom, bo, toms_module):
    make_assignment(bo, toms_module).pause(NOW)
    assert "Learning to rest" not in desk.get(reverse("admin:attention")).content.decode()


def test_a_colleagues_emails_are_not_counted_even_of_a_module_of_mine(maya, tom, bo, assignment, module):
    """A module may be shared, and a client may have come from a colleague."""
    shared = make_assignment(bo, module)
    for row in (assignment, shared):
        email = Delivery.planned(row, module.steps.first().pk, NOW, "example.org")
        email.state, email.accepted_at = "accepted", NOW
        email.save()
    for practitioner, client in ((maya, "Ada"), (tom, "Bo")):
        assert [row.client for row in home(practitioner, NOW).today.departures] == [client]
