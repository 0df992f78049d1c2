"""That a client's records were erased: counts and a moment, for the practice's own account. Nothing says whose."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.people.models import Practitioner


class Erasure(models.Model):
    """One erasure: how much there was, and for how long."""

    at = models.DateTimeField(default=timezone.now)
    #: Whose client it was.
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="erasures")
    #: Whether it came by the practice's time for keeping records, and not from a person.
    by_itself = models.BooleanField(default=False)
    #: From being added to being erased, in whole months.
    months = models.PositiveSmallIntegerField()
    emails = models.PositiveIntegerField()
    reflections = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return _("Erasure %(number)s") % {"number": self.pk}
