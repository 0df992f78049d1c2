"""Faults of workers: kill -9 at random moments."""

import os
import signal
import time

from practice.mailing.models import MOST_ATTEMPTS, Delivery
from tests.faults.cuts import count_cut
from tests.faults.fault import KEYED, fault
from tests.faults.parts import Process, wait_until
from tests.faults.stage import Stage

#: Seconds before each answer of the mail server: kills then meet every phase, and every moment between two.
DELAYS = (0, 0.0005, 0.001, 0.003)
KILLS = 25
ALL_WAYS = {"pipelining": (False, True), "policy": ("hold", "resend"), "certain": False}


@fault(**ALL_WAYS)
def workers_killed(stage: Stage) -> None:
    """A worker killed at any moment loses nothing; at most one email per connection is in doubt."""
    workers = [stage.worker() for _ in range(3)]
    stage.ready(*workers)
    for _ in range(KILLS):
        victim = busy_one(stage, workers)
        time.sleep(stage.random.uniform(0, 0.2))
        kill(stage, victim.pid)
        workers[workers.index(victim)] = stage.worker()


def busy_one(stage: Stage, workers: list[Process]) -> Process:
    """Wait until some worker is sending. Returns one that is."""
    stage.provider.does(delay=stage.random.choice(DELAYS))
    stage.keep_waiting(150)
    stage.ring(2)
    busy: list[Process] = []

    def find() -> bool:
        busy[:] = [one for one in workers if any(map(stage.connections, (one.pid, *one.children())))]
        return bool(busy)

    wait_until(find, "a worker to send", 30)
    return stage.random.choice(busy)


def kill(stage: Stage, pid: int) -> None:
    """Kill, and count what that cut off."""
    stop_between_third_tries(pid)
    connections = stage.connections(pid)
    os.kill(pid, signal.SIGKILL)
    stage.injected += 1
    count_cut(stage, connections)


def stop_between_third_tries(pid: int) -> None:
    """Stop, so that no connection is opened between the count and the kill.

    Not while an email that two kills have met is in work: a third one would rightly park it, as what kills its process.
    """
    while True:
        os.kill(pid, signal.SIGSTOP)
        if not Delivery.objects.filter(state=Delivery.State.CLAIMED, attempts=MOST_ATTEMPTS - 1).exists():
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.05)


@fault(policy=("hold", "resend"), pipelining=(True,), certain=False)
def pool_children_killed(stage: Stage) -> None:
    """A killed child of a worker's pool is replaced, and loses nothing."""
    worker = stage.worker("--pool=prefork", "--concurrency=2")
    stage.ready(worker)
    for _ in range(KILLS // 3):
        busy_one(stage, [worker])
        time.sleep(stage.random.uniform(0, 0.2))
        child = stage.random.choice(worker.children())
        kill(stage, child)


@fault(mail=("postmark", *KEYED))
def workers_killed_at_a_provider(stage: Stage) -> None:
    """A worker killed while it calls a provider leaves nothing in doubt: there is a key, or a list to look in."""
    workers = [stage.worker() for _ in range(2)]
    stage.ready(*workers)
    for _ in range(KILLS // 3):
        victim = busy_one(stage, workers)
        time.sleep(stage.random.uniform(0, 0.2))
        kill(stage, victim.pid)
        workers[workers.index(victim)] = stage.worker()


@fault(pipelining=(False, True), policy=("hold",))
def workers_told_to_stop(stage: Stage) -> None:
    """A worker that is told to stop ends what it has begun within 30 seconds; nothing is in doubt."""
    for _ in range(2):
        worker = stage.worker()
        stage.ready(worker)
        busy_one(stage, [worker])
        worker.popen.terminate()
        stage.injected += 1
        worker.ends(30)
