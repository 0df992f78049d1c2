"""What is kept of an assignment, and what follows from the row alone. The row is the schedule."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments import taking_back
from practice.assignments.schedule import Rhythm, local_day
from practice.people.clocks import clock_of
from practice.people.models import Client
from practice.people.ownership import Owned
from resources.models import Module, Step


class AssignmentRow(Owned):
    """The rule in the client's own terms, the next moment in UTC."""

    owner_path = "client__practitioner"

    class State(models.TextChoices):
        ACTIVE = "active", gettext_lazy("Going out")
        PAUSED = "paused", gettext_lazy("Paused")
        STOPPED = "stopped", gettext_lazy("Stopped")
        FINISHED = "finished", gettext_lazy("Finished")

    class By(models.TextChoices):
        PRACTITIONER = "the practitioner"
        CLIENT = "the client"
        #: Nobody's: nothing came back to the last steps.
        SILENCE = "silence"

    #: No index of its own: `assignment_by_client` begins with it.
    client = models.ForeignKey(
        Client,
        models.CASCADE,
        related_name="assignments",
        db_index=False,
        verbose_name=gettext_lazy("client"),
    )
    module = models.ForeignKey(
        Module, models.PROTECT, related_name="assignments", verbose_name=gettext_lazy("module")
    )
    #: The first day; its weekday is the weekday. Slots are every `every_weeks` weeks from here.
    first_on = models.DateField(
        gettext_lazy("first step on"), help_text=gettext_lazy("A day on the client's own calendar.")
    )
    at = models.TimeField(gettext_lazy("time of day"), help_text=gettext_lazy("On the client's own clock."))
    every_weeks = models.PositiveSmallIntegerField(
        gettext_lazy("every N weeks"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=gettext_lazy("1 means every week, 2 every other week."),
    )
    #: For how many weeks at most each next step waits for the reflection on the last one. Empty: it does not wait.
    wait_weeks = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(12)], editable=False
    )
    #: After how many steps in a row to which nothing came back it rests by itself. 0: never.
    rests_after = models.PositiveSmallIntegerField(
        default=2, validators=[MaxValueValidator(12)], editable=False
    )
    #: So many days after a step to which nothing came back, one short email says that it is still there. 0: none does.
    remind_after = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(6)], editable=False
    )
    #: The client goes without these.
    no_reminders = models.BooleanField(default=False, editable=False)
    #: How many steps with questions went out since the client last did anything.
    quiet_steps = models.PositiveSmallIntegerField(default=0, editable=False)
    state = models.CharField(
        gettext_lazy("state"), max_length=10, choices=State, default=State.ACTIVE, editable=False
    )
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
    SCHEDULE: ClassVar = (
        *("state", "state_by", "paused_until", "next_on", "sooner_at", "next_due_at", "quiet_steps"),
    )

    class Meta:
        abstract = True
        ordering = ("-created_at", "-pk")
        indexes = (
            # For `manage.py send_due` and the tick: a scan that costs the same however many rows rest.
            models.Index(fields=("next_due_at",), name="assignment_due", condition=models.Q(state="active")),
            # For the tick as well: whose pause is over.
            models.Index(
                fields=("paused_until",), name="assignment_rested", condition=models.Q(state="paused")
            ),
            # For the list: which of a practitioner's thousands stand on a page. And for home: which modules their
            # clients have, or had; without the module in it PostgreSQL would rather read all assignments.
            models.Index(fields=("client", "created_at", "id", "module"), name="assignment_by_client"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("client", "module"),
                condition=models.Q(state__in=("active", "paused")),
                name="one_running_assignment",
                violation_error_message=gettext_lazy("This client already receives this module."),
            ),
            # An active row without a moment would wait for ever, and nobody would notice.
            models.CheckConstraint(
                name="active_has_a_moment",
                condition=models.Q(state="active", next_on__isnull=False, next_due_at__isnull=False)
                | (~models.Q(state="active") & models.Q(next_due_at=None)),
            ),
        )

    def __str__(self) -> str:
        return _("%(module)s for %(client)s") % {"module": self.module, "client": self.client}

    @property
    def rhythm(self) -> Rhythm:
        """The rule in the client's own terms."""
        return Rhythm(self.first_on, self.at, self.every_weeks, self.client.time_zone)

    @property
    def earliest_at(self) -> datetime:
        """Nothing leaves before: until then a new assignment can be taken back."""
        return self.created_at + taking_back.window()

    def moment(self, day: date) -> datetime:
        """The moment in UTC at which the step of this day leaves."""
        return max(self.rhythm.moment(day), self.earliest_at)

    def reminder_at(self, step_due_at: datetime) -> datetime:
        """When the short email leaves that may follow a step which was due then (UTC): at the usual hour."""
        day = local_day(step_due_at, self.client.time_zone) + timedelta(days=self.remind_after)
        return self.rhythm.moment(day)

    def remaining_steps(self) -> models.QuerySet[Step, Step]:
        """The module's steps in use, in order, that were neither handed to the outbox nor skipped."""
        return self.module.steps.in_use().exclude(passed__assignment=self).order_by("position", "pk")

    def next_step(self) -> Step | None:
        """The first step in order that was neither handed to the outbox nor skipped."""
        return self.remaining_steps().first()

    @property
    def has_a_clock(self) -> bool:
        """Whether this machine knows the client's time zone. Without it no moment can be worked out."""
        return clock_of(self.client.time_zone) is not None

    def is_quiet_after(self, steps: int) -> bool:
        """Whether so many steps in a row to which nothing came back are enough for it to rest."""
        return 0 < self.rests_after <= steps

    @property
    def is_about_to_rest(self) -> bool:
        """Whether it rests in its next slot, if nothing comes back before. Not if a step was asked for sooner."""
        quiet = self.is_quiet_after(self.quiet_steps)
        return quiet and self.state == self.State.ACTIVE and self.sooner_at is None

    def waits_until(self, left_at: datetime) -> date | None:
        """The day from which on it no longer waits for the reflection on a step that left then (UTC); None when it does
        not wait at all."""
        if self.wait_weeks is None:
            return None
        return local_day(left_at, self.client.time_zone) + timedelta(weeks=self.wait_weeks)

    def would_be_held(self, day: date) -> bool:
        """Whether the step after the next one rests or waits on this day, should nothing come back to the next one."""
        if self.is_quiet_after(self.quiet_steps + 1):
            return True
        until = self.waits_until(self.next_due_at) if self.next_due_at else None
        return until is not None and day < until
