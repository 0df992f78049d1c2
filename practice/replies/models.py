"""What clients write."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from practice.mailing.models import Delivery
from practice.people.fields import EncryptedTextField
from practice.people.ownership import Owned, OwnedQuerySet
from resources.models import Prompt, PromptKind

if TYPE_CHECKING:
    from practice.replies.sheet import Question


class ReplyQuerySet(OwnedQuerySet):
    """Reflections, asked for in plain words."""

    def sent(self) -> Self:
        """Those that the client has sent. A draft is the client's alone."""
        return self.exclude(sent_at=None)

    def drafts(self) -> Self:
        """Those that only the client who is writing them may see."""
        return self.filter(sent_at=None)

    def unread(self) -> Self:
        """Sent, and not yet marked as read by the practitioner."""
        return self.sent().filter(read_at=None)


class Reply(Owned):
    """What a client wrote to one delivery in one browser. A forwarded link begins its own and shows none of it."""

    owner_path = "delivery__assignment__client__practitioner"

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="replies")
    #: The open page that wrote it last, by its random name. The same page sent twice is one reply.
    page = models.CharField(max_length=32)
    #: Counts its saves, so that the same draft open in two windows is noticed.
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    #: Empty while it is a draft.
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = "reflection"
        constraints = (models.UniqueConstraint(fields=("delivery", "page"), name="one_reply_per_page"),)

    def __str__(self) -> str:
        return f"Reflection of {self.delivery.assignment.client}"

    def values(self) -> list[str]:
        """The answers in order, as stored. Raises CannotDecrypt."""
        return [answer.value for answer in self.answers.all()]

    def keep(self, questions: Sequence["Question"], values: Sequence[str], now: datetime) -> None:
        """Save these answers in place of the earlier ones, each with its question as it was shown."""
        self.saved_at = now
        self.revision += 1
        self.save()
        known = set(
            Prompt.objects.filter(pk__in=[question.prompt for question in questions]).values_list(
                "pk", flat=True
            )
        )
        self.answers.all().delete()
        Answer.objects.bulk_create(
            Answer(
                reply=self,
                prompt_id=question.prompt if question.prompt in known else None,
                position=position,
                question=question.text,
                kind=question.kind,
                options=list(question.options),
                value=value,
            )
            for position, (question, value) in enumerate(zip(questions, values, strict=True))
        )

    def send(self, now: datetime) -> None:
        """Let the practitioner see it. From now on it stays as it is."""
        self.sent_at = now
        self.save(update_fields=("sent_at",))

    def mark_read(self, now: datetime | None) -> None:
        """Note that the practitioner has read it; with None, that it is new again."""
        self.read_at = now
        self.save(update_fields=("read_at",))


class Answer(Owned):
    """The answer to one prompt. The question is kept with it: the step may be edited later."""

    owner_path = "reply__delivery__assignment__client__practitioner"

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="answers")
    prompt = models.ForeignKey(Prompt, models.SET_NULL, null=True, related_name="answers")
    position = models.PositiveSmallIntegerField(default=0)
    question = models.CharField(max_length=500)
    kind = models.CharField(max_length=10, choices=PromptKind)
    #: As in Prompt, and as they were shown.
    options = models.JSONField(default=list)
    #: Text as written; a scale's number; a choice; a checklist's ticks, one a line. Empty when left out.
    value = EncryptedTextField(blank=True, default="")

    class Meta:
        ordering = ("reply", "position", "pk")
        constraints = (models.UniqueConstraint(fields=("reply", "prompt"), name="one_answer_per_prompt"),)

    def __str__(self) -> str:
        return self.question

    def in_words(self) -> str:
        """The answer as it is read: "7 of 10 (Not at all – Very)", or as written. Raises CannotDecrypt."""
        if self.kind == PromptKind.SCALE and self.value:
            ends = f" ({self.options[0]} – {self.options[1]})" if len(self.options) == 2 else ""
            return f"{self.value} of 10{ends}"
        return self.value
