"""Whoever runs the practice sees counts and what became of emails, and nothing about any client."""

from datetime import timedelta

import pytest

from practice.desk.erasing import erase
from practice.desk.overview import overview
from practice.mailing.models import Delivery
from tests.cast import NOW, make_assignment, make_client, make_practitioner
from tests.isolation.worlds import CANARY, world_of

PAGE = "/desk/overview/"


@pytest.fixture
def delivery(assignment):
    """Ada's first step, due this Monday at noon, which arrived."""
    delivery = Delivery.planned(assignment, assignment.next_step().pk, NOW, "example.com")
    delivery.state = Delivery.State.DELIVERED
    delivery.save()
    return delivery


def row_of(practitioner, now=NOW):
    return next(row for row in overview(now) if row.practitioner == practitioner)


def test_clients_and_running_series_are_counted(maya, tom, assignment, module):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    make_assignment(kei, module).stop(NOW)
    assert (row_of(maya).clients, row_of(maya).series) == (2, 1)
    assert (row_of(tom).clients, row_of(tom).series, row_of(tom).emails) == (0, 0, [])


def test_the_emails_of_this_week_are_counted_by_what_became_of_them(maya, tom, delivery):
    assert row_of(maya).emails == [("Arrived", 1)]
    assert row_of(maya, NOW + timedelta(days=6)).emails == [("Arrived", 1)]
    assert row_of(maya, NOW + timedelta(days=7)).emails == []
    assert row_of(tom).emails == []


@pytest.mark.parametrize(
    ("state", "days", "in_trouble"),
    [("bounced", 1, 1), ("bounced", 20, 0), ("uncertain", 20, 1), ("delivered", 1, 0)],
)
def test_trouble_is_counted_while_it_is_spoken_of(maya, delivery, state, days, in_trouble):
    Delivery.objects.update(state=state)
    assert row_of(maya, NOW + timedelta(days=days)).in_trouble == in_trouble


def test_it_names_practitioners_and_nobody_else(client, superuser, maya):
    world_of(maya, CANARY)
    client.force_login(superuser)
    page = client.get(PAGE).content.decode()
    assert "Maya Lindgren" in page
    assert CANARY not in page


def test_it_is_for_whoever_runs_the_installation(client, maya):
    client.force_login(maya)
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/desk/").content.decode()


def test_it_asks_the_same_few_questions_however_many_they_are(
    client, superuser, django_assert_max_num_queries
):
    for number in range(10):
        make_practitioner(f"p{number}@example.com", f"P {number}", "UTC")
    client.force_login(superuser)
    with django_assert_max_num_queries(9):
        client.get(PAGE)


def test_clients_who_were_erased_are_counted_and_named_nowhere(client, superuser, maya, tom, ada):
    erase(ada, NOW, maya)
    assert (row_of(maya).erased, row_of(tom).erased, row_of(maya).clients) == (1, 0, 0)
    client.force_login(superuser)
    page = client.get(PAGE).content.decode()
    assert '<td data-label="Erased">1</td>' in page
    assert "Ada" not in page
