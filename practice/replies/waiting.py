"""Assignments that wait for the reflection on the last step before they bring the next one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.move import Move
from practice.assignments.moves import MOVES
from practice.assignments.outlook import Hold, spoken_day
from practice.assignments.passed import PassedStep
from practice.assignments.schedule import local_day
from practice.replies.models import Reply
from resources.models import Prompt

BUTTON = gettext_noop("Do not wait this time")


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
    found = {}
    for passed in _unanswered(waiting):
        if goes_on := _goes_on(waiting[passed.assignment_id], passed):
            found[passed.assignment_id] = Awaited(passed, goes_on)
    return found


def _unanswered(assignments: Collection[int]) -> QuerySet[PassedStep, PassedStep]:
    """Of the last step that went out of each of these, by id: those that asked something, to which nothing came, and
    which were not released."""
    went_out = PassedStep.objects.filter(assignment=OuterRef("pk"), skipped=False).order_by("-at", "-pk")
    last = (
        Assignment.objects.filter(pk__in=assignments)
        .order_by()
        .values(last=Subquery(went_out.values("pk")[:1]))
    )
    sent = Reply.objects.sent().filter(
        delivery__assignment=OuterRef("assignment"), delivery__step=OuterRef("step")
    )
    asks = Exists(Prompt.objects.filter(step=OuterRef("step")))
    return PassedStep.objects.filter(asks, ~Exists(sent), pk__in=last, released=False).select_related("step")


def _goes_on(row: Assignment, passed: PassedStep) -> date | None:
    """The slot on which it goes on by itself; None when that is its next one, or has been."""
    until = row.waits_until(passed.at)
    if until is None or row.next_due_at is None or local_day(row.next_due_at, row.client.time_zone) >= until:
        return None
    return row.rhythm.day_after(until - timedelta(days=1))


@holds.reason
def reflection(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those that wait for a reflection."""
    rows = {row.pk: row for row in assignments}
    return {pk: in_words(rows[pk], found) for pk, found in awaited(assignments).items()}


def in_words(row: Assignment, found: Awaited) -> Hold:
    """Why it waits, and what releases it."""
    why = _("Waiting for %(client)s’s reflection on “%(step)s”.")
    release = _(
        "The next step goes out in its next slot once %(client)s has sent one, or when you press “%(button)s”. If none "
        "comes, it goes on by itself on %(day)s."
    )
    return Hold(
        why % {"client": row.client, "step": found.passed.step},
        release % {"client": row.client, "button": _(BUTTON), "day": spoken_day(found.goes_on)},
        quiet=True,
    )


class GoOn(Move):
    """Let the next step go out without the reflection on the last one."""

    slug = "go-on"
    is_main = True

    @property
    def button(self) -> str:
        return _(BUTTON)

    @property
    def found(self) -> Awaited | None:
        return awaited([self.row]).get(self.row.pk)

    def offered(self) -> bool:
        return self.step is not None and self.found is not None

    def meaning(self) -> list[str]:
        at = self.next_at()
        leaves = _("“%(step)s” goes out to %(client)s on %(moment)s.")
        said = [leaves % {"step": self.step, "client": self.name, "moment": at}]
        if found := self.found:
            said.append(_("It no longer waits for a reflection on “%(step)s”.") % {"step": found.passed.step})
        again = _("After that it waits again. %(client)s is not told about any of it.")
        return [*said, again % {"client": self.name}]

    def act(self, answers: dict[str, Any]) -> bool:
        found = self.found
        return found is not None and found.passed.release()

    def done(self) -> str:
        at = self.next_at()
        return _("“%(step)s” is next, on %(moment)s.") % {"step": self.step, "moment": at}


MOVES[GoOn.slug] = GoOn
