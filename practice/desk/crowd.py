"""Who is in a practice of many, and how far each has come: from numbers alone, so that the same sizes make the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Pacific/Auckland",
]
NAMES = [
    "Ada",
    "Bo",
    "Cem",
    "Dov",
    "Eli",
    "Fay",
    "Gil",
    "Hana",
    "Ines",
    "Jun",
    "Kiri",
    "Leo",
    "Mira",
    "Noor",
    "Ola",
]
TITLES = ("Learning to rest", "Saying no", "After a loss", "Sleeping again", "Speaking up", "Small steps")
WEEK, QUARTER = timedelta(weeks=1), timedelta(minutes=15)


@dataclass(frozen=True)
class Sizes:
    """How many of each there are, in all."""

    practitioners: int = 40
    clients: int = 10_000
    assignments: int = 60_000
    deliveries: int = 1_000_000
    reflections: int = 200_000


@dataclass(frozen=True)
class Sent:
    """One email, by numbers: whose, which step, when it left (UTC), and how many weeks before the next slot."""

    assignment: int
    client: int
    step: int
    at: datetime
    weeks: int


class Crowd:
    """Everybody is known by a number from 0 on. As they stand at `now` (UTC)."""

    def __init__(self, sizes: Sizes, now: datetime) -> None:
        self.sizes, self.now = sizes, now
        #: Modules of each practitioner: one for every assignment of a client.
        self.each = -(-sizes.assignments // sizes.clients)
        #: Steps that an assignment has had, on average.
        self.usual = sizes.deliveries // sizes.assignments
        #: Steps of each module: enough for who has had the most.
        self.steps = 2 * self.usual + 1

    def practitioner(self, client: int) -> int:
        """Whose client this is."""
        return client % self.sizes.practitioners

    def name(self, client: int) -> str:
        """No two are called the same."""
        return f"{NAMES[client % len(NAMES)]} {client + 1}"

    def zone(self, client: int) -> str:
        """Where they live."""
        return ZONES[mixed(client, len(ZONES))]

    def client(self, assignment: int) -> int:
        """Whose assignment this is."""
        return assignment % self.sizes.clients

    def module(self, assignment: int) -> int:
        """Which module it brings: one of its practitioner's own."""
        practitioner = self.practitioner(self.client(assignment))
        return practitioner * self.each + assignment // self.sizes.clients

    def state(self, assignment: int) -> str:
        """Most are going out."""
        if self.had(assignment) == self.steps:
            return "finished"
        return {5: "paused", 13: "paused", 7: "stopped"}.get(mixed(assignment, 20), "active")

    def slot(self, assignment: int) -> datetime:
        """Its next moment: within a week from now, at a quarter of an hour."""
        quarter = self.now.replace(minute=self.now.minute // 15 * 15, second=0, microsecond=0)
        return quarter + (mixed(assignment, 7 * 96) + 1) * QUARTER

    def had(self, assignment: int) -> int:
        """How many steps it has had. What one has more, its neighbour has less: in all it comes out even."""
        base = self.usual + (assignment < self.sizes.deliveries % self.sizes.assignments)
        if assignment ^ 1 >= self.sizes.assignments:
            return base
        pair = assignment // 2
        more = mixed(pair, self.usual + 1)
        return base + more if assignment % 2 == mixed(pair, 2) else base - more

    def sent(self) -> Iterator[Sent]:
        """Every email, in the order in which they left."""
        for weeks in range(self.steps, 0, -1):
            for assignment, (client, first, had, slot) in enumerate(self._series):
                if had >= weeks:
                    yield Sent(assignment, client, first + had - weeks, slot - weeks * WEEK, weeks)

    @cached_property
    def _series(self) -> list[tuple[int, int, int, datetime]]:
        """For each assignment: its client, its first step, how many it has had, and its slot."""
        return [
            (self.client(row), self.module(row) * self.steps, self.had(row), self.slot(row))
            for row in range(self.sizes.assignments)
        ]


def mixed(number: int, below: int) -> int:
    """A number below another that follows from one, and looks as if by chance (Knuth's multiplicative hash)."""
    return (number * 2_654_435_761 % 2**32 >> 12) % below
