"""The practitioner's own words to a client at the beginning of an assignment."""

from django.db import models
from django.utils.translation import gettext as _

from practice.people.fields import EncryptedTextField
from practice.people.ownership import Owned
from resources.sanitize import tidy

LONGEST = 2000


class FirstNote(Owned):
    """A personal note that stands at the top of the first email of an assignment. Encrypted at rest.

    It never changes once it is there, so that the email can be built again from it.
    """

    owner_path = "assignment__client__practitioner"

    assignment = models.OneToOneField("assignments.Assignment", models.CASCADE, related_name="first_note")
    text = EncryptedTextField()

    def __str__(self) -> str:
        return _("Note for %(client)s") % {"client": self.assignment.client}


def tidied(text: str) -> str:
    """A note as it is kept: plain text, one kind of line break, no blanks around it."""
    return tidy(text).replace("\r\n", "\n").replace("\r", "\n").strip()
