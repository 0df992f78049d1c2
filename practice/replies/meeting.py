"""The sessions that a practitioner noted."""

from datetime import date

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.in_words import day_in_words
from practice.people.models import Client
from practice.people.ownership import Owned


class Meeting(Owned):
    """That a practitioner and a client met on a day. What was sent from then on is for their next session."""

    owner_path = "client__practitioner"

    client = models.ForeignKey(Client, models.CASCADE, related_name="meetings")
    #: A day of the practitioner's calendar.
    met_on = models.DateField()

    class Meta:
        ordering = ("-met_on",)
        verbose_name = gettext_lazy("session")
        verbose_name_plural = gettext_lazy("sessions")
        constraints = (models.UniqueConstraint(fields=("client", "met_on"), name="one_meeting_per_day"),)

    def __str__(self) -> str:
        day = day_in_words(self.met_on)
        return _("Session with %(client)s on %(day)s") % {"client": self.client, "day": day}

    @classmethod
    def last_with(cls, client: Client) -> date | None:
        """The day of the last session that was noted."""
        return cls.objects.filter(client=client).values_list("met_on", flat=True).first()
