"""Faults of the database: PostgreSQL stops as in a power cut, and comes back."""

import time

from django.db import connection

from tests.faults.cuts import count_cut
from tests.faults.fault import fault
from tests.faults.of_broker import some_leave
from tests.faults.stage import Stage

#: Seconds in which a worker notices that the database is back, and records what it had to keep in mind.
UNTIL_RECORDED = 3


@fault(pipelining=(False, True), policy=("hold", "resend"), certain=False)
def database_stopped_at_once(stage: Stage) -> None:
    """PostgreSQL stopped without warning keeps what it promised; what was in flight just then is in doubt."""
    worker = stage.worker()
    stage.ready(worker)
    for pause in (0.1, 2):
        stage.keep_waiting(200)
        stage.provider.does(delay=stage.random.choice((0.0005, 0.003)))
        stage.ring(2)
        some_leave(stage)
        time.sleep(stage.random.uniform(0, 0.2))
        stop_and_start(stage, stage.connections(worker.pid), pause)


def stop_and_start(stage: Stage, connections: int, pause: float) -> None:
    connection.close()
    stage.postgres.stop_at_once()
    stage.injected += 1
    time.sleep(pause)
    stage.postgres.start()
    count_cut(stage, connections, UNTIL_RECORDED)
