"""Real components for the suite: broker, mail server, browser, worker, and the database as another process sees it.

A missing component skips the tests that need it, with a reason; in CI (CI=true) it is a failure.
"""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from practice.desk import broker as private_broker
from practice.desk.processes import bound_to_parent

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}

# What a browser without a desktop, sound, or anybody to call home needs.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str | None:
    """The path of an installed Chromium. One without windows, if there: it shows the same for less work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def find_pango() -> bool:
    """Whether the system's libraries that lay out PDFs are installed."""
    try:
        return all(
            ctypes.CDLL(f"lib{name}.so.0") for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
        )
    except OSError:
        return False


def find_spam_filter() -> str | None:
    """The path of an installed SpamAssassin."""
    return shutil.which("spamassassin")


def missing(what: str) -> None:
    """End the test that needs `what`: a failure in CI, a skip with this reason elsewhere."""
    (pytest.fail if IN_CI else pytest.skip)(what)


# --- Which tests run ----------------------------------------------------------------------------


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only the tests that touch the database, and need no browser",
    )


def pytest_collection_modifyitems(config, items):
    """Mark browser tests by what they ask for; with --database-only leave out what no database can change, and the
    browsers, which see the same pages whatever is behind them."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
    if config.getoption("--database-only"):
        others = [item for item in items if not touches_database(item)]
        items[:] = [item for item in items if touches_database(item)]
        config.hook.pytest_deselected(items=others)


def touches_database(item):
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup"}
    asks = item.get_closest_marker("django_db") or fixtures & set(item.fixturenames)
    return bool(asks) and "browser" not in item.fixturenames


# --- The broker ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a Redis-protocol server that belongs to this run alone."""
    server = private_broker.find_server()
    if server is None:
        missing("no Redis-protocol server: install valkey-server or redis-server")
    with tempfile.TemporaryDirectory(prefix="broker-", dir="/tmp") as folder:
        socket = Path(folder) / "v.sock"
        command = private_broker.server_command(server, Path(folder), socket)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=bound_to_parent())
        try:
            wait_until(lambda: private_broker.answers(socket), "the broker to answer")
            assert private_broker.client_of(socket).info("server")["process_id"] == process.pid
            yield private_broker.url_of(socket)
        finally:
            process.kill()
            process.wait()


# --- The mail server ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Received:
    """One accepted mail: its envelope, its bytes, and which connection brought it."""

    mail_from: str
    rcpt_tos: list[str]
    content: bytes
    connection: int


# Gets the session and the argument of the phase (an address, the message); returns an SMTP answer, or None to go on.
Answer = Callable[[Session, object], str | None]


