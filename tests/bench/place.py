"""Where a run takes place: PostgreSQL with fsync, a broker, worker processes, all of its own and gone afterwards."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from celery import Celery

from practice.desk import broker
from practice.desk.processes import bound_to_parent
from tests.bench import machine
from tests.mailing.scripted_smtp import free_port
from tests.postgres import find_postgres, postgres
from tests.run import ROOT

#: A practice's settings, with secrets that are none; both the usual way and ours read what they need of it.
SETTINGS = {
    "DOTENV": os.devnull,
    "DEBUG": "off",
    "SECRET_KEY": "measuring-asks-for-a-key-that-nobody-else-has-0123456789",
    "FIELD_ENCRYPTION_KEYS": "dGhlIHRlc3RzIGhhdmUgYSBrZXkgb2YgdGhlaXIgb3c=",
    "PUBLIC_BASE_URL": "https://letters.example.com",
    "DEFAULT_FROM_EMAIL": "letters@example.com",
    "DJANGO_SETTINGS_MODULE": "practice.settings",
}


@dataclass
class Place:
    """PostgreSQL, the broker and a folder for logs."""

    folder: Path
    env: dict[str, str]
    postmaster: int
    version: str
    brokers: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **more_env: str) -> None:
        """Run `python -m ...` to its end."""
        command = [sys.executable, "-m", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.env | more_env, check=True, stdout=subprocess.DEVNULL)

    def says(self, *arguments: str, **more_env: str) -> bool:
        """Run `python -m ...` to its end, and let it speak. Returns whether it ended well."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env | more_env).returncode == 0

    def start(self, name: str, *arguments: str, **more: object) -> subprocess.Popen:
        """Start `python -m ...`, in a session of its own; what it says goes to a log."""
        env = self.env | dict(more.pop("env", {}))
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                **{"cwd": ROOT, "env": env, "stdout": log, "stderr": log, "start_new_session": True} | more,
                preexec_fn=bound_to_parent(),
            )

    def forget_tasks(self) -> None:
        """Empty the broker: tasks that a killed worker had not finished would come again."""
        broker.client_of(self.folder / "v.sock").flushall()

    def last_words(self) -> str:
        """The end of every log that holds anything: what to look at when a round went wrong."""
        logs = sorted(log for log in self.folder.glob("*.log") if log.stat().st_size)
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)

    @contextmanager
    def workers(
        self, app: str, hosts: Sequence[str], options: Sequence[str], env: dict[str, str]
    ) -> Iterator[list[subprocess.Popen]]:
        """Celery workers of an app, one for each host name; they have answered when this begins."""
        started = [
            self.start(host, "celery", "-A", app, "worker", "-n", f"{host}@here", *options, env=env)
            for host in hosts
        ]
        try:
            with Celery(broker=self.brokers[app], set_as_current=False) as celery:
                wait_for_workers(celery, hosts)
            yield started
        finally:
            for process in started:
                kill_all_of(process)


def wait_for_workers(celery: Celery, hosts: Sequence[str], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while len(celery.control.ping([f"{host}@here" for host in hosts], timeout=0.5)) < len(hosts):
        if time.monotonic() > deadline:
            raise TimeoutError(f"The workers {', '.join(hosts)} did not answer; see their logs.")


def kill_all_of(process: subprocess.Popen) -> None:
    """End a process and everything that it started, at once."""
    for pid in machine.family(process.pid):
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue
    process.wait()


@contextmanager
def open_place() -> Iterator[Place]:
    """PostgreSQL with fsync on, reached as in docker-compose.yml, a broker as `manage.py serve` runs it, and both
    schemas. Sets os.environ to match.
    """
    programs, server = find_postgres(), broker.find_server()
    if programs is None or server is None:
        raise SystemExit(
            "Not possible here: PostgreSQL or a Redis-protocol server is missing; see `make test`."
        )
    with (
        postgres(programs, fsync="on", port=free_port()) as url,
        tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder,
    ):
        socket = Path(folder) / "v.sock"
        command = broker.server_command(server, Path(folder), socket)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=bound_to_parent())
        try:
            while not broker.answers(socket):
                time.sleep(0.05)
            yield _furnished(Path(folder), url, broker.url_of(socket))
        finally:
            process.kill()
            process.wait()


def _furnished(folder: Path, url: str, redis: str) -> Place:
    brokers = {"practice": redis, "tests.bench.usual": redis.replace("virtual_host=0", "virtual_host=1")}
    usual = url.removesuffix("/postgres") + "/usual"
    databases = {"DATABASE_URL": url, "USUAL_DATABASE_URL": usual}
    queues = {"REDIS_URL": redis, "USUAL_REDIS_URL": brokers["tests.bench.usual"]}
    os.environ |= SETTINGS | databases | queues | {"DATA_DIR": str(folder), "EMAIL_URL": "smtp://localhost:1"}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE usual")
        postmaster = machine.parent_of(connection.info.backend_pid)
        version = (
            f"PostgreSQL {connection.info.server_version // 10_000} by TCP with a password,"
            f" fsync {_setting(connection, 'fsync')}"
        )
    place = Place(folder, dict(os.environ), postmaster, version, brokers)
    del place.env["EMAIL_URL"]
    place.run("django", "migrate", "-v0", EMAIL_URL="smtp://localhost:1")
    place.run("django", "migrate", "-v0", "--run-syncdb", DJANGO_SETTINGS_MODULE="tests.bench.usual.settings")
    return place


def _setting(connection: psycopg.Connection, name: str) -> str:
    return connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0]
