"""How many emails are in doubt when workers of ours are killed while they send: at most one for each connection."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

from django.db import connection

from practice.mailing.models import Delivery
from tests.bench.ours import Ours, ours
from tests.bench.place import Place
from tests.bench.servers import HTTP_50MS, SMTP, SMTP_5MS, Kind
from tests.bench.sink import Sink
from tests.bench.way import NotRight

State = Delivery.State
HOW_MANY = 1500


def in_doubt_per_kill(place: Place, times: int, say: Callable[[str], None]) -> float:
    """Kill both workers at random moments, `times` with each kind of server; the emails left in `submitting`, divided
    by the connections that died. Raises NotRight when the outbox tells anything else than what arrived.
    """
    say("\nkill -9 of both workers while they send")
    found: Counter[str] = Counter()
    for kind in (SMTP, SMTP_5MS, HTTP_50MS):
        with kind.open() as sink:
            counted: Counter[str] = Counter()
            for _ in range(times):
                counted += _kill_once(place, kind, sink)
        say(
            f"{kind.title:20}{times:>4} times, {counted['connections']} connections, {counted['in doubt']} in doubt"
        )
        found += counted
    return found["in doubt"] / found["connections"]


def _kill_once(place: Place, kind: Kind, sink: Sink) -> Counter[str]:
    place.forget_tasks()
    with ours(place, kind.mail(sink.port), kind.connections) as way:
        way.prepare(HOW_MANY)
        sink.ask("take")
        way.go()
        sink.wait_for(random.randint(1, HOW_MANY * 3 // 4), 120, every=0.001)
        time.sleep(random.random() * 0.02)
        connections = sink.ask("open")
        for process in way.running:
            process.send_signal(signal.SIGKILL)
        for process in way.running:
            process.wait()
        _wait_for_backends()
        time.sleep(0.1)  # what the dead had sent may still be on its way
        return Counter({"connections": connections, "in doubt": _in_doubt(way, sink)})


def _wait_for_backends() -> None:
    """A statement of the dead may still come to its end."""
    deadline = time.monotonic() + 20
    while _others_at_work():
        if time.monotonic() > deadline:
            raise TimeoutError("PostgreSQL still works for processes that are gone.")
        time.sleep(0.05)


def _others_at_work() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def _in_doubt(way: Ours, sink: Sink) -> int:
    """How many the outbox does not know about; all others it must know rightly."""
    arrived = Counter(address.decode() for address in sink.ask("take").recipients)
    rows = way.round()
    by_state = {
        state: set(rows.filter(state=state).values_list("to_address", flat=True))
        for state in (State.ACCEPTED, State.SUBMITTING)
    }
    unknown = by_state[State.SUBMITTING]
    if unsent := by_state[State.ACCEPTED] - arrived.keys():
        raise NotRight(f"{len(unsent)} emails count as sent and did not arrive.")
    if untold := arrived.keys() - by_state[State.ACCEPTED] - unknown:
        raise NotRight(f"{len(untold)} emails arrived and would be sent again.")
    if twice := arrived.total() - len(arrived):
        raise NotRight(f"{twice} emails arrived twice.")
    rows.exclude(state=State.ACCEPTED).update(state=State.CANCELLED)  # out of the way of the next round
    way.series.stop()
    return len(unknown)
