"""Faults of time: nobody ticked for hours or weeks, everybody ticks at once, or the clocks change."""

from datetime import UTC, datetime, timedelta

from practice.mailing.models import Delivery
from tests.faults.fault import fault
from tests.faults.stage import Stage

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@fault()
def no_beat_for_three_hours(stage: Stage) -> None:
    """What was due meanwhile leaves with the first tick."""
    due = stage.everybody_due(20)
    stage.send_due(due + 3 * HOUR)
    stage.injected += 1
    stage.must(stage.provider.accepted() == 20, "everything leaves with the first tick")


@fault()
def no_beat_for_three_weeks(stage: Stage) -> None:
    """After weeks each client gets one email at their next slot, not a pile; later steps follow week by week."""
    due = stage.everybody_due(20, at=datetime(2026, 3, 2, 17, tzinfo=UTC), steps=3)
    stage.send_due(due + 3 * WEEK + 12 * HOUR)
    stage.injected += 1
    stage.must(stage.provider.accepted() == 0, "nothing leaves at an hour that is not theirs")
    for week in (4, 5, 6):
        stage.send_due(due + week * WEEK + 2 * HOUR)
        stage.must(stage.provider.accepted() == 20 * (week - 3), "one email each, week by week")


@fault()
def two_beats(stage: Stage) -> None:
    """Two clocks that tick at once, and two workers, send everything once."""
    stage.everybody_due(100)
    stage.ready(stage.worker(), stage.worker())
    for _ in range(2):
        stage.beat()
    stage.injected += 1


@fault(pipelining=(False, True))
def same_task_fifty_times(stage: Stage) -> None:
    """Fifty ticks and fifty calls for a sender, all waiting when the workers come, send everything once."""
    stage.everybody_due(300)
    stage.ring(50)
    stage.ring(50, task="practice.mailing.tasks.deliver")
    stage.injected += 1
    stage.ready(stage.worker(), stage.worker())


@fault()
def clocks_go_back_during_the_run(stage: Stage) -> None:
    """A time that happens twice means the first one; nothing leaves again at the second."""
    slot = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, an hour before it is 02:30 again
    stage.everybody_due(10, at=slot, zone="Europe/Berlin")
    tick_through(stage, slot, 10)


@fault()
def clocks_go_forward_during_the_run(stage: Stage) -> None:
    """A time that does not happen means as long after the change; nothing is left out and nothing comes twice."""
    slot = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, which that night is 03:30
    a_week_before = datetime(2026, 3, 22, 1, 30, tzinfo=UTC)
    stage.everybody_due(10, at=a_week_before, steps=2, zone="Europe/Berlin")
    stage.send_due(a_week_before)
    stage.must(stage.provider.accepted() == 10, "the first step leaves a week before")
    tick_through(stage, slot, 20)


def tick_through(stage: Stage, slot: datetime, accepted_then: int) -> None:
    """Tick every half hour of the night in which the clocks change; everything leaves at the slot and not before."""
    before = stage.provider.accepted()
    for minutes in range(-60, 91, 30):
        now = slot + timedelta(minutes=minutes)
        stage.send_due(now)
        wanted = before if now < slot else accepted_then
        stage.must(stage.provider.accepted() == wanted, f"{wanted} have left by {now:%H:%M} UTC")
    stage.injected += 1
    wrong = Delivery.objects.filter(due_at__gt=slot + HOUR)
    stage.must(not wrong.exists(), "nothing is planned for the second time")
