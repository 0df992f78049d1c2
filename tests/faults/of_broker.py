"""Faults of the broker. The database is the queue, so whatever the broker forgets is found again by the next tick."""

import time

from tests.faults.fault import fault
from tests.faults.parts import wait_until
from tests.faults.proxy import Proxy
from tests.faults.stage import Stage


def some_leave(stage: Stage, how_many: int = 20) -> None:
    """Wait until that many more emails have left."""
    before = stage.provider.accepted()
    wait_until(lambda: stage.provider.accepted() >= before + how_many, f"{how_many} emails to leave", 90)


def working(stage: Stage) -> None:
    """Beat and a worker at work on 200 emails, at a pace that can be interrupted."""
    stage.everybody_due(200)
    stage.provider.does(delay=0.002)
    stage.ready(stage.worker())
    stage.beat()
    some_leave(stage)


@fault()
def broker_killed_and_started_again(stage: Stage) -> None:
    """After a kill -9 of the broker, and seconds without one, worker and beat find the new one by themselves."""
    working(stage)
    for pause in (0.5, 3):
        stage.broker.kill()
        stage.injected += 1
        time.sleep(pause)
        stage.broker.start()
        stage.everybody_due(50)
        some_leave(stage)


@fault()
def broker_lost_its_file(stage: Stage) -> None:
    """A broker that comes back empty has lost no email."""
    working(stage)
    stage.broker.kill()
    stage.broker.forget()
    stage.injected += 1
    stage.broker.start()
    stage.everybody_due(50)
    some_leave(stage)


@fault()
def broker_flushed(stage: Stage) -> None:
    """FLUSHALL, again and again, at random moments, loses nothing."""
    stage.everybody_due(50)
    stage.ring(5)
    stage.broker.flush()  # before anybody has heard the bell
    stage.injected += 1
    working(stage)
    for _ in range(5):
        stage.broker.flush()
        stage.injected += 1
        time.sleep(stage.random.uniform(0, 0.5))
    stage.everybody_due(50)
    some_leave(stage)


@fault()
def broker_connections_reset(stage: Stage) -> None:
    """Connections to the broker that end with a TCP reset are made again."""
    with_proxy(stage, lambda proxy: proxy.reset(), times=3)


@fault()
def broker_connections_half_open(stage: Stage) -> None:
    """Connections to the broker that are dead without a word are noticed, and made again."""
    with_proxy(stage, lambda proxy: proxy.go_silent(), times=1)


def with_proxy(stage: Stage, break_it, times: int) -> None:
    proxy = Proxy(stage.broker.socket)
    stage.broker_url = f"redis://127.0.0.1:{proxy.port}/0"
    working(stage)
    for _ in range(times):
        break_it(proxy)
        stage.injected += 1
        stage.everybody_due(50)
        some_leave(stage)
        time.sleep(stage.random.uniform(0, 0.5))
