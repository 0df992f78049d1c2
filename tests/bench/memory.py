"""The most memory that a worker of ours takes, for few emails and for many."""

from collections.abc import Callable

from tests.bench import machine
from tests.bench.ours import ours
from tests.bench.place import Place
from tests.bench.servers import SMTP
from tests.bench.way import NotRight, run_round

#: What a worker may take for 50,000 mails, as a part of what it takes for 2,000.
MOST = 1.05


def peaks(place: Place, say: Callable[[str], None]) -> dict[str, float]:
    """Peak memory of the larger of two fresh workers, in MB, after 2,000 and after 50,000 mails.

    Raises NotRight when it grows with their number.
    """
    say("\nPeak memory of a worker process")
    few, many = _peak(place, 2_000, say), _peak(place, 50_000, say)
    say(f"{many / few - 1:>+26.1%}")
    if many > few * MOST:
        raise NotRight(
            f"the memory of a worker grew by {many / few - 1:.1%}, from {few:.1f} to {many:.1f} MB"
        )
    return {"memory_2k_mb": few, "memory_50k_mb": many}


def _peak(place: Place, how_many: int, say: Callable[[str], None]) -> float:
    with SMTP.open() as sink, ours(place, SMTP.mail(sink.port), SMTP.connections) as way:
        run_round(way, sink, how_many, place.postmaster, seconds=1200)
        peak = max(machine.peak_memory_mb(pid) for one in way.processes() for pid in machine.family(one))
    say(f"{how_many:>20,} mails{peak:>8.1f} MB")
    return peak
