"""One fault's stage: its own database, broker, provider and processes of the product, and what faults often do."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from celery import Celery
from django.db import connection, transaction
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery
from practice.people.models import Client, Consent, Practice, Practitioner
from tests.cast import make_module
from tests.faults import oracle
from tests.faults.parts import ROOT, Broker, NotSo, Process, Provider, connections_to, wait_until
from tests.postgres import Postgres

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Honolulu")
#: A mail server and a provider may write the second one otherwise: xn--bcher-kva.example.
DOMAINS = ("example.org", "bücher.example")
#: A lease, in seconds: long enough for a batch, short enough to wait for.
LEASE_SECONDS = 10
BACKENDS = {
    "postmark": "anymail.backends.postmark.EmailBackend",
    "resend": "anymail.backends.resend.EmailBackend",
    "brevo": "anymail.backends.brevo.EmailBackend",
}


class Stage:
    """Everything one fault needs. `mail` is smtp, postmark, resend or brevo; `policy` is `Practice.uncertain`."""

    def __init__(self, folder: Path, postgres: Postgres, database: str, mail: str, policy: str, seed: str):
        self.folder, self.postgres, self.mail = folder, postgres, mail
        self.random = random.Random(seed)
        self.database, self.database_url = database, postgres.url(database)
        self.broker, self.provider = Broker(folder), Provider(folder)
        self.broker.start()
        self.broker_url = self.broker.url
        self.processes: list[Process] = []
        self.recipients: Counter = Counter()
        #: How often something was broken; how many emails may be in doubt by that, and how many may come twice.
        self.injected = self.doubts = self.twice = 0
        #: Those that the provider accepted from a process that could no longer say so (cuts.py).
        self.untold: set[str] = set()
        #: What should have been so, each as a sentence; what is undone when all was looked at.
        self.wrong: list[str] = []
        self.last_of_all = ExitStack()
        self.now: datetime | None = None
        Practice.objects.update_or_create(pk=Practice.current().pk, defaults={"uncertain": policy})
        self.maya = Practitioner.objects.create_user("maya@example.com", "p", name="Maya", time_zone="UTC")

    def close(self) -> None:
        for process in (*self.processes, self.broker.process, self.provider.process):
            process.kill()

    # --- The product --------------------------------------------------------------------------------

    @property
    def env(self) -> dict[str, str]:
        """What the product is configured by."""
        env = {**os.environ, "DATABASE_URL": self.database_url, "REDIS_URL": self.broker_url}
        env["LEASE_SECONDS"] = str(LEASE_SECONDS)
        if self.mail == "smtp":
            return env | {"EMAIL_URL": self.provider.smtp_url}
        return env | {"EMAIL_BACKEND": BACKENDS[self.mail], "ANYMAIL": self.provider.anymail()}

    def start(self, *arguments: str, **more_env: str) -> Process:
        """`python -m ...` with the product's environment. It is gone after the fault."""
        log = self.folder / f"{arguments[0]}-{len(self.processes)}.log"
        process = Process([sys.executable, "-m", *arguments], self.env | more_env, log)
        self.processes.append(process)
        return process

    def worker(self, *options: str) -> Process:
        """A worker, as the product's own compose file starts it, with as many senders as a tick calls."""
        pool = options or ("--pool=threads", "--concurrency=2")
        name = f"--hostname=w{len(self.processes)}@here"
        quiet = ("--loglevel=INFO", "--without-gossip", "--without-mingle", name)
        process = self.start("celery", "-A", "practice", "worker", *pool, *quiet)
        process.name = name.removeprefix("--hostname=")
        return process

    def ready(self, *workers: Process) -> None:
        """Wait until these workers take tasks."""
        for worker in workers:
            wait_until(lambda one=worker: " ready." in one.log.read_text(), f"{worker.name}", 60)

    def beat(self) -> Process:
        options = ("--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel=INFO")
        return self.start("celery", "-A", "practice", "beat", *options)

    def ring(self, times: int = 1, task: str = "practice.mailing.tasks.tick") -> None:
        """Send the tick, as beat does."""
        with Celery(broker=self.broker.url, set_as_current=False) as app:
            for _ in range(times):
                app.send_task(task, expires=55)

    def send_due(self, now: datetime | None = None, **more_env: str) -> int:
        """One tick in a process of its own, as of `now` (UTC). Returns its exit code."""
        self.now = max(now or timezone.now(), self.now or datetime.min.replace(tzinfo=UTC))
        at = ("--now", now.isoformat()) if now else ()
        return self.start("django", "send_due", *at, **more_env).ends(120)

    # --- The people -----------------------------------------------------------------------------------

    def everybody_due(self, how_many: int, at: datetime | None = None, steps: int = 1, **rhythm) -> datetime:
        """That many new clients, in zones all over, whose first step is due at one moment. Returns the moment."""
        at = at or timezone.now().replace(second=0, microsecond=0)
        first = len(self.recipients)
        with transaction.atomic():
            module = make_module(self.maya, title=f"Module {first}", steps=steps)
            for number in range(first, first + how_many):
                self.client_due(number, module, at, **rhythm)
        return at

    def client_due(
        self, number: int, module, at: datetime, zone: str = "", every_weeks: int = 1
    ) -> Assignment:
        """One client whose steps come at the time of day that `at` is on their own clock."""
        zone = zone or ZONES[number % len(ZONES)]
        address = f"client{number}@{DOMAINS[number % 2]}"
        client = Client.objects.create(
            practitioner=self.maya, name=f"Client {number}", email=address, time_zone=zone
        )
        Consent.objects.create(client=client, given_at=at)
        # So long ago that it can no longer be taken back.
        local, before = at.astimezone(ZoneInfo(zone)), at - timedelta(hours=1)
        self.recipients[address] = module.steps.count()
        row = Assignment.begin(
            client, module, first_on=local.date(), at=local.time(), every_weeks=every_weeks, now=before
        )
        row.rest_after(0)  # nobody here ever writes back
        return row

    def keep_waiting(self, at_least: int) -> None:
        """See to it that there is work: emails that are due, or will be with the next tick."""
        waiting = Delivery.objects.filter(state="due").count()
        if waiting + Assignment.objects.filter(state="active").count() < at_least:
            self.everybody_due(at_least)

    # --- Looking ------------------------------------------------------------------------------------

    def must(self, be: bool, sentence: str) -> None:
        """Note it, unless it is so."""
        if not be:
            self.wrong.append(f"It is not so that {sentence}.")

    def open_now(self, at: datetime) -> int:
        """How many emails could leave by `at` and have not."""
        rows = Delivery.objects
        return (
            rows.filter(state="due", due_at__lte=at).count()
            + rows.filter(state__in=("claimed", "submitting"), lease_until__lte=at).count()
            + Assignment.objects.filter(state="active", next_due_at__lte=at).count()
        )

    def unrecorded(self) -> set[str]:
        """The emails, by Message-ID, that the provider has accepted while the outbox does not say so."""
        accepted = {accept.message_id for accept in self.provider.log.read()}
        said = Delivery.objects.filter(state__in=Delivery.SENT)
        return accepted - set(said.values_list("message_id", flat=True))

    def connections(self, pid: int) -> int:
        """How many connections a process has to the provider."""
        provider = self.provider
        return connections_to(provider.smtp_port if self.mail == "smtp" else provider.http_port, pid)

    # --- Ending -------------------------------------------------------------------------------------

    def drain(self) -> None:
        """The fault is over: let the product finish by itself. Raises NotSo when it does not."""
        self.provider.does()
        running = any(process.is_running and "worker" in process.popen.args for process in self.processes)
        if running:
            self._drain_by_workers()
        self._drain_by_clock()

    def _drain_by_workers(self, seconds: float = 60) -> None:
        """With the workers that are there and a tick a second."""
        deadline = time.monotonic() + seconds
        while left := self.open_now(timezone.now() + timedelta(seconds=LEASE_SECONDS)):
            if time.monotonic() > deadline:
                raise NotSo(f"waited {seconds:.0f} s in vain for {left} emails to leave by themselves")
            self.ring()
            time.sleep(1)

    def _drain_by_clock(self) -> None:
        """What waits for a later moment (a retry, a long lease): the tick of that moment, within the window."""
        begin = max(timezone.now(), self.now or timezone.now()) if not self.now else self.now
        for later in (6, 20, 60, 120, 200, 290):
            if not self.unsettled():
                return
            self.send_due(begin + timedelta(minutes=later))

    def unsettled(self) -> bool:
        """Whether there is an email of which the product may still find out more."""
        asked = ("uncertain",) if self.mail == "postmark" else ()
        return Delivery.objects.filter(state__in=(*oracle.OPEN, *asked)).exists()

    def verdict(self) -> oracle.Verdict:
        return oracle.judge(self.provider.log.read(), self.recipients, self.now or timezone.now())


def run_quietly(*arguments: str, env: dict[str, str]) -> None:
    """`python -m ...` of the product, to its end. Raises CalledProcessError."""
    subprocess.run(
        [sys.executable, "-m", *arguments], check=True, cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )


def reconnect(database: str) -> None:
    """Turn our own eyes to another database."""
    connection.close()
    connection.settings_dict["NAME"] = database
