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
    """How many of each there are, in all; and how many series of a client go out side by side."""

    practitioners: int = 40
    clients: int = 10_000
    assignments: int = 60_000
    deliveries: int = 1_000_000
    reflections: int = 200_000
    #: One client in four has one more than this. What each had besides went out before, one series after the other.
    at_once: int = 1


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
        present = [number for number in range(sizes.assignments) if not self.turns_ago(number)]
        past = sizes.assignments - len(present)
        #: Steps that a series of the past has had: all of them, and twice what one that goes out now has had so far.
        self.length = 2 * sizes.deliveries // (2 * sizes.assignments - len(present))
        self._had = dict(
            zip(present, self._so_far(sizes.deliveries - past * self.length, len(present)), strict=True)
        )
        #: Steps of each module: enough for who has had the most.
        self.steps = max(self.length, *self._had.values())
        #: Weeks since the first of the emails.
        self.weeks = self.steps * max(map(self.turns_ago, range(sizes.clients))) + self.steps

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

    def turns_ago(self, assignment: int) -> int:
        """How many series of its client came after it, and after each other; 0 for those that go out now."""
        later = (self.sizes.assignments - 1 - assignment) // self.sizes.clients
        side_by_side = self.sizes.at_once + (mixed(self.client(assignment), 4) == 1)
        return max(0, later + 1 - side_by_side)

    def state(self, assignment: int) -> str:
        """Most of those of now are going out."""
        if self.had(assignment) == self.steps:
            return "finished"
        if self.turns_ago(assignment):
            return "stopped"
        return {5: "paused", 13: "paused", 7: "stopped"}.get(mixed(assignment, 20), "active")

    def slot(self, assignment: int) -> datetime:
        """Its next moment: within a week from now, at a quarter of an hour. For one of the past: the hour it had."""
        quarter = self.now.replace(minute=self.now.minute // 15 * 15, second=0, microsecond=0)
        return quarter + (mixed(assignment, 7 * 96) + 1) * QUARTER

    def had(self, assignment: int) -> int:
        """How many steps it has had."""
        return self._had.get(assignment, self.length)

    def since(self, assignment: int) -> int:
        """How many weeks before its slot the first of its steps left."""
        return self.turns_ago(assignment) * self.steps + self.had(assignment)

    def sent(self) -> Iterator[Sent]:
        """Every email, in the order in which they left."""
        for weeks in range(self.weeks, 0, -1):
            for assignment, (client, first, since, had, slot) in enumerate(self._series):
                if since - had < weeks <= since:
                    yield Sent(assignment, client, first + since - weeks, slot - weeks * WEEK, weeks)

    @cached_property
    def _series(self) -> list[tuple[int, int, int, int, datetime]]:
        """For each assignment: its client, its first step, when it began, how many it has had, and its slot."""
        return [
            (self.client(row), self.module(row) * self.steps, self.since(row), self.had(row), self.slot(row))
            for row in range(self.sizes.assignments)
        ]

    def _so_far(self, emails: int, series: int) -> Iterator[int]:
        """How many of these emails each of these series has had. What one has more, its neighbour has less: in all it
        comes out even.
        """
        usual, rest = divmod(emails, series)
        spread = max(0, min(usual, self.length - usual - 1))
        for number in range(series):
            base, pair = usual + (number < rest), number // 2
            more = mixed(pair, spread + 1) if number ^ 1 < series else 0
            yield base + more if number % 2 == mixed(pair, 2) else base - more


def mixed(number: int, below: int) -> int:
    """A number below another that follows from one, and looks as if by chance (Knuth's multiplicative hash)."""
    return (number * 2_654_435_761 % 2**32 >> 12) % below
