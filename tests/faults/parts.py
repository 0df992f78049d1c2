"""The real parts beside PostgreSQL: a broker that can be killed, the provider, and the product's processes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from practice.desk import broker as private_broker
from practice.desk.processes import bound_to_parent
from tests.faults.script import AcceptLog

ROOT = Path(__file__).resolve().parent.parent.parent

WEBHOOK_SECRET = "provider:a-secret-between-the-two"


class NotSo(Exception):
    """It is not as it should be. The message says what."""


def wait_until(is_true: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait for `is_true`, looking often. Raises NotSo."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise NotSo(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)


class Process:
    """A process in a session of its own, which ends with us at the latest. Its output goes to `log`."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path, **more) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=more.pop("stdout", output),
                stderr=output,
                start_new_session=True,
                preexec_fn=bound_to_parent(),
                **more,
            )
        self.pid = self.popen.pid

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """kill -9, with everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def ends(self, seconds: float = 60) -> int:
        """Wait for its end. Returns its exit code. Raises NotSo."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotSo(f"waited {seconds:.0f} s in vain for the end of {self.popen.args}") from None

    def children(self) -> list[int]:
        """The processes that it started, such as a worker's pool."""
        with contextlib.suppress(FileNotFoundError):
            return [
                int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            ]
        return []


def connections_to(port: int, pid: int) -> int:
    """How many connections a process has to a port of this machine."""
    ours = set()
    with contextlib.suppress(FileNotFoundError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                ours.add(os.readlink(handle).removeprefix("socket:[").removesuffix("]"))
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[3] == "01" and line[2].endswith(f":{port:04X}") and line[9] in ours for line in lines)


class Broker:
    """A Redis-protocol server on a unix socket. What it was told survives a kill -9 as far as its own file does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "v.sock"
        self.url = private_broker.url_of(self.socket)

    def start(self) -> None:
        server = private_broker.find_server()
        if server is None:
            raise NotSo("no Redis-protocol server: install valkey-server or redis-server")
        private_broker.clear_stale(self.socket)
        command = private_broker.server_command(server, self.folder, self.socket)
        self.process = Process(command, dict(os.environ), self.folder / "broker.log")
        wait_until(lambda: private_broker.answers(self.socket), "the broker to answer")

    def kill(self) -> None:
        self.process.kill()

    def forget(self) -> None:
        """Lose what was on disk as well."""
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)

    def flush(self) -> None:
        """FLUSHALL: everything it held is gone."""
        private_broker.client_of(self.socket).flushall()


class Provider:
    """The scripted SMTP server and HTTP APIs, in a process of their own (provider.py)."""

    def __init__(self, folder: Path) -> None:
        self.log = AcceptLog(folder / "accepted.log")
        command = [sys.executable, "-m", "tests.faults.provider", str(folder)]
        output = folder / "provider.log"
        self.process = Process(command, dict(os.environ), output, stdout=subprocess.PIPE)
        self.smtp_port, self.http_port = json.loads(self.process.popen.stdout.readline())
        self.pipelining = False
        self.smtp_url = f"smtp://127.0.0.1:{self.smtp_port}"
        self.http_url = f"http://127.0.0.1:{self.http_port}"

    def does(self, *rules: dict, delay: float = 0) -> None:
        """Forget the old rules and go by these (script.py). Without any it accepts everything."""
        told = json.dumps({"rules": rules, "pipelining": self.pipelining, "delay": delay}).encode()
        request = urllib.request.Request(f"{self.http_url}/script", data=told, method="PUT")
        with urllib.request.urlopen(request, timeout=10):
            pass

    def anymail(self) -> str:
        """ANYMAIL: how the product finds the HTTP APIs."""
        return json.dumps(
            {
                "POSTMARK_API_URL": f"{self.http_url}/postmark/",
                "POSTMARK_SERVER_TOKEN": "token",
                "RESEND_API_URL": f"{self.http_url}/resend/",
                "RESEND_API_KEY": "key",
                "BREVO_API_URL": f"{self.http_url}/brevo/",
                "BREVO_API_KEY": "key",
                "REQUESTS_TIMEOUT": 2,
                "WEBHOOK_SECRET": WEBHOOK_SECRET,
            }
        )

    def accepted(self) -> int:
        """How many emails it has accepted so far."""
        return len(self.log.read())
