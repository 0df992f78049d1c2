"""What articles, modules and steps have in common: two browsers may edit one at once, and the second one notices."""

from typing import Self

from django.db import models
from django.utils import timezone

from practice.people.ownership import Owned


class Revised(Owned):
    """A row that two browsers may edit at once: each save counts, so that the second one notices."""

    revision = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def locked(cls, pk: int) -> Self:
        """The row as it is now, and nobody else's to change in this transaction. Raises DoesNotExist if it is gone."""
        return cls._base_manager.select_for_update(no_key=True).get(pk=pk)

    def count_save(self) -> None:
        """Note that this row is being changed now. The caller saves it."""
        self.revision += 1
        self.changed_at = timezone.now()
