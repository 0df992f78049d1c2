"""Assignments that wait for the reflection on the last step before they bring the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.move import Move
from practice.assignments.moves import MOVES
from practice.assignments.outlook import Hold, spoken_day
from practice.assignments.passed import PassedStep
from practice.assignments.schedule import local_day
from practice.replies.models import Reply
from resources.models import Prompt

BUTTON = "Do not wait this time"


@dataclass(frozen=True)
class Awaited:
    """The step whose reflection an assignment waits for, and the day on which it goes on without."""

    passed: PassedStep
    goes_on: date


def awaited(assignments: Sequence[Assignment]) -> dict[int, Awaited]:
    """What these wait for, by the assignment's id. Those whose next slot comes when the waiting is over are not there.

    Nobody is waited for who was asked nothing.
    """
    waiting = {row.pk: row for row in assignments if row.wait_weeks and row.next_due_at and row.has_a_clock}
    if not waiting:
        return {}
    handed_over = PassedStep.objects.filter(assignment__in=waiting, skipped=False).select_related("step")
    last = {passed.assignment_id: passed for passed in handed_over.order_by("at", "pk")}
    answered = set(
        Reply.objects.sent()
        .filter(delivery__assignment__in=waiting)
        .values_list("delivery__assignment_id", "delivery__step_id")
    )
    steps = {passed.step_id for passed in last.values()}
    asking = set(Prompt.objects.filter(step__in=steps).values_list("step_id", flat=True))
    found = {}
    for pk, passed in last.items():
        if passed.released or passed.step_id not in asking or (pk, passed.step_id) in answered:
            continue
        if goes_on := _goes_on(waiting[pk], passed):
            found[pk] = Awaited(passed, goes_on)
    return found


def _goes_on(row: Assignment, passed: PassedStep) -> date | None:
    """The slot on which it goes on by itself; None when that is its next one, or has been."""
    zone = row.client.time_zone
    enough = local_day(passed.at, zone) + timedelta(weeks=row.wait_weeks or 0)
    if row.next_due_at is None or local_day(row.next_due_at, zone) >= enough:
        return None
    return row.rhythm.day_after(enough - timedelta(days=1))


@holds.reason
def reflection(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those that wait for a reflection."""
    rows = {row.pk: row for row in assignments}
    return {pk: in_words(rows[pk], found) for pk, found in awaited(assignments).items()}


def in_words(row: Assignment, found: Awaited) -> Hold:
    """Why it waits, and what releases it."""
    return Hold(
        f"Waiting for {row.client}’s reflection on “{found.passed.step}”.",
        f"The next step goes out in its next slot once {row.client} has sent one, or when you press “{BUTTON}”. "
        f"If none comes, it goes on by itself on {spoken_day(found.goes_on)}.",
        quiet=True,
    )


class GoOn(Move):
    """Let the next step go out without the reflection on the last one."""

    slug = "go-on"
    is_main = True

    @property
    def button(self) -> str:
        return BUTTON

    @property
    def found(self) -> Awaited | None:
        return awaited([self.row]).get(self.row.pk)

    def offered(self) -> bool:
        return self.step is not None and self.found is not None

    def meaning(self) -> list[str]:
        said = [f"“{self.step}” goes out to {self.name} on {self.at(self.row.next_due_at or self.now)}."]
        if found := self.found:
            said.append(f"It no longer waits for a reflection on “{found.passed.step}”.")
        return [*said, f"After that it waits again. {self.name} is not told about any of it."]

    def act(self, answers: dict[str, Any]) -> bool:
        found = self.found
        return found is not None and found.passed.release()

    def done(self) -> str:
        return f"“{self.step}” is next, on {self.at(self.row.next_due_at or self.now)}."


MOVES[GoOn.slug] = GoOn
