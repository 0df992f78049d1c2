"""That a reflection has a worrying word: to be read first, and acknowledged. Never which word it was."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext as _

from practice.people.ownership import Owned, OwnedQuerySet


class ConcernQuerySet(OwnedQuerySet):
    """Concerns, asked for in plain words."""

    def open(self) -> Self:
        """Those that nobody has acknowledged yet, and whose reflection was not taken back."""
        return self.filter(acknowledged_at=None, reply__sent_at__isnull=False)

    def acknowledge(self, by: Any, now: datetime) -> int:
        """Close those of these that are open, and say how many they were. The first time is the one that counts."""
        return self.open().update(acknowledged_at=now, acknowledged_by=by)


class Concern(Owned):
    """That one reflection is to be read first. The words can be found again when it is shown; nothing keeps them."""

    owner_path = "reply__client__practitioner"

    reply = models.OneToOneField("replies.Reply", models.CASCADE, related_name="concern")
    found_at = models.DateTimeField()
    #: Empty until the practitioner says that they have read it.
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("people.Practitioner", models.PROTECT, null=True, related_name="+")
    #: When the mail server took each alert: to the practitioner, to the second contact, to the practitioner again.
    alerted_at = models.DateTimeField(null=True)
    second_alerted_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    #: When somebody last set out to send one, so that no other does at the same moment.
    tried_at = models.DateTimeField(null=True)

    objects: ClassVar = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ("found_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="acknowledged_by_somebody",
                condition=models.Q(acknowledged_at=None, acknowledged_by=None)
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
        )
        indexes = (
            # For the few that are open: every minute, on every home page, and for every email that is to leave.
            models.Index(fields=("reply",), name="concern_open", condition=models.Q(acknowledged_at=None)),
        )

    def __str__(self) -> str:
        return _("Reflection %(number)s is to be read first") % {"number": self.reply_id}
