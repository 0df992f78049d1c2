"""A PostgreSQL of a run's own: a fresh folder, a unix socket, and fsync on, so that what it promised is kept."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

import psycopg

IS_ROOT = os.geteuid() == 0


class Postgres:
    """The server in `folder`. PostgreSQL refuses to run as root, so root runs it as its own user."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        as_owner = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
        folder.mkdir(mode=0o755, exist_ok=True)
        if IS_ROOT:
            shutil.chown(folder, "postgres")
        making = [
            "-U",
            getpass.getuser(),
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--wal-segsize=1",
        ]
        self.control = [*as_owner, programs / "pg_ctl", "-D", self.data]
        self._run(*as_owner, programs / "initdb", "-D", self.data, *making)

    def start(self) -> None:
        """Start, and recover what a stop at once left behind. Ready when it returns."""
        options = (
            f"-k {self.folder} -c listen_addresses='' -c fsync=on -c max_connections=100 -c max_wal_size=16MB"
        )
        self._run(*self.control, "-o", options, "-l", self.folder / "log", "-w", "start")

    def stop_at_once(self) -> None:
        """Stop without a checkpoint and without a word to anybody, as a power cut does."""
        self._run(*self.control, "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        """DATABASE_URL of one of its databases."""
        return f"postgres:///{self.folder}/{database}"

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
