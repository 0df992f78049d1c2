"""The practice, its practitioners, their clients, and what each client agreed to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people.audit import AuditEntry
from practice.people.away import Away
from practice.people.fields import EncryptedTextField, one_line
from practice.people.in_words import day_in_words
from practice.people.ownership import Owned, OwnedQuerySet
from practice.people.practice import Practice
from practice.people.practitioner import WHEN, Practitioner
from practice.people.saved_views import SavedView
from practice.people.zones import validate_zone

__all__ = [
    "WHEN",
    "AuditEntry",
    "Away",
    "Client",
    "ClientQuerySet",
    "Consent",
    "Practice",
    "Practitioner",
    "SavedView",
    "addresses_kept",
    "one_line",
]

#: Sent with the `addresses` of clients who were added or changed.
addresses_kept = Signal()


class ClientQuerySet(OwnedQuerySet):
    """Clients, asked for in plain words."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        made = super().bulk_create(objs, *args, **kwargs)
        addresses_kept.send(Client, addresses=[client.email for client in made])
        return made

    def current(self) -> Self:
        """Those who are not archived: whom lists show and forms offer."""
        return self.filter(archived_at=None)

    def knowing_consent(self) -> Self:
        """Each with `agreed`: whether they agreed to receive emails and have not withdrawn it."""
        in_force = Consent.objects.filter(client=models.OuterRef("pk"), withdrawn_at=None)
        return self.annotate(agreed=models.Exists(in_force))


class Client(Owned):
    """Somebody a practitioner works with. Never signs in."""

    class Discretion(models.TextChoices):
        FULL = "full", gettext_lazy("The whole step in the email")
        NOTICE = "notice", gettext_lazy("Only a short notice with the private link")

    practitioner = models.ForeignKey(
        Practitioner, models.PROTECT, related_name="clients", verbose_name=gettext_lazy("practitioner")
    )
    name = models.CharField(
        gettext_lazy("name"),
        max_length=120,
        validators=[one_line],
        help_text=gettext_lazy("As you know them. Shown at your desk only."),
    )
    greeting = models.CharField(
        gettext_lazy("greeted as"),
        max_length=120,
        blank=True,
        validators=[one_line],
        help_text=gettext_lazy("Emails begin “Hello …”. Left empty, it is the name above."),
    )
    email = models.EmailField(
        gettext_lazy("email address"),
        validators=[one_line],
        help_text=gettext_lazy(
            "Ask whether somebody else reads this mailbox. If so, choose the short notice below."
        ),
    )
    time_zone = models.CharField(
        gettext_lazy("time zone"),
        max_length=64,
        validators=[validate_zone],
        help_text=gettext_lazy(
            "Type the name of a city or country, then choose. Emails leave at the hour on their own clock, "
            "summer and winter."
        ),
    )
    language = models.CharField(
        gettext_lazy("language"),
        max_length=8,
        choices=[("en", "English"), ("de", "Deutsch"), ("es", "Español")],
        default="en",
        help_text=gettext_lazy(
            "Of the words around your text: buttons, notes, help lines. Your text stays as you wrote it."
        ),
    )
    discretion = models.CharField(
        gettext_lazy("what the email shows"),
        max_length=10,
        choices=Discretion,
        default=Discretion.FULL,
        help_text=gettext_lazy("Subject and sender are always neutral."),
    )
    #: The weekday (Monday is 0) and the hour on their own clock that they chose for their emails, if they did.
    likes_weekday = models.PositiveSmallIntegerField(null=True, editable=False)
    likes_at = models.TimeField(null=True, editable=False)
    #: Whether nobody else reads the mailbox, and when they said so, if they did.
    address_is_private = models.BooleanField(null=True, editable=False)
    address_told_at = models.DateTimeField(null=True, editable=False)
    private_note = EncryptedTextField(
        gettext_lazy("private note"),
        blank=True,
        default="",
        help_text=gettext_lazy("Only you see this. It is encrypted and is never part of an email."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    #: When a colleague handed them over to their practitioner, the last time.
    handed_over_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Since when they are out of every list. Nothing of theirs is deleted by it.
    archived_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("client")
        verbose_name_plural = gettext_lazy("clients")
        ordering = ("name", "pk")
        constraints = (
            # Per practitioner: across them, "already used" would tell that somebody is a colleague's client.
            models.UniqueConstraint(
                "practitioner",
                Lower("email"),
                # Not for those who were handed over: that it cannot be done would tell a colleague's client as well.
                condition=models.Q(handed_over_at=None),
                name="one_client_per_address",
                violation_error_message=gettext_lazy("You already have a client with this address."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        addresses_kept.send(Client, addresses=[self.email])

    def greeted_as(self) -> str:
        """The name that emails greet and are addressed to."""
        return self.greeting or self.name

    def likes(self) -> str:
        """When they like emails to come, as they chose themselves: "Wednesday, 07:30"; empty if they did not."""
        day = str(WEEKDAYS[self.likes_weekday]) if self.likes_weekday is not None else ""
        return ", ".join(filter(None, (day, f"{self.likes_at:%H:%M}" if self.likes_at else "")))

    def has_consent(self) -> bool:
        """Whether they agreed to receive emails and have not withdrawn it."""
        return self.consent_in_force() is not None

    def consent_in_force(self) -> "Consent | None":
        """What they agreed to and have not withdrawn, if anything."""
        return self.consents.filter(withdrawn_at=None).first()

    def withdraw_consent(self, now: datetime) -> None:
        """They no longer want emails. Nothing is sent from `now` on; the record of what they agreed to stays."""
        self.consents.filter(withdrawn_at=None).update(withdrawn_at=now)


class Consent(Owned):
    """That a client agreed to receive emails: to which words, when and how."""

    owner_path = "client__practitioner"

    class How(models.TextChoices):
        PAPER = "paper", gettext_lazy("On paper")
        SPOKEN = "spoken", gettext_lazy("Spoken, in session")
        LINK = "link", gettext_lazy("By the button behind their private link")

    #: Clients who agree behind their own link read it, and agree to it, in their language.
    WORDING: ClassVar[str] = gettext_noop(
        "I agree to receive emails with short readings and questions between our meetings. "
        "I can pause or stop them at any time, without giving a reason."
    )

    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    wording = models.TextField(default=WORDING, help_text=gettext_lazy("The words they agreed to."))
    how = models.CharField(
        max_length=10, choices=How, default=How.SPOKEN, help_text=gettext_lazy("How they told you.")
    )
    given_at = models.DateTimeField(default=timezone.now, help_text=gettext_lazy("When they agreed."))
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("When they took it back. Nothing is sent from then on.")
    )

    class Meta:
        ordering = ("-given_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("client",),
                condition=models.Q(withdrawn_at=None),
                name="one_consent_in_force",
                violation_error_message=gettext_lazy(
                    "There is already a consent in force. Withdraw it before you record another."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_how_display()}, {day_in_words(self.given_at)}"
