"""The answer to one question of a reflection, as it is kept."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people.fields import EncryptedTextField
from practice.people.ownership import Owned
from practice.replies.sharing import AnswerQuerySet, Sharing
from resources.models import Prompt, PromptKind


class Answer(Owned):
    """The answer to one prompt. The question is kept with it: the step may be edited later."""

    owner_path = "reply__client__practitioner"

    #: Stands where the question would be, in what came by email.
    BY_EMAIL: ClassVar = gettext_noop("By email")

    reply = models.ForeignKey("replies.Reply", models.CASCADE, related_name="answers")
    prompt = models.ForeignKey(Prompt, models.SET_NULL, null=True, related_name="answers")
    position = models.PositiveSmallIntegerField(default=0)
    question = models.CharField(max_length=500)
    kind = models.CharField(max_length=10, choices=PromptKind)
    #: As in Prompt, and as they were shown.
    options = models.JSONField(default=list)
    #: Text as written; a scale's number; a choice; a checklist's ticks, one a line. Empty when left out.
    value = EncryptedTextField(blank=True, default="")
    #: Whom this one is for. Empty where it goes with the whole reflection.
    sharing = models.CharField(max_length=5, choices=Sharing, blank=True, default="")

    objects: ClassVar = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ("reply", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("reply", "prompt"), name="one_answer_per_prompt"),)

    def __str__(self) -> str:
        return self.question

    @property
    def asked(self) -> str:
        """The question as it was asked, or, in the reader's language, that it came by email."""
        return _(self.question) if self.question == self.BY_EMAIL else self.question

    @property
    def is_for(self) -> str:
        """Whom it is for: its own choice, else that of the whole reflection."""
        return self.sharing or self.reply.sharing

    def in_words(self) -> str:
        """The answer as it is read: "7 of 10 (Not at all – Very)", or as written. Raises CannotDecrypt."""
        if self.kind == PromptKind.SCALE and self.value:
            ends = f" ({self.options[0]} – {self.options[1]})" if len(self.options) == 2 else ""
            return _("%(number)s of 10") % {"number": self.value} + ends
        return self.value
