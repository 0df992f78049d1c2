"""Assignments, asked for in plain words."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from practice.assignments import holds
from practice.assignments.blackout import at_next_slot
from practice.assignments.kept_free import next_free
from practice.assignments.outlook import Outlook
from practice.assignments.passed import PassedStep
from practice.assignments.schedule import local_day
from practice.people.ownership import OwnedQuerySet
from resources.models import Step

if TYPE_CHECKING:
    from practice.assignments.models import Assignment


class AssignmentQuerySet(OwnedQuerySet):
    """Assignments, asked for in plain words."""

    def due(self, now: datetime) -> Self:
        """Active ones whose next step should leave by now. Reads only the partial index `assignment_due`."""
        return self.filter(state=self.model.State.ACTIVE, next_due_at__lte=now)

    def running(self) -> Self:
        """Active and paused ones: a client has at most one of these per module."""
        return self.filter(state__in=(self.model.State.ACTIVE, self.model.State.PAUSED))

    def rested(self, now: datetime) -> "list[Assignment]":
        """Paused ones whose pause is over on the client's own calendar, locked: call it in a transaction.

        The tick resumes them. Who just chose a longer pause is not among them.
        """
        # The database cannot tell the client's calendar; none on earth is more than a day ahead of UTC.
        tomorrow = now.date() + timedelta(days=1)
        soon = self.filter(state=self.model.State.PAUSED, paused_until__lte=tomorrow).with_client()
        soon = soon.select_for_update(of=("self",), skip_locked=True)
        return [row for row in soon if row.paused_until <= local_day(now, row.client.time_zone)]

    def were_heard_of(self) -> None:
        """Their client did something: wrote, chose, pressed a button. What went out before is no longer quiet."""
        self.filter(quiet_steps__gt=0).exclude(state_by=self.model.By.SILENCE).update(quiet_steps=0)

    def with_client(self) -> Self:
        """Each with its client, without the private note, which would be decrypted for nothing."""
        return self.select_related("client").defer("client__private_note")

    def with_next_step(self) -> Self:
        """Each with `next_step_title`, by the same rule as `next_step()`; and as `with_blackout`."""
        titles = self._remaining_steps().values("title")
        return self.with_blackout().annotate(next_step_title=Subquery(titles[:1]))

    def with_next_two_titles(self) -> Self:
        """Each with `next_step_title` and `following_step_title`, that of the one after it."""
        titles = self._remaining_steps().values("title")
        return self.annotate(next_step_title=Subquery(titles[:1]), following_step_title=Subquery(titles[1:2]))

    def with_next_two(self) -> Self:
        """Each with `next_step_id` and `following_step_id`, the one after it; for the planner. As `with_blackout`."""
        ids = self._remaining_steps().values("pk")
        return self.with_blackout().annotate(
            next_step_id=Subquery(ids[:1]), following_step_id=Subquery(ids[1:2])
        )

    def with_blackout(self) -> Self:
        """Each with the days without emails that its next slot lies in, for `blackout.covering`, which then asks no
        more."""
        return self.annotate(blackout=at_next_slot())

    def _remaining_steps(self) -> "QuerySet[Step, Step]":
        """For a subquery: the steps in use of a row's module, in order, that it did not pass."""
        passed = PassedStep.objects.filter(step=OuterRef("pk"), assignment=OuterRef(OuterRef("pk")))
        return (
            Step.objects.in_use()
            .filter(~Exists(passed), module=OuterRef("module"))
            .order_by("position", "pk")
        )

    def outlooks(self) -> "list[tuple[Assignment, Outlook]]":
        """Each with what comes next for it, in a handful of queries however many there are."""
        rows: list[Any] = list(self.with_next_step().select_related("client__practitioner", "module"))
        held = holds.of(rows)
        free = next_free(row for row in rows if row.pk in held)
        return [(row, row.look_ahead(row.next_step_title, held.get(row.pk), free)) for row in rows]
