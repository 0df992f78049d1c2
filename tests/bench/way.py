"""What the three ways have in common, and one round of one of them."""

import time
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass

from tests.bench import machine
from tests.bench.letters import Person, Seen
from tests.bench.sink import Sink, Tally

NAMES = ("Ada", "Zoë", "Cem", "Jürgen", "Eva")


class NotRight(Exception):
    """A mail was lost, came twice, or is not what it should be: nothing measured would count."""


class Way(ABC):
    """One way to send, with its processes running."""

    name: str
    #: The fewest mails that a round is worth.
    fewest: int

    @abstractmethod
    def prepare(self, how_many: int) -> None:
        """Make that many mails ready to be asked for; not measured."""

    @abstractmethod
    def go(self) -> None:
        """Ask for them."""

    @abstractmethod
    def settle(self) -> None:
        """Wait until all is recorded; not measured. Raises TimeoutError."""

    @abstractmethod
    def people(self) -> dict[str, Person]:
        """Everybody who should get one in this round, by address."""

    @abstractmethod
    def processes(self) -> list[int]:
        """The ids of its processes (those below them count as well)."""


@dataclass(frozen=True)
class Round:
    """What one round of one way came to. CPU in seconds per 1,000 mails."""

    how_many: int
    rate: float
    app: float
    database: float
    bytes_each: int


def run_round(way: Way, sink: Sink, how_many: int, postmaster: int, seconds: float = 420) -> Round:
    """From asking to the last accept. Raises NotRight, TimeoutError."""
    way.prepare(how_many)
    time.sleep(0.3)  # let what was written come to rest
    sink.ask("take")
    before = _cpu(way, postmaster)
    began = time.monotonic()
    way.go()
    took = sink.wait_for(how_many, seconds) - began
    way.settle()
    after = _cpu(way, postmaster)
    app, database = ((late - early) * 1000 / how_many for early, late in zip(before, after, strict=True))
    tally = sink.ask("take")
    check(way, tally)
    size = sum(map(len, tally.samples)) // len(tally.samples)
    return Round(how_many, how_many / took, app, database, size)


def _cpu(way: Way, postmaster: int) -> tuple[float, float]:
    return sum(map(machine.cpu_seconds, way.processes())), machine.cpu_seconds(postmaster)


def check(way: Way, tally: Tally) -> None:
    """Each arrived once, and each hundredth is right. Raises NotRight."""
    people = way.people()
    arrived = Counter(address.decode() for address in tally.recipients)
    lost = people.keys() - arrived.keys()
    if lost or arrived.total() != len(people):
        raise NotRight(f"{way.name}: {len(lost)} lost, {arrived.total() - len(people) + len(lost)} too many.")
    for content in tally.samples:
        seen = Seen.by_http(content) if content.startswith(b"{") else Seen.by_smtp(content)
        if wrong := seen.wrong_for(people[seen.address]):
            raise NotRight(f"{way.name}, {seen.address}: {'; '.join(wrong)}.")
