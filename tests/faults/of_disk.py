"""Faults of the disk: it is full while emails leave, under the tables or under the write-ahead log."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.db import connection

from tests.faults.cuts import count_cut
from tests.faults.fault import Lack, fault
from tests.faults.of_broker import some_leave
from tests.faults.of_database import UNTIL_RECORDED
from tests.faults.parts import wait_until
from tests.faults.stage import Stage

MEGABYTE = 1 << 20
MOUNT = ("mount", "-t", "tmpfs", "-o", "size=64m,mode=755")
FULL = "No space left on device"


def no_disk() -> Lack | None:
    """Why we cannot have a small disk of our own."""
    if os.geteuid() != 0:
        return Lack("only root may mount a disk", for_good=False)
    with tempfile.TemporaryDirectory() as folder:
        tried = subprocess.run([*MOUNT, "tmpfs", folder], capture_output=True, text=True)
        if tried.returncode:
            return Lack(f"this machine lets nobody mount a disk ({tried.stderr.strip()})", for_good=True)
        subprocess.run(["umount", folder], check=True)
    return None


@fault(policy=("hold", "resend"), certain=False, lacks=no_disk)
def disk_full(stage: Stage) -> None:
    """A database without room for its tables stops the emails, and they go on when there is room again."""
    disk = stage.last_of_all.enter_context(small_disk(stage.folder / "disk"))
    stage.last_of_all.enter_context(tables_on(stage, disk / "tables"))
    connections, since = fill_while_some_leave(stage, disk)
    stage.injected += 1
    for _ in range(4):
        stage.ring()
        time.sleep(1)
    (disk / "filler").unlink()
    stage.must(FULL in said(stage, since), "the database noticed")
    count_cut(stage, connections, UNTIL_RECORDED)


@fault(policy=("resend",), certain=False, lacks=no_disk)
def log_disk_full(stage: Stage) -> None:
    """A database without room for its write-ahead log dies at once, and what it had promised is there afterwards."""
    disk = stage.last_of_all.enter_context(small_disk(stage.folder / "disk"))
    stage.last_of_all.enter_context(log_on(stage, disk / "log"))
    connections, since = fill_while_some_leave(stage, disk)
    connection.close()
    use_up_what_was_kept_ready(stage, since)
    stage.injected += 1
    stage.ring()
    time.sleep(1)
    (disk / "filler").unlink()
    bring_back(stage)
    count_cut(stage, connections, UNTIL_RECORDED)


# --- The disk, and what is on it -------------------------------------------------------------------


@contextlib.contextmanager
def small_disk(disk: Path) -> Iterator[Path]:
    """A disk of 64 MB that is PostgreSQL's."""
    disk.mkdir()
    subprocess.run([*MOUNT, "tmpfs", disk], check=True)
    try:
        shutil.chown(disk, "postgres")
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextlib.contextmanager
def tables_on(stage: Stage, folder: Path) -> Iterator[None]:
    """The tables of this fault's database are there, and forgotten afterwards."""
    folder.mkdir()
    shutil.chown(folder, "postgres")
    connection.close()
    stage.postgres.move(stage.database, folder)
    yield
    connection.close()
    stage.postgres.drop(stage.database)


@contextlib.contextmanager
def log_on(stage: Stage, folder: Path) -> Iterator[None]:
    """The write-ahead log of the whole server is there, and back in its place afterwards, for the faults to come."""
    move_log(stage, folder)
    try:
        yield
    finally:
        move_log(stage, stage.postgres.data / "pg_wal")


def move_log(stage: Stage, folder: Path) -> None:
    connection.close()
    if stage.postgres.is_running:
        stage.postgres.stop_at_once()
    stage.postgres.move_log(folder)
    stage.postgres.start()


# --- Full ------------------------------------------------------------------------------------------


def fill_while_some_leave(stage: Stage, disk: Path) -> tuple[int, int]:
    """Leave no byte free while a worker sends. Returns how many connections it has to the mail server, and how much the
    database had said until then.
    """
    worker = stage.worker()
    stage.ready(worker)
    stage.everybody_due(300)
    stage.provider.does(delay=0.002)
    stage.ring(2)
    some_leave(stage)
    since = len(said(stage))
    fill(disk)
    return stage.connections(worker.pid), since


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        for size in (MEGABYTE, 4096):
            with contextlib.suppress(OSError):
                while filler.write(bytes(size)) == size:
                    pass


def use_up_what_was_kept_ready(stage: Stage, since: int) -> None:
    """PostgreSQL keeps a few empty files of its log ready, which need no room any more. Then it is at its end."""

    def is_at_its_end() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            stage.postgres.begin_next_log()
        return "PANIC" in said(stage, since) and FULL in said(stage, since)

    wait_until(is_at_its_end, "the database to notice")


def bring_back(stage: Stage) -> None:
    """It may have come back by itself, may be dying again just now, or be gone: begin from there."""
    if stage.postgres.is_running:
        with contextlib.suppress(subprocess.CalledProcessError):
            stage.postgres.stop_at_once()
    stage.postgres.start()
    time.sleep(0.3)


def said(stage: Stage, since: int = 0) -> str:
    """What the database has said, from this character on."""
    return (stage.postgres.folder / "log").read_text()[since:]
