"""Many rows in one statement: the same in the table as if each had been saved alone."""

from datetime import date

import pytest

from practice.assignments.many import insert_many, update_many
from practice.assignments.models import Assignment
from practice.assignments.passed import PassedStep
from tests.cast import make_assignment, make_client


@pytest.fixture
def three(maya, module):
    names = ("Bea", "Cem", "Dov")
    return [
        make_assignment(make_client(maya, name, f"{name}@example.org", "Europe/Berlin"), module)
        for name in names
    ]


def test_new_rows_are_inserted_and_those_that_are_there_stay_as_they_are(three, module, now):
    first = module.steps.first()
    three[1].pass_step(first, now, skipped=True)
    rows = [PassedStep(assignment=row, step=first, at=now) for row in three]
    insert_many(rows, "assignment_id")
    there = {row.assignment_id: row.pk for row in PassedStep.objects.all()}
    assert [row.pk for row in rows] == [there[three[0].pk], None, there[three[2].pk]]
    assert list(PassedStep.objects.order_by("assignment").values_list("skipped", flat=True)) == [
        False,
        True,
        False,
    ]
    insert_many(rows, "assignment_id")
    assert [row.pk for row in rows] == [None, None, None]


def test_one_row_alone_and_none_at_all(three, module, now):
    insert_many([PassedStep(assignment=three[0], step=module.steps.first(), at=now)], "assignment_id")
    assert PassedStep.objects.count() == 1
    insert_many([], "assignment_id")
    update_many([], Assignment.SCHEDULE)
    three[2].every_weeks = 3
    update_many(three[2:], ["every_weeks"])
    assert sorted(Assignment.objects.values_list("every_weeks", flat=True)) == [1, 1, 3]


def test_what_differs_and_what_is_the_same_is_written_and_nothing_else(three):
    for row, day in zip(three, (None, date(2026, 4, 5), date(2026, 4, 12)), strict=True):
        row.state, row.next_on, row.next_due_at, row.every_weeks = "stopped", day, None, 9
    update_many(three, Assignment.SCHEDULE)
    rows = Assignment.objects.order_by("pk").values_list("state", "next_on", "next_due_at", "every_weeks")
    assert list(rows) == [
        ("stopped", None, None, 1),
        ("stopped", date(2026, 4, 5), None, 1),
        ("stopped", date(2026, 4, 12), None, 1),
    ]


def test_a_text_is_a_text_whatever_stands_in_it(three):
    awkward = ("100 %s", "'; --", '\\x{},"ü"')
    clients = [row.client for row in three]
    for client, name in zip(clients, awkward, strict=True):
        client.name, client.private_note = name, name
    update_many(clients, ["name", "private_note"])
    for client, name in zip(clients, awkward, strict=True):
        client.refresh_from_db()
        assert (client.name, client.private_note) == (name, name)
