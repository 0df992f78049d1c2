"""The whole way with real parts: worker processes, broker, mail server, and a database that they share."""

import os
import signal
import time
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery
from practice.people.models import Client, Consent, Practice
from tests.cast import make_module
from tests.components import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

#: Of one worker with two senders. Each has one email in doubt at most.
CONNECTIONS = settings.SENDERS * settings.CONNECTIONS

ZONES = [
    "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage",
    "America/Argentina/Buenos_Aires", "America/Bogota", "America/Chicago", "America/Denver", "America/Halifax",
    "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Dhaka", "Asia/Dubai", "Asia/Jakarta", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Manila",
    "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tehran", "Asia/Tokyo", "Asia/Yangon", "Atlantic/Azores",
    "Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Sydney", "Europe/Berlin",
    "Europe/London", "Europe/Madrid", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Honolulu",
]  # fmt: skip


def due_together(practitioner, how_many, moment):
    """Clients in 40 zones whose first step is due at one moment, each by the rule on their own clock."""
    assert len(set(ZONES)) == 40
    module = make_module(practitioner)
    clients = Client.objects.bulk_create(
        Client(
            practitioner=practitioner,
            name=f"Client {number}",
            email=f"client{number}@example.org",
            time_zone=ZONES[number % len(ZONES)],
        )
        for number in range(how_many)
    )
    Consent.objects.bulk_create(Consent(client=client, given_at=moment) for client in clients)
    for client in clients:
        local = moment.astimezone(ZoneInfo(client.time_zone))
        Assignment.begin(
            client,
            module,
            first_on=local.date(),
            at=local.time(),
            every_weeks=1,
            now=moment - timedelta(hours=1),  # so long ago that it can no longer be taken back
        )
    assert set(Assignment.objects.values_list("next_due_at", flat=True)) == {moment}


@pytest.fixture
def this_minute():
    """The minute that has just begun."""
    return timezone.now().replace(second=0, microsecond=0)


def ring(broker, times=1):
    """Send the tick, as beat does."""
    with Celery(broker=broker, set_as_current=False) as app:
        for _ in range(times):
            app.send_task("practice.mailing.tasks.tick", expires=55)


def nothing_waits():
    return Delivery.objects.exists() and not Delivery.objects.exclude(state="accepted").exists()


def recipients(sink):
    return Counter(address for mail in sink.mails for address in mail.rcpt_tos)


def everybody(how_many):
    return {f"client{number}@example.org": 1 for number in range(how_many)}


def test_200_clients_in_40_zones_get_one_email_each_at_their_minute(
    maya, worker, broker, smtp_sink, this_minute
):
    due_together(maya, 200, this_minute)
    worker()
    ring(broker, times=3)
    wait_until(nothing_waits, "200 emails to leave", 60)
    assert recipients(smtp_sink) == everybody(200)
    for row in Delivery.objects.select_related("assignment__client"):
        rule, clock = row.assignment, ZoneInfo(row.client.time_zone)
        assert row.window_began_at == this_minute
        assert row.window_began_at.astimezone(clock).time() == rule.at
        assert row.window_began_at.astimezone(clock).date() == rule.first_on
        assert row.accepted_at - this_minute < timedelta(minutes=2)
    # Few connections for many emails.
    assert len({mail.connection for mail in smtp_sink.mails}) <= CONNECTIONS


def test_ten_ticks_at_once_by_ten_processes_send_nothing_twice(maya, start_process, smtp_sink, this_minute):
    due_together(maya, 60, this_minute)
    processes = [
        start_process("django", "send_due", EMAIL_URL=smtp_sink.url, DJANGO_SETTINGS_MODULE="tests.settings")
        for _ in range(10)
    ]
    assert [process.wait(timeout=100) for process in processes] == [0] * 10
    assert recipients(smtp_sink) == everybody(60)
    assert nothing_waits()


@pytest.mark.parametrize(("policy", "most_twice"), [("hold", 0), ("resend", CONNECTIONS)])
def test_a_worker_killed_in_the_middle_loses_nothing(
    maya, worker, broker, start_process, smtp_sink, this_minute, policy, most_twice
):
    Practice.objects.update(uncertain=policy)
    due_together(maya, 100, this_minute)
    process = worker()
    ring(broker)
    wait_until(lambda: len(smtp_sink.mails) >= 15, "some emails to leave", 60)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    left = len(smtp_sink.mails)
    assert 15 <= left < 100

    later = (timezone.now() + timedelta(minutes=6)).isoformat()
    after = start_process(
        "django", "send_due", "--now", later, EMAIL_URL=smtp_sink.url, DJANGO_SETTINGS_MODULE="tests.settings"
    )
    assert after.wait(timeout=100) == 0
    got = recipients(smtp_sink)
    uncertain = Delivery.objects.filter(state="uncertain").select_related("assignment__client")
    lost = set(everybody(100)) - set(got) - {row.client.email for row in uncertain}
    assert lost == set()
    assert sum(count - 1 for count in got.values()) <= most_twice
    assert len(uncertain) <= CONNECTIONS
    assert Delivery.objects.exclude(state__in=("accepted", "uncertain")).count() == 0


def test_a_flushed_broker_loses_nothing(maya, worker, broker, smtp_sink, this_minute):
    from pathlib import Path
    from urllib.parse import unquote, urlsplit

    from practice.desk.broker import client_of

    due_together(maya, 40, this_minute)
    ring(broker, times=5)
    client_of(Path(unquote(urlsplit(broker).path))).flushall()
    worker()
    assert not Delivery.objects.exists()
    ring(broker)
    wait_until(nothing_waits, "the next tick to find them", 60)
    assert recipients(smtp_sink) == everybody(40)


def test_two_beats_send_nothing_twice(maya, worker, broker, smtp_sink, this_minute):
    due_together(maya, 40, this_minute)
    worker()
    ring(broker, times=20)
    wait_until(nothing_waits, "40 emails to leave", 60)
    assert recipients(smtp_sink) == everybody(40)


has_a_server = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server")


@has_a_server
def test_a_worker_keeps_its_database_connection_from_tick_to_tick(
    maya, worker, broker, smtp_sink, this_minute
):
    due_together(maya, 5, this_minute)
    worker(threads=1)
    ring(broker)
    wait_until(nothing_waits, "the emails to leave", 30)
    first = connections_at_rest()
    assert len(first) == 1
    ring(broker)
    wait_until(lambda: connections_at_rest() != first, "the next tick", 30)
    assert connections_at_rest().keys() == first.keys()


def connections_at_rest():
    """Each connection to the database but our own, by its process and its beginning, and when it was last used."""
    found, before = connections_of_others(), None
    while found != before:
        time.sleep(0.3)
        found, before = connections_of_others(), found
    return found


def connections_of_others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, backend_start, query_start FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return {(pid, began): used for pid, began, used in cursor.fetchall()}


@has_a_server
def test_a_database_that_was_away_is_found_again(maya, worker, broker, smtp_sink, this_minute):
    worker()
    ring(broker)
    wait_until(close_connections_of_others, "the worker to connect", 30)
    due_together(maya, 5, this_minute)
    ring(broker, times=2)
    wait_until(nothing_waits, "the emails to leave", 30)
    assert recipients(smtp_sink) == everybody(5)


def close_connections_of_others():
    """What a restart of the database does. Returns how many connections there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]
