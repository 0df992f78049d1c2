"""Finding 500 due among 1e5, 1e6 and 1e7 active assignments, and a tick with none due: does it cost the same?

python -m tests.bench.due
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import django
import psycopg
from environ import Env

from tests.postgres import find_postgres, postgres

SIZES = {"1e5": 100_000, "1e6": 1_000_000, "1e7": 10_000_000}
#: Each finds its own 500, scattered over the table. The first is to warm up.
ROUNDS = 12
#: When the first 500 are due: a Sunday, 18:00 in Berlin.
SLOT = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)
#: Assignments of one client.
EACH = 10


def due_scan(database_url: str) -> dict[str, float]:
    """Measure in new databases beside this one. Takes some minutes, and 8 GB of disk while it lasts.

    Returns milliseconds, and as `due_1e7_vs_1e5` how many times longer claiming takes in the largest table than in the
    smallest; in each round they take turns.
    """
    with ExitStack() as stack:
        there = {
            name: stack.enter_context(database_of_its_own(database_url, f"due_{name}")) for name in SIZES
        }
        filled = {name: there[name].submit(fill, size).result() for name, size in SIZES.items()}
        rounds = [
            {name: there[name].submit(one_round, minute).result() for name in SIZES}
            for minute in range(ROUNDS)
        ]
    say("\nThe due scan, in ms: on the clock, waiting for the database, and CPU of the database")
    say(f"{'assignments':>12}{'claim 500':>22}{'plan 500':>22}{'none due':>22}{'asked':>7}{'filled in':>11}")
    found = {}
    for name, size in SIZES.items():
        claim, plan, none = (
            medians(times) for times in zip(*(each[name] for each in rounds[1:]), strict=True)
        )
        columns = "".join(
            f"{f'{it.ms:.1f}, {it.waited:.1f}, {it.database:.1f}':>22}" for it in (claim, plan, none)
        )
        say(f"{size:>12,}{columns}{none.asked:>7}{filled[name]:>9.0f} s")
        found |= {f"due_{name}_ms": claim.ms, f"due_{name}_database_ms": claim.database}
        found |= {f"plan_{name}_ms": plan.ms, f"none_due_{name}_database_ms": none.database}
    ratios = {"due_1e7_vs_1e5": "ms", "due_1e7_vs_1e5_in_database": "database_ms"}
    return found | {
        name: found[f"due_1e7_{unit}"] / found[f"due_1e5_{unit}"] for name, unit in ratios.items()
    }


@contextmanager
def database_of_its_own(url: str, name: str) -> Iterator[ProcessPoolExecutor]:
    """A new database with our tables, and one process that works in it. Gone afterwards."""
    with psycopg.connect(**where(url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        begin = {"initializer": work_in, "initargs": (f"{url.rpartition('/')[0]}/{name}",)}
        try:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn"), **begin) as process:
                yield process
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def where(url: str) -> dict[str, str]:
    """A DATABASE_URL as psycopg takes it: a socket's folder is no host that it would find in an address."""
    told = Env.db_url_config(url)
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
    return {names[name]: str(told[name]) for name in names if told.get(name)}


