"""What may be left in doubt, and what may come twice, when a process is cut off: told by the provider's side alone."""

import time

from tests.faults.stage import Stage


def count_cut(stage: Stage, connections: int, seconds: float = 0.3) -> None:
    """Note what was left by a cut through so many connections, once the living had these seconds to end what is theirs.

    One email on each connection may be in doubt. Those that the provider accepted without our knowing may come twice;
    of them, too, there can be no more than connections.
    """
    time.sleep(0.1)  # what was on its way has arrived
    left = stage.unrecorded() - stage.untold
    patient_until, give_up_at = time.monotonic() + seconds, time.monotonic() + seconds + 5
    while time.monotonic() < (give_up_at if len(left) > connections else patient_until):
        time.sleep(0.1)
        left &= stage.unrecorded()
    stage.must(len(left) <= connections, f"of {connections} connections at most one email each was in flight")
    stage.untold |= left
    stage.twice += len(left)
    stage.doubts += connections
