"""(a) The usual way, at work: prefork, two processes, a row marked as sent after each mail."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from celery import Celery

from tests.bench import letters
from tests.bench.place import Place
from tests.bench.way import NAMES, Way

APP = "tests.bench.usual"


class UsualWay(Way):
    """Its database, its broker, its worker."""

    name, fewest = "the usual way", 100

    def __init__(self, place: Place, worker: int) -> None:
        self.worker = worker
        self.celery = Celery(broker=place.brokers[APP], set_as_current=False)
        self.database = psycopg.connect(place.env["USUAL_DATABASE_URL"], autocommit=True)
        self.rows: list[tuple[str, str, str]] = []

    def prepare(self, how_many: int) -> None:
        self.database.execute("TRUNCATE usual_reading, usual_letter")
        reading = self.database.execute(
            "INSERT INTO usual_reading (title, html, text) VALUES (%s, %s, %s) RETURNING id",
            (letters.TITLE, letters.HTML, letters.TEXT),
        ).fetchone()[0]
        self.rows = [
            (f"{NAMES[n % 5]} {n}", f"client{n}@example.org", secrets.token_urlsafe(32))
            for n in range(how_many)
        ]
        with self.database.cursor() as cursor:
            insert = "INSERT INTO usual_letter (reading_id, name, address, token) VALUES (%s, %s, %s, %s)"
            cursor.executemany(insert, [(reading, *row) for row in self.rows])
            cursor.execute("ANALYZE")  # as autovacuum does within a minute

    def go(self) -> None:
        self.celery.send_task(f"{APP}.tasks.send_all")

    def settle(self) -> None:
        deadline = time.monotonic() + 30
        while self.database.execute("SELECT count(*) FROM usual_letter WHERE sent_at IS NULL").fetchone()[0]:
            if time.monotonic() > deadline:
                raise TimeoutError("The usual way did not mark all as sent.")
            time.sleep(0.05)

    def people(self) -> dict[str, letters.Person]:
        page = "https://letters.example.com/r/{}/"
        return {
            address: letters.Person(
                name, address, tuple(page.format(token) + end for end in ("", "pace/", "stop/"))
            )
            for name, address, token in self.rows
        }

    def processes(self) -> list[int]:
        return [self.worker]


@contextmanager
def usual_way(place: Place, mail: dict[str, str]) -> Iterator[UsualWay]:
    """The usual way with its worker running, sending by `mail`."""
    env = mail | {"DJANGO_SETTINGS_MODULE": f"{APP}.settings"}
    with place.workers(APP, ["usual"], ["--concurrency=2"], env) as (worker,):
        yield UsualWay(place, worker.pid)
