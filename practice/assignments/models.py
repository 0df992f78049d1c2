"""A module for a client: when its steps go out, and how far it has come.

The row is the schedule: `row.py` has what is kept of it, and `changing.py` every change of it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from django.utils.translation import gettext_lazy

from practice.assignments import holds
from practice.assignments.changing import ChangingRow
from practice.assignments.first_note import FirstNote
from practice.assignments.kept_free import next_free
from practice.assignments.outlook import (
    Hold,
    Outlook,
    Planned,
    calendar,
    held_by_clock,
    held_by_silence,
    held_by_state,
    look_ahead,
)
from practice.assignments.own_wording import OwnWording  # noqa: F401 - a table of this room
from practice.people.models import Client
from resources.models import Module, Step


class Assignment(ChangingRow):
    """A module for a client."""

    class Meta(ChangingRow.Meta):
        abstract = False
        verbose_name = gettext_lazy("assignment")
        verbose_name_plural = gettext_lazy("assignments")

    # --- What comes -------------------------------------------------------------------------------

    def plan(self, steps: Iterable[Step] | None = None) -> list[Planned]:
        """The steps to come (those left, unless given), each with its slot. Empty unless active, with a clock."""
        if self.state != self.State.ACTIVE or self.next_on is None or self.next_due_at is None:
            return []
        if not self.has_a_clock:
            return []
        left = [step.title for step in (self.remaining_steps() if steps is None else steps)]
        first, without = self.next_on, self.days_kept_free(self.rhythm)
        if not left or not (self.sooner_at or not any(span.covers(first) for span in without)):
            return calendar(self.rhythm, left, first, without)
        later = calendar(self.rhythm, left[1:], self.rhythm.day_after(first), without)
        return [Planned(left[0], first, self.next_due_at), *later]

    def outlook(self) -> Outlook:
        """What comes next, when, and if held, why."""
        step, hold = self.next_step(), holds.of([self]).get(self.pk)
        return self.look_ahead(step.title if step else None, hold, next_free([self] if hold else []))

    def look_ahead(self, step: str | None, hold: Hold | None, free: Mapping[int, datetime]) -> Outlook:
        """The outlook, from the title of the next step and what holds it apart from the state; with the next free slots
        of those that are held, by id.
        """
        return look_ahead(
            step,
            free.get(self.pk, self.next_due_at),
            client_zone=self.client.time_zone,
            practitioner_zone=self.client.practitioner.time_zone,
            hold=self.held(hold, bool(step)),
        )

    def held(self, hold: Hold | None, steps_left: bool = True) -> Hold | None:
        """What holds it: an unknown clock, its state, else the `hold` that was found apart from these, or silence."""
        by_state = held_by_state(self.state, self.state_by, self.paused_until, steps_left)
        return held_by_clock(self.client.time_zone) or by_state or hold or self._held_by_silence(steps_left)

    def _held_by_silence(self, steps_left: bool) -> Hold | None:
        resting = self.state == self.State.PAUSED and self.state_by == self.By.SILENCE
        if self.next_on and (resting or (steps_left and self.is_about_to_rest)):
            return held_by_silence(self.client.name, self.quiet_steps, self.next_on, resting)
        return None

    # --- Begin ------------------------------------------------------------------------------------

    @classmethod
    def begin(
        cls,
        client: Client,
        module: Module,
        *,
        first_on: date,
        at: time,
        every_weeks: int,
        now: datetime,
        note: str = "",
        wait_weeks: int | None = None,
    ) -> "Assignment":
        """Assign a module. The first step leaves on the first slot that is not gone by `now` (UTC).

        `note` is a personal one for the top of the first email; `wait_weeks` says for how long each next step waits
        for the reflection on the last one. Call it in a transaction, if there is one.

        Raises IntegrityError when the client already receives this module, ValueError when it has no steps.
        """
        if not module.steps.in_use().exists():
            raise ValueError("A module without steps cannot be assigned.")
        row = cls(client=client, module=module, first_on=first_on, at=at, every_weeks=every_weeks)
        row.wait_weeks = wait_weeks
        row.created_at = now
        row._wait_for(row.rhythm.day_from(now))
        row.save()
        if note:
            FirstNote.objects.create(assignment=row, text=note)
        return row
