"""A whole installation in a folder of its own, as `manage.py serve` runs it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from tests.components import wait_until

ROOT = Path(__file__).resolve().parent.parent
MARK = "INTERLUDE_SERVE_TEST"


class Installation:
    """One data folder, and every process that was ever started for it.

    They are found by a mark in their environment, and by their session, since the broker writes over its environment.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"{MARK}={uuid4().hex}"
        self.sessions: set[int] = set()
        self.env = {name: value for name, value in os.environ.items() if name != "PUBLIC_BASE_URL"} | {
            "DJANGO_SETTINGS_MODULE": "practice.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/interlude.sqlite3",
            "REDIS_URL": "",
            MARK: self.mark.removeprefix(f"{MARK}="),
        }

    def serve(self, *arguments, through=None) -> subprocess.Popen:
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", "0", *arguments]
        self.output = self.folder / f"output-{uuid4().hex}"
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                [*through, *command] if through else command,
                env=self.env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.sessions.add(process.pid)
        self.newest = process
        return process

    def manage(self, *arguments, **more_env) -> None:
        """Run a command of manage.py to its end."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        subprocess.run(command, env=self.env | more_env, check=True, capture_output=True, timeout=60)

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> str:
        """Wait for the greeting and return the address in it."""
        wait_until(
            lambda: "Interlude is ready" in self.said(), lambda: f"the greeting; instead: {self.said()}", 80
        )
        return re.search(r"http://\S+", self.said()).group()

    def processes(self) -> dict[int, str]:
        """Our living processes: id and command line."""
        ids = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return {pid: command for pid in ids if (command := self._command_if_ours(pid))}

    def _command_if_ours(self, pid: int) -> str:
        try:
            ours = (
                os.getsid(pid) in self.sessions
                or self.mark.encode() in Path(f"/proc/{pid}/environ").read_bytes()
            )
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() if ours else ""
        except OSError:  # it has just ended, or is somebody else's
            return ""

    def one(self, word: str) -> int:
        """The lowest id of the processes with a word in their command line (the parent, where there are several)."""
        return min(pid for pid, command in self.processes().items() if word in command)

    def wait_until_gone(self) -> None:
        wait_until(lambda: not self.processes(), lambda: f"the end of {self.processes()}", 15)

    def kill_all(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def installation(tmp_path):
    one = Installation(tmp_path)
    yield one
    one.kill_all()
