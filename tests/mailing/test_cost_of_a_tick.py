"""A tick with nothing to do looks into six small indexes, and a batch costs a handful of statements."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing import notices
from practice.mailing.models import Delivery, Notice, ProviderEvent
from practice.mailing.planning import plan
from practice.mailing.tasks import tick
from tests.cast import make_assignment, make_client, make_module
from tests.copies import copies
from tests.mailing.sending import SLOT

MANY = 20_000
#: Each holds only what may need the tick: who is due, whose pause may be over, what waits, what was left, and what was
#: told of emails that are not known.
SMALL = {
    "assignment_due",
    "assignment_rested",
    "delivery_due",
    "delivery_leased",
    "event_findable",
    "notice_open",
}


@pytest.fixture
def at_rest(ada, module, maya):
    """Many active assignments whose turn is to come, as many paused ones, and what they received."""
    today = timezone.localdate()
    client = copies(ada, MANY, email="'c' || n || '@example.org'")
    copies(ada.consents.get(), MANY, client_id=f"{client - 1} + n")
    active = make_assignment(ada, module, first_on=today + timedelta(days=9), now=timezone.now())
    first = copies(active, MANY, client_id=f"{client - 1} + n")
    paused = make_assignment(ada, make_module(maya), first_on=today, now=timezone.now())
    paused.pause(timezone.now(), until=today + timedelta(days=30))
    copies(paused, MANY, client_id=f"{client - 1} + n")
    copies(active.pass_step(module.steps.first(), timezone.now()), MANY, assignment_id=f"{first - 1} + n")
    received = Delivery.planned(active, module.steps.first().pk, timezone.now(), "example.org")
    received.state = "accepted"
    received.save()
    unique = {"message_id": "'m' || n", "token_sha256": "'t' || n"}
    last = copies(received, MANY, assignment_id=f"{first - 1} + n", **unique)
    told = ProviderEvent.objects.create(key="0", source="A provider", told="delivered", delivery=received)
    copies(told, MANY, key="'k' || n", delivery_id=f"{last - 1} + n")
    notice = notices.post(ada, Notice.Kind.MESSAGE, timezone.now())
    Notice.objects.update(state=Notice.State.SENT)
    copies(notice, MANY, **unique)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def asked_by(act):
    """Every statement that `act` sends to the database, with its parameters."""
    asked = []

    def listen(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        act()
    return [(sql, params) for sql, params in asked if "SAVEPOINT" not in sql]


def explained(prefix, sql, params):
    with connection.cursor() as cursor:
        cursor.execute(f"{prefix} {sql}", params)
        return cursor.fetchall()


def read_on_postgresql(sql, params):
    """What a statement really reads: the index of each scan, or the table where it has none."""
    ((plan,),) = explained("EXPLAIN (ANALYZE, FORMAT JSON)", sql, params)
    plan = json.loads(plan) if isinstance(plan, str) else plan
    nodes = [plan[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    scans = [node for node in nodes if "Scan" in node["Node Type"] and node["Actual Loops"]]
    by_index = [node for node in scans if node["Node Type"] != "Bitmap Heap Scan"]
    return {node.get("Index Name") or node.get("Relation Name") for node in by_index}


def read_on_sqlite(sql, params):
    """The index that a statement looks into first, and any table that it would read whole.

    Only its outermost part: the others are run for the rows that it finds.
    """
    plan = explained("EXPLAIN QUERY PLAN", sql, params)
    steps = [what for _, parent, _, what in plan if not parent and what.startswith(("SEARCH", "SCAN"))]
    first, *others = [step.partition(" USING INDEX ")[2].partition(" ")[0] or step for step in steps]
    return {first, *(step for step in others if step.startswith("SCAN"))}


def test_a_tick_with_nothing_due_reads_only_the_partial_indexes(at_rest):
    read = read_on_postgresql if connection.vendor == "postgresql" else read_on_sqlite
    asked = asked_by(tick)
    elsewhere = {sql: where for sql, params in asked if not (where := read(sql, params)) <= SMALL}
    assert not elsewhere
    assert set().union(*(read(sql, params) for sql, params in asked)) == SMALL
    assert len(asked) <= 8
    assert Assignment.objects.count() > 2 * MANY


def test_a_batch_takes_as_many_statements_for_forty_as_for_two(maya, module):
    def planning_of(many):
        for number in range(many):
            make_assignment(make_client(maya, "C", f"{many}.{number}@example.org", "Europe/Berlin"), module)
        asked = asked_by(lambda: plan(SLOT))
        assert Delivery.objects.filter(state="due").update(state="accepted") == many
        return len(asked)

    assert planning_of(2) == planning_of(40) <= 13
