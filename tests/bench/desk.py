"""`make bench-desk`: the desk of a large practice on PostgreSQL, page by page; the last line is JSON.

What counts is the time that the server takes for a page, and how often it asks the database: both as several
practitioners, through every middleware. Ends with 1 when a page asks or takes too much.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median, quantiles

from tests.bench import machine
from tests.bench.place import SETTINGS
from tests.postgres import find_postgres, postgres

#: What a page may ask and take.
MOST_QUERIES, MOST_MS = 20, 150
#: Practitioners who look, and how often each looks at each page; the first look warms up and is not counted.
LOOKERS, LOOKS = 5, 9


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# Models can be imported only after the settings are known.


def pages_of(practitioner, look: int) -> Iterator[tuple[str, str]]:
    """(page, address) of every page that is measured, for one look of a practitioner."""
    from django.urls import reverse

    from practice.people.models import Client

    clients = Client.objects.of(practitioner).order_by("pk")
    yield "home", reverse("admin:index")
    yield "client list", reverse("admin:people_client_changelist")
    yield "client page", reverse("admin:people_client_change", args=(clients[look].pk,))
    yield "inbox", reverse("admin:replies_reply_changelist")
    yield "assignment list", reverse("admin:assignments_assignment_changelist")
    # Next to nothing is on it: what any page takes on this machine, to compare the others with.
    yield "my details", reverse("admin:me")


@dataclass(frozen=True)
class Look:
    """How often a page asked the database, the milliseconds that it took, and those that it and the database worked."""

    queries: int
    ms: float
    worked: float


def look_at(browser, url: str) -> Look:
    """Get a page."""
    from django.db import connection

    asked = []

    def listen(execute, sql, *rest):
        asked.append(sql)
        return execute(sql, *rest)

    connection.ensure_connection()
    # The first figure is the nanoseconds that the database's process has been on a CPU.
    database = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    worked = int(database.read_text().split()[0]) + time.process_time_ns()
    began = time.perf_counter()
    with connection.execute_wrapper(listen):
        status = browser.get(url, secure=True).status_code
    ms = (time.perf_counter() - began) * 1000
    worked = int(database.read_text().split()[0]) + time.process_time_ns() - worked
    if status != 200:
        raise RuntimeError(f"{url} answered {status}.")
    return Look(len(asked), ms, worked / 1e6)


def measure() -> dict[str, list[Look]]:
    """Every look, by page."""
    from django.test import Client as Browser

    from practice.people.models import Practitioner

    found: dict[str, list[Look]] = {}
    for practitioner in Practitioner.objects.order_by("pk")[:LOOKERS]:
        browser = Browser(headers={"host": "letters.example.com"})
        browser.force_login(practitioner)
        for look in range(LOOKS):
            for page, url in pages_of(practitioner, look):
                seen = look_at(browser, url)
                if look:
                    found.setdefault(page, []).append(seen)
    return found


def p95(times: list[float]) -> float:
    """What 95 of 100 stay within."""
    return quantiles(times, n=20, method="inclusive")[-1]


def summed_up(looks: list[Look]) -> dict[str, float]:
    """The most queries of any look, and the milliseconds within which 95 of 100 looks were answered."""
    return {
        "queries": max(look.queries for look in looks),
        "p95_ms": round(p95([look.ms for look in looks]), 1),
    }


def fill(options: list[str]) -> float:
    """The tables and what is in them, and the static files, whose names pages ask for. Returns the seconds."""
    from django.core.management import call_command
    from django.db import connection

    began = time.monotonic()
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("migrate", verbosity=0)
    call_command("seed_load", *options)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as autovacuum does within minutes
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make bench-desk", epilog="Other options go to manage.py seed_load: --clients 1000 and the like."
    )
    _, sizes = parser.parse_known_args()
    programs = find_postgres()
    if programs is None:
        raise SystemExit("Not possible here: PostgreSQL is missing; see `make test`.")
    with postgres(programs, fsync="on") as url, tempfile.TemporaryDirectory(prefix="static-") as static:
        # As in a practice: DEBUG is off, and a mail server is named (which nobody writes to).
        own = {
            "DATABASE_URL": url,
            "STATIC_ROOT": static,
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "LOG_LEVEL": "WARNING",
        }
        os.environ |= SETTINGS | own
        import_module("practice.wsgi")  # as gunicorn does
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            say(machine.facts(f"PostgreSQL {cursor.fetchone()[0]}"))
        say(f"Filled in {fill(sizes):.0f} s.\n")
        looks = measure()
        connection.close()
    return tell(looks)


def tell(looks: dict[str, list[Look]]) -> int:
    """Say what came of it; 1 when a page is over what it may ask or take.

    On a machine that is busy with something else, the time on the CPU tells how much of it was waiting for that.
    """
    found = {page: summed_up(seen) for page, seen in looks.items()}
    say(f"{'':18}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'p95 CPU':>9}{'looks':>7}")
    for page, seen in looks.items():
        times, worked = [look.ms for look in seen], p95([look.worked for look in seen])
        numbers = f"{median(times):>9.1f}{found[page]['p95_ms']:>9.1f}{max(times):>9.1f}{worked:>9.1f}{len(seen):>7}"
        say(f"{page:18}{found[page]['queries']:>8}{numbers}")
    over = [
        f"{page}: {it['queries']} queries, p95 {it['p95_ms']} ms"
        for page, it in found.items()
        if it["queries"] > MOST_QUERIES or it["p95_ms"] > MOST_MS
    ]
    if over:
        say(f"\nMore than {MOST_QUERIES} queries or {MOST_MS} ms: {'; '.join(over)}")
    say(f"\n{json.dumps(found)}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
