"""What clients write."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.mailing.models import Delivery
from practice.people.models import AuditEntry, Client
from practice.people.ownership import Owned, OwnedQuerySet
from practice.replies.answer import Answer
from practice.replies.concern_words import ConcernWords
from practice.replies.concerns import Concern
from practice.replies.flood import Writes
from practice.replies.inbound_mail import InboundMail
from practice.replies.meeting import Meeting
from practice.replies.message import Code, Message
from practice.replies.note import Note
from practice.replies.sharing import SHARE_ALL, Choice, Sharing
from resources.models import Prompt

if TYPE_CHECKING:
    from practice.replies.sheet import Question

__all__ = [
    "Answer",
    "Code",
    "Concern",
    "ConcernWords",
    "InboundMail",
    "Mark",
    "Meeting",
    "Message",
    "Note",
    "Reply",
    "ReplyQuerySet",
    "Writes",
    "when_sent",
]


class Mark(models.TextChoices):
    """How far a reflection has come at the desk, as its practitioner says."""

    UNREAD = "unread", gettext_lazy("Unread")
    READ = "read", gettext_lazy("Read")
    TO_DISCUSS = "to-discuss", gettext_lazy("To discuss")
    DISCUSSED = "discussed", gettext_lazy("Discussed")

    def condition(self) -> models.Q:
        """The reflections that are marked so."""
        if self is Mark.UNREAD:
            return models.Q(read_at=None)
        return models.Q(read_at__isnull=False, talk=self.talk)

    @property
    def talk(self) -> str:
        """What it says about talking: empty for those that are only read or unread."""
        return self.value if self in (Mark.TO_DISCUSS, Mark.DISCUSSED) else ""


class ReplyQuerySet(OwnedQuerySet):
    """Reflections, asked for in plain words."""

    def sent(self) -> Self:
        """Those that the client has sent. A draft is the client's alone."""
        return self.exclude(sent_at=None)

    def drafts(self) -> Self:
        """Those that only the client who is writing them may see."""
        return self.filter(sent_at=None)

    def finished(self) -> Self:
        """Those that the client sent or once kept for themselves, the earliest first. What was kept may be a draft
        again: of that its `choice` tells something."""
        finished = self.exclude(sent_at=None, kept_at=None)
        return finished.order_by(Coalesce("sent_at", "kept_at"), "pk")

    def unread(self) -> Self:
        """Sent, and not yet marked as read by the practitioner."""
        return self.marked(Mark.UNREAD)

    def unopened(self) -> Self:
        """Sent, and nobody at the desk has had its words before them, as the trail knows."""
        looked = (AuditEntry.Action.READ, AuditEntry.Action.MARKED, AuditEntry.Action.EXPORTED)
        trail = AuditEntry.objects.filter(
            client_id=models.OuterRef("client_id"),
            kind=Reply._meta.label_lower,
            thing_id=models.OuterRef("pk"),
            action__in=looked,
        )
        return self.unread().filter(~models.Exists(trail))

    def take_back(self) -> int:
        """Make drafts of these again, where nobody has opened them, and say how many. One statement: whoever marks one
        as read at the same moment either finds it gone or keeps it here."""
        return self.unopened().update(sent_at=None)

    def to_read_first(self) -> Self:
        """Those with a worrying word that their practitioner has not acknowledged, the oldest first."""
        return self.filter(concern__in=Concern.objects.open()).order_by("sent_at", "pk")

    def marked(self, mark: Mark) -> Self:
        """Sent, and marked so by the practitioner."""
        return self.sent().filter(mark.condition())

    def mark_as(self, mark: Mark, now: datetime) -> int:
        """Mark all of these, and say how many they were. The first reading is the one that is remembered."""
        first_read = Coalesce("read_at", models.Value(now, models.DateTimeField()))
        return self.sent().update(talk=mark.talk, read_at=None if mark is Mark.UNREAD else first_read)

    def counts(self) -> dict[str, int]:
        """How many were sent, as "all", and how many of those carry each mark, by its value."""
        each = {mark.value: models.Count("pk", filter=mark.condition()) for mark in Mark}
        return self.sent().aggregate(all=models.Count("pk"), **each)

    def newer_than(self, reply: "Reply") -> Self:
        """Sent after this one, the nearest first."""
        later = models.Q(sent_at__gt=reply.sent_at) | models.Q(sent_at=reply.sent_at, pk__gt=reply.pk)
        return self.sent().filter(later).order_by("sent_at", "pk")

    def older_than(self, reply: "Reply") -> Self:
        """Sent before this one, the nearest first."""
        earlier = models.Q(sent_at__lt=reply.sent_at) | models.Q(sent_at=reply.sent_at, pk__lt=reply.pk)
        return self.sent().filter(earlier).order_by("-sent_at", "-pk")


