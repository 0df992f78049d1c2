"""`make bench`: the usual way, the practical limit and ours, side by side in one run; the last line is JSON.

Ratios are what counts: the three ways take turns on the same machine, and the median of the rounds is taken.
"""

import argparse
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import django

from tests.bench import machine
from tests.bench.place import Place, open_place
from tests.bench.servers import HTTP_50MS, SMTP, SMTP_5MS, Kind
from tests.bench.sink import Smtp
from tests.bench.way import NotRight, Round, Way, run_round


@dataclass(frozen=True)
class Extent:
    """How much is measured: rounds, seconds that a round should take, mails of the warm-up."""

    rounds: int = 3
    seconds: float = 4.0
    first: float = 1.0

    def how_many(self, way: Way, rate: float) -> int:
        """Mails for a round of this way, at this rate."""
        return max(round(way.fewest * self.first), round(rate * self.seconds / 100) * 100)


QUICK = Extent(rounds=1, seconds=2.0, first=0.5)


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def compare(title: str, ways: list[Way], sink, postmaster: int, extent: Extent) -> dict[str, float]:
    """Let the ways take turns; say what came of it. Returns the median rate of each, by its name."""
    say(f"\n{title}")
    say(f"{'':20}{'mails/s':>9}{'min':>8}{'max':>8}{'N':>8}{'bytes':>8}   CPU s per 1,000: app, PostgreSQL")
    sizes = {way: extent.how_many(way, 0) for way in ways}
    for way, size in sizes.items():  # warm-up: imports, connections, the first compiled email
        first = run_round(way, sink, size, postmaster)
        sizes[way] = extent.how_many(way, first.rate)
    rounds: dict[Way, list[Round]] = {way: [] for way in ways}
    for _ in range(extent.rounds):
        for way in ways:
            rounds[way].append(run_round(way, sink, sizes[way], postmaster))
    return {way.name: row(way.name, rounds[way]) for way in ways}


def row(name: str, rounds: list[Round]) -> float:
    """Say what one way came to; return its median rate."""
    rates = [one.rate for one in rounds]
    app, database = median(one.app for one in rounds), median(one.database for one in rounds)
    numbers = f"{median(rates):>9,.0f}{min(rates):>8,.0f}{max(rates):>8,.0f}"
    say(f"{name:20}{numbers}{rounds[0].how_many:>8,}{rounds[0].bytes_each:>8,}   {app:.2f}, {database:.2f}")
    return median(rates)


# Each part imports what it needs when it runs: models can be imported only after the settings are known.


def by(kind: Kind, place: Place, extent: Extent) -> dict[str, float]:
    """All ways that there are to such a server."""
    from tests.bench.limit import limit
    from tests.bench.ours import ours
    from tests.bench.usual_way import usual_way

    with ExitStack() as stack:
        sink = stack.enter_context(kind.open())
        mail = kind.mail(sink.port)
        opened = [usual_way(place, mail), ours(place, mail, kind.connections)]
        if kind.conversation is Smtp:
            opened.insert(1, limit(place, sink.port))
        ways: list[Way] = [stack.enter_context(way) for way in opened]
        title = f"{kind.title} ({kind.connections} connections of each of our senders)"
        return compare(title, ways, sink, place.postmaster, extent)


def smtp(place: Place, extent: Extent) -> dict[str, float]:
    usual, most, rate = by(SMTP, place, extent).values()
    return {"ours_vs_usual": rate / usual, "ours_vs_limit": rate / most}


def smtp_5ms(place: Place, extent: Extent) -> dict[str, float]:
    usual, _, rate = by(SMTP_5MS, place, extent).values()
    return {"smtp_5ms_vs_usual": rate / usual}


def http(place: Place, extent: Extent) -> dict[str, float]:
    usual, rate = by(HTTP_50MS, place, extent).values()
    return {"http_50ms_vs_usual": rate / usual}


def kills(place: Place, extent: Extent) -> dict[str, float]:
    from tests.bench.kills import in_doubt_per_kill

    return {"in_doubt_per_kill": in_doubt_per_kill(place, 10 if extent.rounds > 1 else 4, say)}


def memory(place: Place, extent: Extent) -> dict[str, float]:
    from tests.bench.memory import peaks

    return peaks(place, say)


def events(place: Place, extent: Extent) -> dict[str, float]:
    """No rate: do events end in the same states in whatever order they come?"""
    say("\nEvents at the webhook: in order, and then shuffled, a tenth of them twice")
    # In a database of its own that need not survive a power cut.
    settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PGOPTIONS": "-c synchronous_commit=off"}
    how_many = 100_000 if extent.rounds > 1 else 3_000
    if not place.says("tests.bench.events", str(how_many), **settings):
        raise NotRight("the same events in another order ended in other states")
    return {"events_replayed": how_many}


def due(place: Place, extent: Extent) -> dict[str, float]:
    from tests.bench.due import due_scan

    return due_scan(place.env["DATABASE_URL"])


def links(place: Place, extent: Extent) -> dict[str, float]:
    from tests.bench.links import refusals

    return refusals(place.env["DATABASE_URL"])


MEASURED: dict[str, Callable[[Place, Extent], dict[str, float]]] = {
    "smtp": smtp, "smtp_5ms": smtp_5ms, "http": http, "kills": kills, "due": due, "events": events, "memory": memory,
    "links": links,
}  # fmt: skip
#: What takes minutes and would be worth nothing if it were cut short.
LONG = ("due", "memory")


def chosen(options: argparse.Namespace) -> list[str]:
    """The parts to be measured."""
    if options.only:
        return [options.only]
    return [name for name in MEASURED if not (options.quick and name in LONG)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--quick", action="store_true", help=f"one short round, without {', '.join(LONG)}")
    parser.add_argument("--only", choices=MEASURED, help="one part alone")
    options = parser.parse_args()
    found: dict[str, float] = {}
    wrong = False
    with open_place() as place:
        django.setup()
        say(machine.facts(place.version))
        try:
            for name in chosen(options):
                found |= MEASURED[name](place, QUICK if options.quick else Extent())
        except (NotRight, TimeoutError, RuntimeError) as error:
            say(f"\nNothing to be proud of: {error}\n{place.last_words()}")
            wrong = True
    say(f"\n{json.dumps({name: round(value, 3) for name, value in found.items()})}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
