"""What `manage.py serve` is made of: the lock, the port, and the command line of each process."""

import fcntl
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO

PORTS_TO_TRY = 20


class AlreadyRunning(Exception):
    """Another process holds the lock. The message is what that one wrote into it."""


class PortTaken(Exception):
    """The port cannot be listened on. The message is the system's reason."""


def take_lock(path: Path) -> IO[str]:
    """Hold the lock of an installation. The kernel lets go of it when we end, however we end.

    Whoever holds it may write into it. Raises AlreadyRunning.
    """
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise AlreadyRunning(lock.read().strip()) from None
    lock.truncate(0)
    return lock


def listen(host: str, port: int, patience: float = 3.0) -> socket.socket:
    """Take a port now, so that it stays ours while web processes come and go. Raises PortTaken.

    Waits up to `patience` seconds: after a crash the web processes need a moment to notice and let go.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return _listen(host, port)
        except PortTaken:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as reason:
        listener.close()
        raise PortTaken(os.strerror(reason.errno) if reason.errno else str(reason)) from None
    return listener


def listen_nearby(host: str, port: int) -> socket.socket:
    """The same on the first port from `port` on that is free. Raises PortTaken."""
    for candidate in range(port, port + PORTS_TO_TRY):
        try:
            return _listen(host, candidate)
        except PortTaken:
            continue
    raise PortTaken(f"nor is any up to {port + PORTS_TO_TRY - 1} free")


def web_command(listener: socket.socket) -> list[str]:
    """The web server on a port that we hold."""
    return [
        *(sys.executable, "-m", "gunicorn", "practice.wsgi"),
        *("--bind", f"fd://{listener.fileno()}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
        *("--graceful-timeout", "5", "--no-control-socket", "--log-level", "warning"),
    ]


def worker_command() -> list[str]:
    """The worker. Threads and no processes of its own, so that killing it leaves nothing."""
    return [
        *(sys.executable, "-m", "celery", "-A", "practice", "worker"),
        *("--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"),
        *("--without-gossip", "--without-mingle"),
    ]


def beat_command() -> list[str]:
    """The clock. Its schedule stays in memory: one tick a minute has nothing to remember."""
    return [
        *(sys.executable, "-m", "celery", "-A", "practice", "beat"),
        *("--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING", "--pidfile", ""),
    ]
