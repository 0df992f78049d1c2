"""Faults of the disk: it is full while emails leave."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from tests.faults.fault import fault
from tests.faults.of_broker import some_leave
from tests.faults.of_database import count_in_flight
from tests.faults.stage import Stage

MEGABYTE = 1 << 20


def may_mount() -> bool:
    """Whether we can have a small disk of our own."""
    return (
        os.geteuid() == 0
        and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
    )


@fault(policy=("hold", "resend"), certain=False, needs=may_mount)
def disk_full(stage: Stage) -> None:
    """A database without room to write stops the emails, and they go on when there is room again."""
    disk = stage.last_of_all.enter_context(small_disk(stage, stage.folder / "disk"))
    worker = stage.worker()
    stage.ready(worker)
    stage.everybody_due(300)
    stage.provider.does(delay=0.002)
    stage.ring(2)
    some_leave(stage)
    fill(disk)
    connections = stage.connections(worker.pid)
    stage.injected += 1
    for _ in range(4):
        stage.ring()
        time.sleep(1)
    full = "No space left on device" in (stage.postgres.folder / "log").read_text()
    (disk / "filler").unlink()
    stage.must(full, "the database noticed")
    count_in_flight(stage, connections)


@contextlib.contextmanager
def small_disk(stage: Stage, disk: Path) -> Iterator[Path]:
    """A disk of 64 MB, with the tables of this fault's database on it."""
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", disk], check=True)
    try:
        (disk / "tables").mkdir()
        shutil.chown(disk / "tables", "postgres")
        connection.close()
        stage.postgres.move(stage.database, disk / "tables")
        yield disk
        connection.close()
        stage.postgres.drop(stage.database)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        for size in (MEGABYTE, 4096):
            with contextlib.suppress(OSError):
                while filler.write(bytes(size)) == size:
                    pass
