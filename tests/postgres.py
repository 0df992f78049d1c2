"""A PostgreSQL of a run's own: a fresh folder and a unix socket; no port and no password, unless they are asked for."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

IS_ROOT = os.geteuid() == 0


def find_postgres() -> Path | None:
    """The folder of PostgreSQL's programs, the newest one installed."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


#: Of the only user, where one is asked for.
PASSWORD = "only-for-an-hour"


@contextmanager
def postgres(programs: Path, fsync: str = "off", port: int | None = None) -> Iterator[str]:
    """One that runs, in a temporary folder. Yields its DATABASE_URL: by its socket, or with `port`, by the network."""
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = Postgres(programs, Path(folder), fsync, port=port)
        server.start()
        try:
            yield server.network_url("postgres") if port else server.url("postgres")
        finally:
            server.stop_at_once()


class Postgres:
    """The server in `folder`. PostgreSQL refuses to run as root, so root runs it as its own user.

    With fsync, what it promised is kept. `small` keeps its write-ahead log short. At a `port` of this machine it asks
    for a password, as the one in docker-compose.yml does.
    """

    def __init__(
        self, programs: Path, folder: Path, fsync: str, small: bool = False, port: int | None = None
    ) -> None:
        self.folder, self.data, self.port = folder, folder / "data", port
        as_owner = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
        folder.mkdir(mode=0o755, exist_ok=True)
        if IS_ROOT:
            shutil.chown(folder, "postgres")
        listening = f"-c listen_addresses=127.0.0.1 -p {port}" if port else "-c listen_addresses=''"
        self.options = f"-k {folder} {listening} -c fsync={fsync} -c max_connections=200"
        making = ["-U", getpass.getuser(), "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        (folder / "password").write_text(PASSWORD)
        making += ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={folder / 'password'}"]
        if small:
            self.options += " -c max_wal_size=16MB"
            making.append("--wal-segsize=1")
        self.control = [*as_owner, programs / "pg_ctl", "-D", self.data]
        self._run(*as_owner, programs / "initdb", "-D", self.data, *making)

    def start(self) -> None:
        """Start, and recover what a stop at once left behind. Ready when it returns."""
        self._run(*self.control, "-o", self.options, "-l", self.folder / "log", "-w", "start")

    def stop_at_once(self) -> None:
        """Stop without a checkpoint and without a word to anybody, as a power cut does."""
        self._run(*self.control, "-m", "immediate", "-w", "stop")

    @property
    def is_running(self) -> bool:
        """Whether there is a server, ready or not."""
        return subprocess.run(list(map(str, [*self.control, "status"])), capture_output=True).returncode == 0

    def url(self, database: str) -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgres:///{self.folder}/{database}"

    def network_url(self, database: str) -> str:
        """DATABASE_URL of one of its databases, by the network and with the password."""
        return f"postgres://{getpass.getuser()}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def make(self, database: str, like: str = "template1") -> None:
        """A new database with everything that another one holds."""
        self._ask(f'CREATE DATABASE "{database}" TEMPLATE "{like}"')

    def drop(self, database: str) -> None:
        """Forget a database, whoever looks at it."""
        self._ask(f'DROP DATABASE "{database}" WITH (FORCE)')

    def move(self, database: str, folder: Path) -> None:
        """Keep the tables of a database, at which nobody looks, in this folder."""
        self._ask(f"CREATE TABLESPACE \"{database}\" LOCATION '{folder}'")
        self._ask(f'ALTER DATABASE "{database}" SET TABLESPACE "{database}"')

    def move_log(self, folder: Path) -> None:
        """Keep the write-ahead log in this folder, which is not there yet. Only while there is no server."""
        link = self.data / "pg_wal"
        log = link.resolve()
        if link.is_symlink():
            link.unlink()
        self._run("mv", log, folder)
        if folder != link:
            link.symlink_to(folder)

    def begin_next_log(self) -> None:
        """Let the write-ahead log go on in its next file. Raises psycopg.OperationalError when there is no room."""
        self._ask("SELECT pg_logical_emit_message(true, 'next', 'next')")
        self._ask("SELECT pg_switch_wal()")

    def _ask(self, statement: str) -> None:
        address = f"host={self.folder} dbname=template1 user={getpass.getuser()}"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, *command: object) -> None:
        subprocess.run(
            [str(word) for word in command],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
