"""Several processes kept as one: started in order, watched, restarted when they fall, and stopped together.

Every child stays in our process group, leaves Ctrl-C to us, and is killed by the kernel when we die, so that
nothing is left behind even by a `kill -9`. (The last holds on Linux; elsewhere a kill -9 may leave children.)
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None) if sys.platform == "linux" else None

STEADY_AFTER = 60.0  # seconds a child must live before its earlier falls are forgotten
MOST_FALLS = 4
LONGEST_LOG = 1_000_000  # bytes; a longer one is set aside when its process starts


class GaveUp(Exception):
    """A process fell again and again. The message says which, and carries the end of its log."""


def bound_to_parent() -> Callable[[], None]:
    """What a child does between fork and exec, for `Popen(preexec_fn=...)`, so that it cannot outlive us."""
    parent = os.getpid()

    def bind() -> None:
        signal.pthread_sigmask(
            signal.SIG_BLOCK, {signal.SIGINT}
        )  # Ctrl-C reaches the parent, which stops us in order
        if libc:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return bind


@dataclass
class Child:
    """One process of the group. Its output goes to `log`."""

    name: str
    command: Sequence[str]
    log: Path
    cwd: Path
    env: dict[str, str]
    pass_fds: Sequence[int] = ()
    stops_last: bool = False  # the others need it to the end
    falls: int = 0
    started_at: float = 0.0
    due_at: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it now, its output appended to its log."""
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.rename(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.pass_fds,
                preexec_fn=bound_to_parent(),  # safe here: we have no threads
            )
        self.started_at = time.monotonic()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_fall(self) -> float:
        """Count a fall; return the seconds to wait before the next start. Raises GaveUp after too many."""
        lived = time.monotonic() - self.started_at
        self.falls = 1 if lived > STEADY_AFTER else self.falls + 1
        if self.falls >= MOST_FALLS:
            raise GaveUp(
                f"{self.name} stopped {self.falls} times in a row. The end of {self.log}:\n\n{self.last_words()}"
            )
        wait = 2.0 ** (self.falls - 1)
        self.due_at = time.monotonic() + wait
        return wait

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process is not None and self.is_running:
            self.process.send_signal(number)


class Group:
    """The children together. `say` is told in plain words when one falls."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.children: list[Child] = []
        self.say = say

    def start(self, child: Child) -> None:
        """Start a child and keep it from now on."""
        self.children.append(child)
        child.start()

    def look_after(self) -> None:
        """Restart what has fallen, after a pause that doubles each time. Raises GaveUp."""
        for child in self.children:
            if child.is_running:
                continue
            if child.process is not None:
                code, child.process = child.process.returncode, None
                self.say(
                    f"{child.name} stopped ({_in_words(code)}); starting it again in {child.note_fall():.0f} s."
                )
            elif time.monotonic() >= child.due_at:
                child.start()

    def stop(self, patience: float, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop them all, those that the others need at the end. Waits up to `patience` seconds for each of
        the two halves, or until `hurry` says so, then kills what is left.
        """
        for last in (False, True):
            half = [child for child in self.children if child.stops_last == last]
            for child in half:
                child.send(signal.SIGTERM)
            deadline = time.monotonic() + patience
            while any(child.is_running for child in half) and time.monotonic() < deadline and not hurry():
                time.sleep(0.05)
            for child in half:
                child.send(signal.SIGKILL)
                if child.process is not None:
                    child.process.wait()


def _in_words(code: int) -> str:
    return f"code {code}" if code >= 0 else f"by signal {signal.Signals(-code).name}"
