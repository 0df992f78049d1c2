"""Which steps an assignment has behind it."""

from django.db import models
from django.utils.translation import gettext as _

from practice.people.ownership import Owned
from resources.models import Step


class PassedStep(Owned):
    """A step that this assignment need not bring again: it was handed to the outbox, or skipped."""

    owner_path = "assignment__client__practitioner"

    #: No index of its own: both below begin with it.
    assignment = models.ForeignKey(
        "assignments.Assignment", models.CASCADE, related_name="passed", db_index=False
    )
    step = models.ForeignKey(Step, models.CASCADE, related_name="passed")
    skipped = models.BooleanField(default=False)
    at = models.DateTimeField()
    #: Whether the next step goes out without the reflection on this one, though the assignment waits for it.
    released = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("assignment", "step"), name="step_passes_once"),)
        indexes = (
            # For a practitioner's home: how many steps went out since a moment, without a look at the rows.
            models.Index(fields=("assignment", "at", "skipped"), name="steps_since"),
        )

    def __str__(self) -> str:
        said = _("%(step)s skipped") if self.skipped else _("%(step)s sent")
        return said % {"step": self.step}

    def release(self) -> bool:
        """Wait for the reflection on this step no longer. Returns whether that changed anything."""
        return type(self).objects.filter(pk=self.pk, released=False).update(released=True) == 1
