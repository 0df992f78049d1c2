"""Every change of an assignment: what the planner does with its row, and what people decide.

A change of people's is conditional: it locks the row, looks at the state as it is now, and says whether anything was
changed, so that two browsers and the planner can press at the same time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import transaction

from practice.assignments.kept_free import kept_free
from practice.assignments.outlook import Span, calendar
from practice.assignments.passed import PassedStep
from practice.assignments.querysets import AssignmentQuerySet
from practice.assignments.row import AssignmentRow
from practice.assignments.schedule import Rhythm, first_day
from resources.models import Step


class ChangingRow(AssignmentRow):
    """An assignment as it is changed. `models.Assignment` adds what comes next."""

    objects: ClassVar = AssignmentQuerySet.as_manager()
    #: The steps that it passed: a relation of the table that this becomes.
    passed: ClassVar[Any]

    class Meta(AssignmentRow.Meta):
        abstract = True

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
        same = type(self).objects.running().filter(client=self.client, module=self.module)
        return self.next_step() is not None and not same.exclude(pk=self.pk).exists()

    def change_pace(self, every_weeks: int) -> bool:
        """Every N weeks from the next email on, if running. That one stays where it is."""
        with self.locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED):
                return False
            stays = self.day_that_stays()
            if self.next_on and stays != self.next_on:
                self._wait_for(stays)
            self.first_on, self.every_weeks = stays, every_weeks
            self.save(update_fields=("first_on", "every_weeks", *self.SCHEDULE))
            return True

    def day_that_stays(self) -> date:
        """Where a new pace begins: the slot of the next email, past days on which nothing leaves."""
        on = self.next_on or self.first_on
        if self.state != self.State.ACTIVE or self.sooner_at or not self.has_a_clock:
            return on
        return calendar(self.rhythm, [""], on, self.days_kept_free(self.rhythm))[0].day

    def days_kept_free(self, rhythm: Rhythm) -> tuple[Span, ...]:
        """The days of the client's calendar on which nothing of it leaves in this rhythm. Two queries at most."""
        return kept_free([(self.client, self.module, rhythm)])[0]

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
            self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
            yield

    def _slot_after(self, now: datetime) -> date:
        return self.rhythm.day_from(now + timedelta(microseconds=1))

    def _wait_for(self, day: date) -> None:
        self.state, self.state_by, self.paused_until = self.State.ACTIVE, "", None
        self.next_on, self.sooner_at, self.next_due_at = day, None, self.moment(day)

    def _rest(self, state: AssignmentRow.State, by: str = "", until: date | None = None) -> None:
        self.state, self.state_by, self.paused_until = state, by, until
        if state == self.State.FINISHED:
            self.next_on = None
        self.sooner_at = self.next_due_at = None

    def _save_schedule(self) -> None:
        self.save(update_fields=self.SCHEDULE)
