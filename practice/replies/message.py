"""What a client and their practitioner write to each other between sessions, and the code that opens it."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.mailing.models import Notice
from practice.people.fields import EncryptedTextField
from practice.people.in_words import day_in_words
from practice.people.models import Client, Practitioner
from practice.people.ownership import Owned, OwnedQuerySet
from practice.replies.page_names import name_for_other


class MessageQuerySet(OwnedQuerySet):
    """Messages, asked for in plain words."""

    def with_client(self, client: Client) -> Self:
        """All between this client and their practitioner, the earliest first, each with its author."""
        return self.filter(client=client).select_related("author").order_by("written_at", "pk")

    def unread(self) -> Self:
        """What clients wrote and their practitioner has not yet opened."""
        return self.filter(by_client=True, read_at=None)


class Message(Owned):
    """One message. A client sees it on their own page only, after a code; no email ever carries it."""

    owner_path = "client__practitioner"

    client = models.ForeignKey(Client, models.CASCADE, related_name="messages", db_index=False)
    by_client = models.BooleanField()
    #: The practitioner who wrote it: a colleague may have taken over since. Empty on the client's.
    author = models.ForeignKey(Practitioner, models.PROTECT, null=True, related_name="+")
    text = EncryptedTextField()
    written_at = models.DateTimeField()
    #: When the practitioner opened it. Whether a client has read something is nobody's business, and is not kept.
    read_at = models.DateTimeField(null=True)
    #: The open page that wrote it, by its random name. The same page sent twice is one message, other words another.
    page = models.CharField(max_length=32)

    objects: ClassVar = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("written_at", "pk")
        constraints = (models.UniqueConstraint(fields=("client", "page"), name="one_message_per_page"),)
        indexes = (
            models.Index(fields=("client", "written_at"), name="message_by_client"),
            models.Index(
                fields=("client",), name="message_unread", condition=models.Q(by_client=True, read_at=None)
            ),
        )

    def __str__(self) -> str:
        return _("Message of %(day)s") % {"day": day_in_words(self.written_at)}

    @classmethod
    def write(
        cls, client: Client, text: str, page: str, now: datetime, *, by_client: bool
    ) -> tuple[Self, bool]:
        """Keep a message. Returns it, and whether it is new: the same page sent twice is one, and other words that
        come from it later are another."""
        author = None if by_client else client.practitioner
        said = {"text": text, "by_client": by_client, "author": author, "written_at": now}
        if by_client:
            Assignment.objects.filter(client=client).were_heard_of()
        written, new = cls.objects.get_or_create(client=client, page=page, defaults=said)
        if written.text == text:
            return written, new
        return cls.objects.get_or_create(client=client, page=name_for_other(page, text), defaults=said)


class Code(Owned):
    """Six digits that went to a client's mailbox, and what was tried with them. The digits follow from the notice."""

    owner_path = "notice__client__practitioner"

    #: For how long a code opens the page, and how often it may be mistyped.
    LIFETIME: ClassVar = timedelta(minutes=10)
    TRIES: ClassVar = 5
    #: After that many wrong tries, and between codes that nobody used: so long no new code is sent.
    PAUSE: ClassVar = timedelta(minutes=15)
    #: So many codes within a pause: somebody may lose the first.
    MOST: ClassVar = 3

    notice = models.OneToOneField(Notice, models.CASCADE, related_name="given")
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return _("Code %(number)s") % {"number": self.pk}

    @classmethod
    def may_ask(cls, client: Client, now: datetime) -> bool:
        """Whether another code may be sent: not while one was mistyped too often, and not one after the other."""
        lately = cls.objects.filter(notice__client=client, notice__made_at__gt=now - cls.PAUSE, used_at=None)
        return not lately.filter(tries__gte=cls.TRIES).exists() and lately.count() < cls.MOST

    def opens(self, digits: str, now: datetime) -> bool:
        """Try these digits; each try counts, also of two at once. True once only."""
        alive = type(self).objects.filter(
            pk=self.pk, used_at=None, tries__lt=self.TRIES, notice__made_at__gt=now - self.LIFETIME
        )
        if not alive.update(tries=models.F("tries") + 1):
            return False
        if not constant_time_compare("".join(digits.split()), self.notice.code):
            return False
        return type(self).objects.filter(pk=self.pk, used_at=None).update(used_at=now) == 1
