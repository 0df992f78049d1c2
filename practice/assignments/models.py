"""A module for a client: when its steps go out, and how far it has come.

The row is the schedule. Every change of it is conditional: it locks the row, looks at the state as it is now,
and says whether anything was changed, so that two browsers and the planner can press at the same time.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy

from practice.assignments import holds
from practice.assignments.first_note import FirstNote
from practice.assignments.kept_free import kept_free, next_free
from practice.assignments.outlook import (
    Hold,
    Outlook,
    Planned,
    Span,
    calendar,
    held_by_clock,
    held_by_silence,
    held_by_state,
    look_ahead,
)
from practice.assignments.own_wording import OwnWording  # noqa: F401 - a table of this room
from practice.assignments.passed import PassedStep
from practice.assignments.querysets import AssignmentQuerySet
from practice.assignments.row import AssignmentRow
from practice.assignments.schedule import Rhythm, first_day
from practice.people.models import Client
from resources.models import Module, Step


class Assignment(AssignmentRow):
    """A module for a client."""

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta(AssignmentRow.Meta):
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

    def days_kept_free(self, rhythm: Rhythm) -> tuple[Span, ...]:
        """The days of the client's calendar on which nothing of it leaves in this rhythm. Two queries at most."""
        return kept_free([(self.client, self.module, rhythm)])[0]

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

    # --- For the planner, which holds the row's lock and saves SCHEDULE for many rows at once --------

    def pass_step(self, step: Step, now: datetime, skipped: bool = False) -> PassedStep:
        """Note that this step need not be brought again. Raises IntegrityError when it was passed before."""
        return self.passed.create(step=step, at=now, skipped=skipped)

    def move_on(self, now: datetime, more: bool) -> None:
        """After a step was handed to the outbox: go to the following slot still to come, or finish.

        `more` says whether a step is left. Not saved.
        """
        if self.next_on is not None and more:
            self._wait_for(max(self.rhythm.day_after(self.next_on), self._slot_after(now)))
        else:
            self._rest(self.State.FINISHED)

    def wait_for_next_slot(self, now: datetime) -> None:
        """When a slot's window went by and nothing left: the same step, on the first slot to come. Not saved."""
        if self.next_on is not None:
            self._wait_for(max(self.next_on, self._slot_after(now)))

    def fall_silent(self) -> None:
        """Rest, because nothing came back: instead of the step that is due. Not saved."""
        self._rest(self.State.PAUSED, self.By.SILENCE)

    # --- What people decide. Each says whether it changed anything. --------------------------------

    def pause(
        self, now: datetime, by: str = AssignmentRow.By.PRACTITIONER, until: date | None = None
    ) -> bool:
        """Rest, if active or already resting. `until` is the day on which it carries on by itself.

        A pause of the practitioner's is not the client's to end: they can only make it longer.
        """
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED):
                return False
            if (
                by == self.By.CLIENT
                and self.state == self.State.PAUSED
                and self.state_by == self.By.PRACTITIONER
            ):
                if not (until and self.paused_until and until > self.paused_until):
                    return False
                by = self.By.PRACTITIONER
            self._rest(self.State.PAUSED, by, until)
            self._save_schedule()
            return True

    def resume(self, now: datetime) -> bool:
        """Carry on after a pause, a stop, or new steps in a finished module.

        One step leaves on the first free slot and the dates shift: nothing is lost, nothing comes in a pile.
        """
        with self.locked():
            if self.state == self.State.ACTIVE or not self.may_resume():
                return False
            self.quiet_steps = 0
            self._wait_for(self.day_to_resume(now))
            self._save_schedule()
            return True

    def day_to_resume(self, now: datetime) -> date:
        """The first free slot, if it carried on now."""
        return max(self.next_on or self.first_on, self.rhythm.day_from(now))

    def may_resume(self) -> bool:
        """Whether there is a step left to bring, and no other assignment that brings this module."""
        same = Assignment.objects.running().filter(client=self.client, module=self.module)
        return self.next_step() is not None and not same.exclude(pk=self.pk).exists()

    def change_pace(self, every_weeks: int) -> bool:
        """Every N weeks from the next slot on, if running. That slot stays where it is."""
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED):
                return False
            self.first_on, self.every_weeks = self.next_on or self.first_on, every_weeks
            self.save(update_fields=("first_on", "every_weeks"))
            return True

    def change_slot(self, weekday: int | None, at: time | None, now: datetime) -> bool:
        """Leave on this weekday and at this hour of the client's clock from the next slot on, if running; None leaves
        either as it is. The next step comes no earlier than its day, and one that was asked for sooner still does.
        """
        with self.locked():
            on, sooner = self.next_on or self.first_on, self.sooner_at
            weekday, at = on.weekday() if weekday is None else weekday, at or self.at
            as_it_is = (weekday, at) == (on.weekday(), self.at)
            if self.state not in (self.State.ACTIVE, self.State.PAUSED) or as_it_is or not self.has_a_clock:
                return False
            self.first_on, self.at = first_day(on, weekday), at
            if self.next_on:
                self.next_on = max(self.first_on, self._slot_after(now))
            if self.state == self.State.ACTIVE and self.next_on:
                self._wait_for(self.next_on)
                self.sooner_at, self.next_due_at = sooner, sooner or self.next_due_at
            self.save(update_fields=("first_on", "at", *self.SCHEDULE))
            return True

    def move_next(self, day: date, step: Step | None = None) -> bool:
        """Bring the next step on this day of the client's calendar; those after it follow at the same pace from there.

        With `step`: only if that is still the next one.
        """
        with self.locked():
            upcoming = self.next_step()
            if self.state != self.State.ACTIVE or upcoming is None or step not in (None, upcoming):
                return False
            self.first_on = day
            self._wait_for(day)
            self.save(update_fields=("first_on", *self.SCHEDULE))
            return True

    def wait_for_reflections(self, weeks: int | None) -> bool:
        """From now on each next step waits for the reflection on the last one, at most so long; or no longer does."""
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED) or self.wait_weeks == weeks:
                return False
            self.wait_weeks = weeks
            self.save(update_fields=("wait_weeks",))
            return True

    def rest_after(self, steps: int) -> bool:
        """From now on rest by itself after so many steps to which nothing came back; 0: never."""
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED) or self.rests_after == steps:
                return False
            self.rests_after = steps
            self.save(update_fields=("rests_after",))
            return True

    def remind(self, days: int) -> bool:
        """From now on let one short email follow each step to which nothing came back, so many days after; 0: none."""
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED) or self.remind_after == days:
                return False
            self.remind_after = days
            self.save(update_fields=("remind_after",))
            return True

    def go_without_reminders(self, without: bool) -> bool:
        """The client's choice: none of these emails from now on, or again as their practitioner set it."""
        with self.locked():
            if self.no_reminders == without:
                return False
            self.no_reminders = without
            self.save(update_fields=("no_reminders",))
            return True

    def stop(self, now: datetime, by: str = AssignmentRow.By.PRACTITIONER) -> bool:
        """End it. Also a finished one, whose last email may still be about to leave."""
        with self.locked():
            if self.state == self.State.STOPPED:
                return False
            self._rest(self.State.STOPPED, by)
            self._save_schedule()
            return True

    def send_now(self, at: datetime, step: Step | None = None) -> bool:
        """Make the next step due at this moment. It takes the place of the next slot; the following one leaves a slot
        later.

        With `step`: only if that is still the next one.
        """
        with self.locked():
            upcoming = self.next_step()
            if self.state != self.State.ACTIVE or upcoming is None or step not in (None, upcoming):
                return False
            self.sooner_at = self.next_due_at = at
            self._save_schedule()
            return True

    def skip_next(self, now: datetime, step: Step | None = None) -> bool:
        """Leave out the next step; the one after it takes its slot. With `step`: only if still the next."""
        with self.locked():
            upcoming = self.next_step()
            running = self.state in (self.State.ACTIVE, self.State.PAUSED)
            if not running or upcoming is None or step not in (None, upcoming):
                return False
            self.pass_step(upcoming, now, skipped=True)
            self.sooner_at = None  # asked for the step that is now left out
            if self.next_step() is None:
                self._rest(self.State.FINISHED)
            elif self.state == self.State.ACTIVE and self.next_on:
                self._wait_for(self.next_on)
            self._save_schedule()
            return True

    def unpass(self, step: Step, now: datetime) -> bool:
        """Bring this step after all: it was skipped, or its email withdrawn. A finished one carries on."""
        with self.locked():
            if not self.passed.filter(step=step).delete()[0]:
                return False
            self.quiet_steps = max(0, self.quiet_steps - 1)
            self._save_schedule()
            if self.state == self.State.FINISHED:
                self.resume(now)
            return True

    def derive_next_due_at(self) -> None:
        """Work out the next moment anew, from the row alone: the client's clock may be another now."""
        with self.locked():
            if self.state == self.State.ACTIVE and self.next_on:
                self.next_due_at = self.sooner_at or self.moment(self.next_on)
                self._save_schedule()

    # --- How --------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """A transaction in which this row is locked and as it is now. Raises DoesNotExist when it is gone."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Assignment.objects.select_for_update())
            yield

    def _slot_after(self, now: datetime) -> date:
        return self.rhythm.day_from(now + timedelta(microseconds=1))

    def _wait_for(self, day: date) -> None:
        self.state, self.state_by, self.paused_until = self.State.ACTIVE, "", None
        self.next_on, self.sooner_at, self.next_due_at = day, None, self.moment(day)

    def _rest(self, state: "Assignment.State", by: str = "", until: date | None = None) -> None:
        self.state, self.state_by, self.paused_until = state, by, until
        if state == self.State.FINISHED:
            self.next_on = None
        self.sooner_at = self.next_due_at = None

    def _save_schedule(self) -> None:
        self.save(update_fields=self.SCHEDULE)
