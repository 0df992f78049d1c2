"""The most memory that a worker of ours takes, for few emails and for many."""

from collections.abc import Callable

from tests.bench import machine
from tests.bench.ours import ours
from tests.bench.place import Place
from tests.bench.servers import SMTP
from tests.bench.way import run_round


def peaks(place: Place, say: Callable[[str], None]) -> dict[str, float]:
    """Peak memory of the larger of two fresh workers, in MB, after 2,000 and after 50,000 mails."""
    say("\nPeak memory of a worker process")
    return {f"memory_{name}_mb": _peak(place, size, say) for name, size in (("2k", 2_000), ("50k", 50_000))}


def _peak(place: Place, how_many: int, say: Callable[[str], None]) -> float:
    with SMTP.open() as sink, ours(place, SMTP.mail(sink.port), SMTP.connections) as way:
        run_round(way, sink, how_many, place.postmaster, seconds=1200)
        peak = max(machine.peak_memory_mb(pid) for one in way.processes() for pid in machine.family(one))
    say(f"{how_many:>20,} mails{peak:>8.1f} MB")
    return peak
