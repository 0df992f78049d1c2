"""A mail that somebody wrote to a reply address: kept as it came, without its attachments, and encrypted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.mailing.models import Delivery, Suppression
from practice.people.fields import EncryptedTextField
from practice.people.models import Client
from practice.people.ownership import Owned, OwnedQuerySet

#: Those that a person decides about. Not state__in, in which SQLite would see no use for their index.
WAITING = models.Q(state="quarantined") | models.Q(state="malformed")
#: The reason of those that somebody else wrote, or the client from elsewhere.
FROM_ELSEWHERE = gettext_noop("It came from another address.")
#: Nobody is told more often that an attachment was not kept.
TOLD_EVERY = timedelta(days=1)


class InboundMailQuerySet(OwnedQuerySet):
    """Mails, asked for in plain words."""

    def waiting(self) -> Self:
        """Those that their practitioner has to look at: taken in by nobody, left out by nobody."""
        return self.filter(WAITING)


class InboundMail(Owned):
    """One mail to the reply address of one email, kept once."""

    owner_path = "delivery__assignment__client__practitioner"

    class State(models.TextChoices):
        REPLY = "reply", gettext_lazy("It became a reflection")
        QUARANTINED = "quarantined", gettext_lazy("It waits to be looked at")
        LEFT_OUT = "left out", gettext_lazy("It was left out")
        AUTOMATIC = "automatic", gettext_lazy("A machine wrote it")
        BOUNCE = "bounce", gettext_lazy("It is about an email that came back")
        MALFORMED = "malformed", gettext_lazy("There was nothing to read in it")

    #: A digest of the email it answers and its own Message-ID, else of all it says: the same mail twice has the same.
    key = models.CharField(max_length=64, unique=True)
    #: The email that it answers, by the address it came to.
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="mails")
    #: What it became.
    reply = models.OneToOneField("replies.Reply", models.CASCADE, null=True, related_name="mail")
    state = models.CharField(gettext_lazy("state"), max_length=12, choices=State)
    #: Why it is in this state, in plain words: as they were written, and translated where they are shown.
    reason = models.CharField(max_length=200)
    #: The provider's name, or "mailbox".
    source = models.CharField(max_length=30)
    message_id = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    #: How many attachments came with it. None of them is kept.
    attachments = models.PositiveSmallIntegerField(default=0)
    #: When its writer was told so. Empty where nobody was.
    told_at = models.DateTimeField(null=True)
    #: As it came, its attachments aside: bytes, each as the character of the same number. Empty once it was left out.
    raw = EncryptedTextField(blank=True, default="")

    objects: ClassVar = InboundMailQuerySet.as_manager()

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = gettext_lazy("email that came")
        verbose_name_plural = gettext_lazy("emails that came")
        indexes = (
            # For a practitioner's home: the few that wait.
            models.Index(fields=("delivery",), name="mail_waiting", condition=WAITING),
        )

    def __str__(self) -> str:
        return _("Email %(number)s") % {"number": self.pk}

    @classmethod
    def replies_among(cls, replies: Iterable[Any]) -> set[int]:
        """The ids of those reflections that came by email."""
        ids = [reply.pk for reply in replies]
        return (
            set(cls.objects.filter(reply__in=ids).order_by().values_list("reply", flat=True))
            if ids
            else set()
        )

    @property
    def client(self) -> Client:
        """Whose reply address it came to."""
        return self.delivery.client

    @property
    def is_waiting(self) -> bool:
        """Whether its practitioner has to look at it."""
        return self.state in (self.State.QUARANTINED, self.State.MALFORMED)

    def may_be_answered(self, now: datetime) -> bool:
        """Note that its writer is told of attachments that were not kept. Returns False where they were told lately, or
        their address must not be written to. To be called in a transaction: one client is told once.
        """
        client = Client.objects.select_for_update(no_key=True).get(pk=self.client.pk)
        told = InboundMail.objects.filter(delivery__assignment__client=client, told_at__gt=now - TOLD_EVERY)
        if told.exists() or Suppression.objects.filter(address=client.email.lower()).exists():
            return False
        self.told_at = now
        self.save(update_fields=("told_at",))
        return True
