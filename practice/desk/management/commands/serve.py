"""`manage.py serve`: the whole of Interlude as one command, for trying it out and for a small practice."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.urls import reverse

from practice.desk import broker, sample, serving
from practice.desk.processes import Child, GaveUp, Group

READY_WITHIN = 60.0  # seconds for the first page to answer
STOP_WITHIN = 30.0  # seconds for a running request or task to end: longer than a shift of a sender


class StopAsked(Exception):
    """Ctrl-C, a signal, or the end of our parent."""


class Command(BaseCommand):
    """Runs web, worker, beat and, where REDIS_URL is not set, a private broker, until Ctrl-C."""

    help = "Run everything together: web, worker, beat, and a private broker where REDIS_URL is not set."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
        )
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
        parser.add_argument("--demo", action="store_true", help="load the sample practice first")
        parser.add_argument(
            "--stop-with-parent",
            action="store_true",
            help="stop when the program that started this one is gone",
        )

    def handle(self, *, host: str, port: int, demo: bool, stop_with_parent: bool, **options: Any) -> None:
        os.umask(0o077)  # the database, logs and captured mail are nobody else's to read
        self.parent = os.getppid() if stop_with_parent else None
        self.signals = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.note_signal)
        self.logs = settings.DATA_DIR / "logs"
        self.logs.mkdir(exist_ok=True)
        self.group = Group(self.say)
        try:
            self.run(host, port, demo)
        except StopAsked:
            self.say("\nStopping.")
        except (CommandError, GaveUp, serving.PortTaken) as reason:
            self.stderr.write(str(reason))
            sys.exit(1)
        finally:
            self.group.stop(STOP_WITHIN, hurry=lambda: self.signals > 1)

    def run(self, host: str, port: int, demo: bool) -> None:
        lock = self.take_lock()
        listener = self.listen(host, port, demo)
        address = f"http://{_name_of(host)}:{listener.getsockname()[1]}"
        lock.write(f"at {address} (process {os.getpid()})")
        lock.flush()
        self.set_up_environment(address)
        if demo:
            os.environ.setdefault("HOLD_MINUTES", "0")  # nobody who tries it out wants to wait
        self.start_broker()
        self.prepare(demo)
        self.start("web", serving.web_command(listener), pass_fds=[listener.fileno()])
        self.start("worker", serving.worker_command())
        self.start("beat", serving.beat_command())
        self.wait_for(lambda: _answers(f"{address}{reverse('admin:login')}"), "The first page")
        self.greet(demo)
        self.wait_for(lambda: False)

    # Before the processes

    def take_lock(self) -> IO[str]:
        try:
            return serving.take_lock(settings.DATA_DIR / "serve.lock")
        except serving.AlreadyRunning as where:
            raise CommandError(f"Interlude already runs here {where}.") from None

    def listen(self, host: str, port: int, demo: bool) -> socket.socket:
        try:
            return serving.listen(host, port)
        except serving.PortTaken as reason:
            if not demo:
                raise CommandError(
                    f"Port {port} on {host} cannot be used: {reason}. Stop the program that uses it, "
                    f"or choose another port: manage.py serve --port {port + 1}"
                ) from None
        listener = serving.listen_nearby(host, port + 1)
        self.say(f"Another program uses port {port}, so Interlude takes {listener.getsockname()[1]}.")
        return listener

    def set_up_environment(self, address: str) -> None:
        """Links in emails lead to this very server, unless the practice has an address of its own."""
        if not {"PUBLIC_BASE_URL", "PUBLIC_BASE_URL_FILE"} & os.environ.keys():
            os.environ["PUBLIC_BASE_URL"] = settings.PUBLIC_BASE_URL = address

    def prepare(self, demo: bool) -> None:
        call_command("migrate", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        if demo:
            call_command("seed_demo", verbosity=0)

    # The processes

    def start_broker(self) -> None:
        if settings.REDIS_URL:
            return
        server = broker.find_server()
        if server is None:
            raise CommandError(
                "No Redis-protocol server was found. Install valkey-server or redis-server, "
                "or set REDIS_URL to one that runs elsewhere."
            )
        folder = settings.DATA_DIR / "broker"
        folder.mkdir(mode=0o700, exist_ok=True)
        self.socket = broker.socket_in(folder)
        broker.clear_stale(self.socket)
        self.start("broker", broker.server_command(server, folder, self.socket), stops_last=True)
        self.wait_for(lambda: broker.answers(self.socket), "The broker")
        os.environ["REDIS_URL"] = settings.CELERY_BROKER_URL = broker.url_of(self.socket)

    def start(self, name: str, command: list[str], **more: Any) -> None:
        log = self.logs / f"{name}.log"
        self.group.start(Child(name, command, log, cwd=settings.BASE_DIR, env=dict(os.environ), **more))

    def wait_for(self, is_true: Callable[[], bool], what: str = "") -> None:
        """Look after the processes until something is true. Raises StopAsked; GaveUp if `what` takes too long."""
        deadline = time.monotonic() + READY_WITHIN
        while not is_true():
            self.check_for_stop()
            self.group.look_after()
            if what and time.monotonic() > deadline:
                raise GaveUp(
                    f"{what} did not answer within {READY_WITHIN:.0f} seconds. The logs in {self.logs} say more."
                )
            time.sleep(0.1)

    # Stopping

    def note_signal(self, number: int, frame: object) -> None:
        self.signals += 1

    def check_for_stop(self) -> None:
        if self.signals or (self.parent is not None and os.getppid() != self.parent):
            raise StopAsked

    # Words

    def greet(self, demo: bool) -> None:
        home = f"{settings.PUBLIC_BASE_URL}{reverse('admin:index')}"
        self.say(f"Interlude is ready: {home}")
        if demo:
            email, _, _ = sample.PRACTITIONERS["maya"]
            self.say(f"Sign in as {email} with the password {sample.PASSWORD}")
        if settings.DEBUG:
            self.say("These are settings for trying things out; .env.example says what a practice sets.")
        if settings.EMAIL_IS_CAPTURED:
            self.say("Emails stay on this machine and are shown at the desk.")
        self.say(f"Logs are in {_short(self.logs)}. Ctrl-C stops everything.")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _name_of(host: str) -> str:
    return "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 (compared, not bound)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 (an http address of ours)
            return response.status == 200
    except urllib.error.HTTPError:
        return True  # it answers, if only to send us elsewhere
    except OSError:
        return False


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
