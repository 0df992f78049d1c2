"""What the provider is told to do, while it runs, and its log of what it accepted.

A rule is a dict: `phase` (CONNECT, EHLO, HELO, MAIL, RCPT, DATA, BODY, DOT, QUIT, RSET or API), `does` (see below), and
optionally `times` (how often it holds; without it, until the rules change) and `to` (only for recipients that contain
this).
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: `does`, beside an SMTP answer line or an HTTP status: what breaks. With "accept-" the email is taken all the same.
DROP, STALL, ACCEPT_DROP, ACCEPT_STALL = "drop", "stall", "accept-drop", "accept-stall"
ACCEPT_500 = "accept-500"


class Script:
    """The rules of the moment. Any number of conversations ask at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.change({})

    def change(self, told: dict) -> None:
        """Forget the old rules. `told` may hold `rules`, `pipelining`, and `delay` in seconds before every answer."""
        with self.lock:
            self.rules = [dict(rule) for rule in told.get("rules", [])]
            self.pipelining, self.delay = told.get("pipelining", False), told.get("delay", 0)

    def asks(self, phase: str, recipient: str = "") -> dict | None:
        """The first rule that holds here; that uses it up once."""
        if self.delay:
            time.sleep(self.delay)
        with self.lock:
            for rule in self.rules:
                if rule["phase"] == phase and rule.get("to", "") in recipient and rule.get("times", 1) > 0:
                    if "times" in rule:
                        rule["times"] -= 1
                    return rule
        return None


@dataclass(frozen=True)
class Accept:
    """One accepted email: a line of the log."""

    at: float
    message_id: str
    recipient: str
    told: str


class AcceptLog:
    """A file with one line per accepted email. It outlives every process of the run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()

    def write(self, message_id: str, recipient: str, told: object) -> None:
        """Note an email before its sender hears of it."""
        line = "\t".join((f"{time.time():.6f}", message_id, recipient, str(told).replace("\t", " ")))
        with self.lock, self.path.open("a") as log:
            log.write(line + "\n")

    def read(self) -> Iterable[Accept]:
        """All accepts so far, in order."""
        if not self.path.exists():
            return []
        lines = self.path.read_text().splitlines()
        return [
            Accept(float(at), message_id, recipient, told)
            for at, message_id, recipient, told in (line.split("\t") for line in lines)
        ]
