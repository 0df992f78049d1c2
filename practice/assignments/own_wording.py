"""A step in words for one client alone. The module stays as it is."""

from typing import Any

from django.db import models

from practice.people.models import one_line
from practice.people.ownership import Owned
from resources.models import Step
from resources.sanitize import clean


class OwnWording(Owned):
    """The title and the reading of one step, as one assignment brings it. Not changed once its email has left."""

    owner_path = "assignment__client__practitioner"

    assignment = models.ForeignKey(
        "assignments.Assignment", models.CASCADE, related_name="wordings", db_index=False
    )
    step = models.ForeignKey(Step, models.CASCADE, related_name="wordings")
    title = models.CharField(max_length=200, validators=[one_line])
    body = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("assignment", "step"), name="one_wording_per_step"),)

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = clean(self.body)
        super().save(*args, **kwargs)