class Reply(Owned):
    """What a client wrote to one delivery in one browser. A forwarded link begins its own and shows none of it."""

    owner_path = "client__practitioner"

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="replies")
    #: Whoever the delivery went to, here as well: the way there leads through every email that they ever received.
    #: No index of its own: `reply_by_client` begins with it.
    client = models.ForeignKey(
        Client,
        models.CASCADE,
        related_name="reflections",
        db_index=False,
        editable=False,
        verbose_name=gettext_lazy("client"),
    )
    #: The open page that wrote it last, by its random name. The same page sent twice is one reply, other words another.
    page = models.CharField(max_length=32)
    #: Counts its saves, so that the same draft open in two windows is noticed.
    revision = models.PositiveIntegerField(default=0)
    #: How much was typed on that page when it was saved last, as the page counts: what was sent before may come after.
    typed = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    #: Whom it is for, where an answer does not say otherwise.
    sharing = models.CharField(max_length=5, choices=Sharing, default=Sharing.SHARE)
    #: Empty while it is a draft, and for ever when all of it is kept.
    sent_at = models.DateTimeField(null=True)
    #: When the client finished it and kept all of it for themselves. Empty before that, and once it is sent.
    kept_at = models.DateTimeField(null=True)
    #: Empty while it is unread.
    read_at = models.DateTimeField(null=True)
    #: Whether it is kept for the next session, or was talked about. Empty when it was only read.
    talk = models.CharField(
        max_length=10,
        blank=True,
        choices=[(mark.value, mark.label) for mark in (Mark.TO_DISCUSS, Mark.DISCUSSED)],
    )

    objects: ClassVar = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = gettext_lazy("reflection")
        verbose_name_plural = gettext_lazy("reflections")
        constraints = (
            models.UniqueConstraint(fields=("delivery", "page"), name="one_reply_per_page"),
            models.CheckConstraint(
                condition=models.Q(talk="") | models.Q(read_at__isnull=False), name="read_before_talked_about"
            ),
        )
        indexes = (
            # For when a client wrote last, and for the list of reflections: which stand on a page, and how many there
            # are under each tab, is in here, and PostgreSQL need not read those of all practitioners for it.
            models.Index(fields=("client", "sent_at", "id", "read_at", "talk"), name="reply_by_client"),
            # For a practitioner's home: the few that are new.
            models.Index(
                fields=("client", "sent_at"),
                name="reply_unread",
                condition=models.Q(sent_at__isnull=False, read_at=None),
            ),
        )

    def __str__(self) -> str:
        return _("Reflection of %(client)s") % {"client": self.client}

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.client_id = self.delivery.assignment.client_id if self._state.adding else self.client_id
        super().save(*args, **kwargs)

    def values(self) -> list[str]:
        """The answers in order, as stored. Raises CannotDecrypt."""
        return [answer.value for answer in self.answers.all()]

    def choice(self) -> Choice:
        """Whom the client chose this and each of its answers to be for."""
        return Choice(self.sharing, tuple(answer.sharing for answer in self.answers.all()))

    def is_kept(self) -> bool:
        """Whether they finished it and all of it is for themselves. Raises CannotDecrypt."""
        finished = self.kept_at is not None and self.sent_at is None
        return finished and not self.choice().tells(self.values())

    def has_shared_words(self) -> bool:
        """Whether there is anything to read for the practitioner, and not only something to talk about."""
        return any(answer.value and answer.is_for == Sharing.SHARE for answer in self.answers.all())

    def keep(
        self,
        questions: Sequence["Question"],
        values: Sequence[str],
        now: datetime,
        choice: Choice = SHARE_ALL,
    ) -> None:
        """Save these answers in place of the earlier ones, each with its question as it was shown."""
        self.saved_at = now
        self.sharing = choice.whole
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
                sharing=choice.own_of(position),
            )
            for position, (question, value) in enumerate(zip(questions, values, strict=True))
        )

    @transaction.atomic
    def send(self, now: datetime) -> None:
        """Let the practitioner see it. From now on it stays as it is."""
        self.sent_at, self.kept_at = now, None
        self.save(update_fields=("sent_at", "kept_at"))
        for do in _when_sent:
            do(self, now)

    @property
    def mark(self) -> Mark:
        """How far it has come at the desk."""
        return Mark(self.talk or Mark.READ) if self.read_at else Mark.UNREAD


WhenSent = Callable[[Reply, datetime], None]
_when_sent: list[WhenSent] = []


def when_sent(do: WhenSent) -> WhenSent:
    """Register what is done with a reflection when it is sent, in the same transaction."""
    _when_sent.append(do)
    return do
