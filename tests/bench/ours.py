"""(c) Ours: due rows, one tick, two worker processes. The product is used as it is, through its rows and its tick."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as wall_clock

from celery import Celery
from django.db import connection, transaction
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing import links
from practice.mailing.models import Delivery
from practice.people.models import Client, Consent, Practice, Practitioner
from resources.models import Module, Prompt, Step
from tests.bench import letters
from tests.bench.place import Place
from tests.bench.way import NAMES, Way

APP = "practice"
WORKERS = ("ours1", "ours2")
OPTIONS = ("--pool=threads", "--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle")
#: Enough steps for every round of a series, its warm-up included.
STEPS = 10
UNSETTLED = (Delivery.State.CLAIMED, Delivery.State.SUBMITTING)


class Series:
    """A module of its own, and as many clients as a round asks for, who wait for its next step."""

    def __init__(self) -> None:
        practice = Practice.current()
        practice.postal_address = "Linden House, 4 Canal Street, 10115 Berlin"
        practice.help_lines = "Emergency: 112"
        practice.save()
        number = Module.objects.count()
        self.maya = Practitioner.objects.create(email=f"maya{number}@example.com", name="Maya Lindgren")
        self.module = Module.objects.create(practitioner=self.maya, title="Coming home to yourself")
        for position in range(1, STEPS + 1):
            step = Step.objects.create(
                module=self.module, position=position, title=letters.TITLE, body=letters.HTML, minutes=4
            )
            Prompt.objects.create(step=step, position=1, text="What stayed with you?")
        self.pks: list[int] = []

    @transaction.atomic
    def grow(self, how_many: int) -> None:
        """See to it that at least so many clients receive the module, next week."""
        numbers = range(len(self.pks), how_many)
        for start in range(numbers.start, numbers.stop, 5000):
            self.pks += self._begin(numbers[start - numbers.start :][:5000])

    def _begin(self, numbers: range) -> list[int]:
        clients = Client.objects.bulk_create(
            Client(
                practitioner=self.maya,
                name=f"{NAMES[n % 5]} {n}",
                email=f"client{n}@example.org",
                time_zone="Europe/Berlin",
            )
            for n in numbers
        )
        given_at = datetime(2026, 1, 1, tzinfo=UTC)
        Consent.objects.bulk_create(Consent(client=client, given_at=given_at) for client in clients)
        return [row.pk for row in Assignment.objects.bulk_create(self._assignments(clients))]

    def _assignments(self, clients: list[Client]) -> Iterator[Assignment]:
        now = timezone.now()
        first_on = now.date() + timedelta(days=7)
        begun = Assignment(client=clients[0], module=self.module, first_on=first_on, at=wall_clock(18))
        begun._wait_for(begun.rhythm.day_from(now))
        fields = {field.attname for field in Assignment._meta.concrete_fields} - {"id", "client_id"}
        for client in clients:
            yield Assignment(client=client, **{name: getattr(begun, name) for name in fields})

    def wake(self, how_many: int) -> None:
        """Make the next step of the first so many due now, as [Send the next step now] does."""
        now = timezone.now()
        Assignment.objects.filter(pk__in=self.pks[:how_many]).update(sooner_at=now, next_due_at=now)

    def stop(self) -> None:
        """Let nothing more of it become due."""
        Assignment.objects.filter(pk__in=self.pks).update(
            state=Assignment.State.STOPPED, next_due_at=None, sooner_at=None
        )


class Ours(Way):
    """A series, the broker and two workers."""

    name, fewest = "ours", 2000

    def __init__(self, place: Place, running: list[subprocess.Popen]) -> None:
        self.running = running
        self.celery = Celery(broker=place.brokers[APP], set_as_current=False)
        self.series = Series()
        self.before = 0

    def prepare(self, how_many: int) -> None:
        self.series.grow(how_many)
        last = Delivery.objects.order_by("pk").last()
        self.before = last.pk if last else 0
        self.series.wake(how_many)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does within a minute

    def go(self) -> None:
        self.celery.send_task("practice.mailing.tasks.tick", expires=55)

    def settle(self) -> None:
        deadline = time.monotonic() + 60
        while unsettled := Delivery.objects.filter(state__in=UNSETTLED).count():
            if time.monotonic() > deadline:
                raise TimeoutError(f"Ours did not record {unsettled} emails.")
            time.sleep(0.05)
        if others := self.round().exclude(state=Delivery.State.ACCEPTED).count():
            raise RuntimeError(f"{others} emails of ours are not recorded as sent.")

    def round(self):
        """The deliveries of this round."""
        return Delivery.objects.filter(pk__gt=self.before)

    def people(self) -> dict[str, letters.Person]:
        return {
            row.to_address: letters.Person(row.assignment.client.name, row.to_address, self.links_of(row))
            for row in self.round().select_related("assignment__client")
        }

    @staticmethod
    def links_of(row: Delivery) -> tuple[str, str, str]:
        return links.reflection_url(row.token), links.pace_url(row.token), links.stop_url(row.token)

    def processes(self) -> list[int]:
        return [process.pid for process in self.running]


@contextmanager
def ours(place: Place, mail: dict[str, str], connections: int) -> Iterator[Ours]:
    """Ours with two workers running, one sender each, which sends by `mail` on so many connections."""
    env = mail | {"SENDERS": str(len(WORKERS)), "CONNECTIONS": str(connections)}
    with place.workers(APP, WORKERS, OPTIONS, env) as running:
        yield Ours(place, running)