@dataclass
class SmtpSink:
    """A real SMTP server that accepts everything and remembers it, unless told otherwise for a phase."""

    address: tuple[str, int] = ("", 0)
    mails: list[Received] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """EMAIL_URL for this server."""
        return "smtp://{}:{}".format(*self.address)

    def to(self, address: str) -> list[Received]:
        """The mails that were accepted for one address."""
        return [mail for mail in self.mails if address in mail.rcpt_tos]

    def answer(self, phase: str, answer: str | Answer) -> None:
        """Answer a phase ("EHLO", "MAIL", "RCPT", "DATA" after 354) with this line, or with what a function says."""
        self.answers[phase] = answer if callable(answer) else lambda session, argument: answer

    def clear(self) -> None:
        self.mails.clear()
        self.answers.clear()

    # What aiosmtpd calls.

    def _scripted(self, phase: str, session: Session, argument: object) -> str | None:
        return self.answers[phase](session, argument) if phase in self.answers else None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        scripted = self._scripted("EHLO", session, hostname)
        session.host_name = hostname
        return [scripted] if scripted else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if scripted := self._scripted("MAIL", session, address):
            return scripted
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if scripted := self._scripted("RCPT", session, address):
            return scripted
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope):
        if scripted := await asyncio.to_thread(self._scripted, "DATA", session, envelope.content):
            return scripted
        self.mails.append(
            Received(
                envelope.mail_from, list(envelope.rcpt_tos), envelope.content, connection=session.peer[1]
            )
        )
        return "250 Accepted"


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    loop = asyncio.new_event_loop()  # in a thread of its own: the browser's fixtures keep one in ours
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    new_session = partial(SMTP, sink, enable_SMTPUTF8=True, data_size_limit=None, loop=loop)
    listening = loop.create_server(new_session, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(listening, loop).result(timeout=10)
    sink.address = server.sockets[0].getsockname()
    yield sink
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def smtp_sink(_smtp_server: SmtpSink) -> SmtpSink:
    """A real SMTP server with an empty memory."""
    _smtp_server.clear()
    return _smtp_server


# --- Other processes ----------------------------------------------------------------------------


@pytest.fixture
def process_env(transactional_db, settings) -> dict[str, str]:
    """The environment for a process that shall see this test's database (and its rows: they are committed)."""
    return {**os.environ, "DATABASE_URL": database_url(settings.DATABASES["default"])}


def database_url(database: dict) -> str:
    name = database["NAME"]
    return (
        f"sqlite:///{name}"
        if database["ENGINE"].endswith("sqlite3")
        else f"postgres:///{database['HOST']}/{name}"
    )


@pytest.fixture
def start_process(process_env) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts `python -m ...` against this test's database; whatever it started is gone after the test.

    start_process("celery", "-A", "practice", "worker", REDIS_URL=broker)
    """
    started: list[subprocess.Popen] = []

    def start(*arguments: str, **more_env: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=process_env | more_env,
            start_new_session=True,
            preexec_fn=bound_to_parent(),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def worker(start_process, broker, smtp_sink) -> Callable[..., subprocess.Popen]:
    """Starts a real Celery worker on this test's database, broker and mail server. Ready when it returns."""

    def start(threads: int = 2) -> subprocess.Popen:
        name = f"test-{time.monotonic_ns()}"
        process = start_process(
            *(
                "celery",
                "-A",
                "practice",
                "worker",
                "--pool=threads",
                f"--concurrency={threads}",
                "--loglevel=WARNING",
            ),
            *("--without-gossip", "--without-mingle", f"--hostname={name}@here"),
            REDIS_URL=broker,
            EMAIL_URL=smtp_sink.url,
        )
        from celery import Celery

        with Celery(broker=broker, set_as_current=False) as app:
            wait_until(lambda: app.control.ping([f"{name}@here"], timeout=0.5), "the worker to answer", 30)
        return process

    return start


def wait_until(is_true: Callable[[], object], what: str | Callable[[], str], seconds: float = 10) -> None:
    """Wait for `is_true`, looking often. Fails the test after `seconds`, saying what it waited for."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s in vain for {what() if callable(what) else what}")
        time.sleep(0.05)


# --- The browser (fixtures of pytest-playwright, told which browser to use) -----------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    executable = find_browser()
    if executable is None:
        missing("no browser: install chromium-headless-shell")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return browser_type_launch_args | {"executable_path": executable, "args": CHROMIUM_FLAGS}


@pytest.fixture(autouse=True)
def requests_end_before_the_flush(request) -> Iterator[None]:
    """A page may still be saving when its test ends; on PostgreSQL the flush would deadlock with that request."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # first, so that it ends after us
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        for _ in range(2):  # between two statements a request looks idle
            time.sleep(0.1)
            wait_until(lambda: not busy_connections(connection), "the last requests to end")


@pytest.fixture(autouse=True)
def the_audit_trail_ends_with_its_test(request) -> Iterator[None]:
    """On SQLite the flush after a test that commits deletes row by row, which the trail refuses."""
    marker = request.node.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if not commits and not {"live_server", "transactional_db"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")  # first, so that it ends after us
    yield
    from django.db import connection

    from practice.people import append_only

    if connection.vendor == "sqlite":
        append_only.open_again(connection, "people_auditentry")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM people_auditentry")
        append_only.close(connection, "people_auditentry")


def busy_connections(connection) -> int:
    """How many other connections to this database are in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return cursor.fetchone()[0]
