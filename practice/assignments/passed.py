"""Which steps an assignment has behind it."""

from django.db import models

from practice.people.ownership import Owned
from resources.models import Step


class PassedStep(Owned):
    """A step that this assignment need not bring again: it was handed to the outbox, or skipped."""

    owner_path = "assignment__client__practitioner"

    assignment = models.ForeignKey("assignments.Assignment", models.CASCADE, related_name="passed")
    step = models.ForeignKey(Step, models.CASCADE, related_name="passed")
    skipped = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("assignment", "step"), name="step_passes_once"),)

    def __str__(self) -> str:
        return f"{self.step} {'skipped' if self.skipped else 'sent'}"