def work_in(url: str) -> None:
    """Begin a process: its database is this one."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ["DATABASE_URL"] = url
    django.setup()


# --- What is measured -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """Milliseconds on the clock, those of them in statements, those that the database's process worked, and how many
    statements it was asked."""

    ms: float
    waited: float
    database: float
    asked: int


def clocked(act: Callable[[], object]) -> Took:
    from django.db import connection

    connection.ensure_connection()
    asked = []

    def listen(execute, *statement):
        began = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            asked.append((time.perf_counter() - began) * 1000)

    # The first figure is the nanoseconds that the process has been on a CPU.
    worked = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    before, began = int(worked.read_text().split()[0]), time.perf_counter()
    with connection.execute_wrapper(listen):
        act()
    ms = (time.perf_counter() - began) * 1000
    return Took(ms, sum(asked), (int(worked.read_text().split()[0]) - before) / 1e6, len(asked))


def medians(times: tuple[Took, ...]) -> Took:
    return Took(
        median(it.ms for it in times),
        median(it.waited for it in times),
        median(it.database for it in times),
        max(it.asked for it in times),
    )


def one_round(minute: int) -> tuple[Took, Took, Took]:
    """Claim what is due in this minute, plan it, and before that a tick with none due."""
    from practice.mailing.models import Delivery

    now = SLOT + timedelta(minutes=minute)
    none = clocked(lambda: look_around(now - timedelta(seconds=30), 0))
    claimed, planned = clocked(lambda: claim(now)), clocked(lambda: look_around(now, 500))
    Delivery.objects.filter(state="due").update(state="accepted")  # they have left
    return claimed, planned, none


def claim(now: datetime) -> None:
    """Lock what is due, look at it, and let go of it."""
    from django.db import transaction

    from practice.mailing import planning

    with transaction.atomic():
        found = len(planning.lock_due(now))
        transaction.set_rollback(True)
    expect(found, 500)


def look_around(now: datetime, due: int) -> None:
    """The database part of a tick."""
    from practice.mailing import planning
    from practice.mailing.doubt import recover
    from practice.mailing.models import Delivery

    recover(now)
    expect(planning.plan(now), due)
    expect(Delivery.objects.due(now).count(), due)


def expect(found: int, right: int) -> None:
    if found != right:
        raise RuntimeError(f"{found} were due, not {right}.")


# --- What it is measured in -----------------------------------------------------------------------


def fill(size: int) -> float:
    """One practitioner's ten modules, and clients who all receive all of them; one in ten had its first email.

    500 are due in each of the first minutes from SLOT on. Returns the seconds that it took.
    """
    from django.core.management import call_command
    from django.db import connection

    began = time.monotonic()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        with bare(cursor):
            copy_all(size)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return time.monotonic() - began


def copy_all(size: int) -> None:
    from practice.mailing.models import Delivery
    from practice.people.models import Practitioner
    from tests.cast import PASSWORD, make_assignment, make_client, make_module
    from tests.copies import copies

    maya = Practitioner.objects.create_user("maya@example.com", PASSWORD, name="Maya")
    first_module, *_ = [make_module(maya).pk for _ in range(EACH)]
    ada = make_client(maya, "Ada", "ada@example.org", "Europe/Berlin")
    client = copies(ada, size // EACH, email="'c' || n || '@example.org'")
    copies(ada.consents.get(), size // EACH, client_id=f"{client - 1} + n")

    row = make_assignment(ada, maya.modules.get(pk=first_module))
    scattered = size // 500
    due = (
        f"CASE WHEN n % {scattered} < {ROUNDS} THEN timestamptz '{SLOT}' + n % {scattered} * interval '1 min' "
        f"ELSE timestamptz '{SLOT}' + interval '30 days' + n % 604800 * interval '1 s' END"
    )
    whose = {
        "client_id": f"{client} + (n - 1) / {EACH}",
        "module_id": f"{first_module} + (n - 1) % {EACH}",
    }
    first = copies(row, size, next_due_at=due, **whose)

    step = row.module.steps.first()
    mail = Delivery.planned(row, step.pk, SLOT, "example.org")
    mail.state = "accepted"
    mail.save()
    one_in_ten = {"assignment_id": f"{first} + (n - 1) * {EACH}"}
    copies(row.pass_step(step, SLOT), size // EACH, **one_in_ten)
    copies(mail, size // EACH, **one_in_ten, message_id="'m' || n", token_sha256="'t' || n")
    row.stop(SLOT)


@contextmanager
def bare(cursor) -> Iterator[None]:
    """Fill without triggers, and without indexes but for the keys: they are made faster afterwards."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = 'public' AND tablename IN "
        "('people_client', 'people_consent', 'assignments_assignment', 'assignments_passedstep', 'mailing_delivery') "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
    )
    indexes = cursor.fetchall()
    cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    for name, _ in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute("RESET session_replication_role; RESET maintenance_work_mem")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    programs = find_postgres()
    if programs is None:
        sys.exit("Not possible here: PostgreSQL is missing; see `make test`.")
    with postgres(programs, fsync="on") as own:
        say(json.dumps({name: round(value, 3) for name, value in due_scan(own).items()}))
