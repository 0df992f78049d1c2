"""A practitioner's private note about one reflection."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.fields import EncryptedTextField
from practice.people.ownership import Owned

if TYPE_CHECKING:
    from practice.replies.models import Reply


class Note(Owned):
    """What a practitioner notes about one reflection, for themselves. No page behind a private link reads these."""

    owner_path = "reply__delivery__assignment__client__practitioner"

    reply = models.OneToOneField("replies.Reply", models.CASCADE, related_name="note")
    text = EncryptedTextField()
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("private note")
        verbose_name_plural = gettext_lazy("private notes")

    def __str__(self) -> str:
        return _("Note about reflection %(number)s") % {"number": self.reply_id}

    @classmethod
    def keep(cls, reply: "Reply", text: str, now: datetime) -> None:
        """Keep this text in place of the earlier one; an empty text leaves none.

        Raises CannotDecrypt, and changes nothing, when the earlier one cannot be read: it is not written over unseen.
        """
        earlier = cls.objects.filter(reply=reply).first()
        if text:
            cls.objects.update_or_create(reply=reply, defaults={"text": text, "saved_at": now})
        elif earlier:
            earlier.delete()
