"""A module for a client: when its steps go out, and how far it has come.

The row is the schedule. Every change of it is conditional: it locks the row, looks at the state as it is now,
and says whether anything was changed, so that two browsers and the planner can press at the same time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone

from practice.assignments import holds
from practice.assignments.outlook import Hold, Outlook, Planned, calendar, held_by_state, look_ahead
from practice.assignments.passed import PassedStep
from practice.assignments.querysets import AssignmentQuerySet
from practice.assignments.schedule import Rhythm
from practice.people.models import Client
from practice.people.ownership import Owned
from resources.models import Module, Step


class Assignment(Owned):
    """A module for a client: the rule in the client's own terms, the next moment in UTC."""

    owner_path = "client__practitioner"

    class State(models.TextChoices):
        ACTIVE = "active", "Going out"
        PAUSED = "paused", "Paused"
        STOPPED = "stopped", "Stopped"
        FINISHED = "finished", "Finished"

    class By(models.TextChoices):
        PRACTITIONER = "the practitioner"
        CLIENT = "the client"

    client = models.ForeignKey(Client, models.CASCADE, related_name="assignments")
    module = models.ForeignKey(Module, models.PROTECT, related_name="assignments")
    #: The first day; its weekday is the weekday. Slots are every `every_weeks` weeks from here.
    first_on = models.DateField("first step on", help_text="A day on the client's own calendar.")
    at = models.TimeField("time of day", help_text="On the client's own clock.")
    every_weeks = models.PositiveSmallIntegerField(
        "every N weeks",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="1 means every week, 2 every other week.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE, editable=False)
    #: Whose choice a pause or stop was.
    state_by = models.CharField(max_length=20, choices=By, blank=True, editable=False)
    #: The day of the client's calendar on which a pause ends by itself.
    paused_until = models.DateField(null=True, editable=False)
    #: The next slot that is still free, as a day of the client's calendar.
    next_on = models.DateField(null=True, editable=False)
    #: Set when the next step was asked to leave before its slot, whose place it then takes.
    sooner_at = models.DateTimeField(null=True, editable=False)
    #: When the next step leaves, in UTC: `sooner_at`, else the moment of `next_on`. Empty unless active.
    next_due_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    #: What a change of the schedule writes.
    SCHEDULE: ClassVar = ("state", "state_by", "paused_until", "next_on", "sooner_at", "next_due_at")

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (
            # For `manage.py send_due` and the tick: a scan that costs the same however many rows rest.
            models.Index(fields=("next_due_at",), name="assignment_due", condition=models.Q(state="active")),
            # For the tick as well: whose pause is over.
            models.Index(
                fields=("paused_until",), name="assignment_rested", condition=models.Q(state="paused")
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("client", "module"),
                condition=models.Q(state__in=("active", "paused")),
                name="one_running_assignment",
                violation_error_message="This client already receives this module.",
            ),
            # An active row without a moment would wait for ever, and nobody would notice.
            models.CheckConstraint(
                name="active_has_a_moment",
                condition=models.Q(state="active", next_on__isnull=False, next_due_at__isnull=False)
                | (~models.Q(state="active") & models.Q(next_due_at=None)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.module} for {self.client}"

    # --- What is, and what comes ------------------------------------------------------------------

    @property
    def rhythm(self) -> Rhythm:
        """The rule in the client's own terms."""
        return Rhythm(self.first_on, self.at, self.every_weeks, self.client.time_zone)

    def remaining_steps(self) -> models.QuerySet[Step, Step]:
        """The module's steps, in order, that were neither handed to the outbox nor skipped."""
        return self.module.steps.exclude(passed__assignment=self).order_by("position", "pk")

    def next_step(self) -> Step | None:
        """The first step in order that was neither handed to the outbox nor skipped."""
        return self.remaining_steps().first()

    def plan(self, steps: Iterable[Step] | None = None) -> list[Planned]:
        """The steps to come (those left, unless given), each with its slot. Empty unless active."""
        if self.state != self.State.ACTIVE or self.next_on is None or self.next_due_at is None:
            return []
        left = self.remaining_steps() if steps is None else steps
        planned = calendar(self.rhythm, [step.title for step in left], self.next_on)
        return [replace(planned[0], at=self.next_due_at), *planned[1:]] if planned else []

    def outlook(self) -> Outlook:
        """What comes next, when, and if held, why."""
        step = self.next_step()
        return self.look_ahead(step.title if step else None, holds.of([self]).get(self.pk))

    def look_ahead(self, step: str | None, hold: Hold | None) -> Outlook:
        """The outlook, from the title of the next step and what holds it apart from the state."""
        return look_ahead(
            step,
            self.next_due_at,
            client_zone=self.client.time_zone,
            practitioner_zone=self.client.practitioner.time_zone,
            hold=held_by_state(self.state, self.state_by, self.paused_until, bool(step)) or hold,
        )

    # --- Begin ------------------------------------------------------------------------------------

    @classmethod
    def begin(
        cls, client: Client, module: Module, *, first_on: date, at: time, every_weeks: int, now: datetime
    ) -> "Assignment":
        """Assign a module. The first step leaves on the first slot that is not gone by `now` (UTC).

        Raises IntegrityError when the client already receives this module, ValueError when it has no steps.
        """
        if not module.steps.exists():
            raise ValueError("A module without steps cannot be assigned.")
        row = cls(client=client, module=module, first_on=first_on, at=at, every_weeks=every_weeks)
        row.created_at = now
        row._wait_for(row.rhythm.day_from(now))
        row.save()
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

    # --- What people decide. Each says whether it changed anything. --------------------------------

    def pause(self, now: datetime, by: str = By.PRACTITIONER, until: date | None = None) -> bool:
        """Rest, if active or already resting. `until` is the day on which it carries on by itself."""
        with self._locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED):
                return False
            self._rest(self.State.PAUSED, by, until)
            self._save_schedule()
            return True

    def resume(self, now: datetime) -> bool:
        """Carry on after a pause, a stop, or new steps in a finished module.

        One step leaves on the first free slot and the dates shift: nothing is lost, nothing comes in a pile.
        """
        with self._locked():
            if self.state == self.State.ACTIVE or not self.may_resume():
                return False
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
        with self._locked():
            if self.state not in (self.State.ACTIVE, self.State.PAUSED):
                return False
            self.first_on, self.every_weeks = self.next_on or self.first_on, every_weeks
            self.save(update_fields=("first_on", "every_weeks"))
            return True

    def stop(self, now: datetime, by: str = By.PRACTITIONER) -> bool:
        """End it. Also a finished one, whose last email may still be about to leave."""
        with self._locked():
            if self.state == self.State.STOPPED:
                return False
            self._rest(self.State.STOPPED, by)
            self._save_schedule()
            return True

    def send_now(self, now: datetime, step: Step | None = None) -> bool:
        """Make the next step due. It takes the place of the next slot; the following one leaves a slot later.

        With `step`: only if that is still the next one.
        """
        with self._locked():
            upcoming = self.next_step()
            if self.state != self.State.ACTIVE or upcoming is None or step not in (None, upcoming):
                return False
            self.sooner_at = self.next_due_at = now
            self._save_schedule()
            return True

    def skip_next(self, now: datetime, step: Step | None = None) -> bool:
        """Leave out the next step; the one after it takes its slot. With `step`: only if still the next."""
        with self._locked():
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
        with self._locked():
            if not self.passed.filter(step=step).delete()[0]:
                return False
            if self.state == self.State.FINISHED:
                self.resume(now)
            return True

    def derive_next_due_at(self) -> None:
        """Work out the next moment anew, from the row alone: the client's clock may be another now."""
        with self._locked():
            if self.state == self.State.ACTIVE and self.next_on:
                self.next_due_at = self.sooner_at or self.rhythm.moment(self.next_on)
                self._save_schedule()

    # --- How --------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """A transaction in which this row is locked and as it is now. Raises DoesNotExist when it is gone."""
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Assignment.objects.select_for_update())
            yield

    def _slot_after(self, now: datetime) -> date:
        return self.rhythm.day_from(now + timedelta(microseconds=1))

    def _wait_for(self, day: date) -> None:
        self.state, self.state_by, self.paused_until = self.State.ACTIVE, "", None
        self.next_on, self.sooner_at, self.next_due_at = day, None, self.rhythm.moment(day)

    def _rest(self, state: "Assignment.State", by: str = "", until: date | None = None) -> None:
        self.state, self.state_by, self.paused_until = state, by, until
        if state == self.State.FINISHED:
            self.next_on = None
        self.sooner_at = self.next_due_at = None

    def _save_schedule(self) -> None:
        self.save(update_fields=self.SCHEDULE)
