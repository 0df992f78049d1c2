"""The practice, its practitioners, their clients, and what each client agreed to."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from practice.people.fields import EncryptedTextField
from practice.people.ownership import Owned, OwnedQuerySet
from practice.people.zones import validate_zone

one_line = RegexValidator(
    r"[\x00-\x1f\x7f\u2028\u2029]", "This must be one line of text.", "one_line", inverse_match=True
)


class Practice(models.Model):
    """The installation. One row."""

    class Uncertain(models.TextChoices):
        HOLD = "hold", "Wait until a person decides"
        RESEND = "resend", "Send it once more (it may then arrive twice)"

    name = models.CharField(
        max_length=120,
        default="Our practice",
        validators=[one_line],
        help_text="Shown on the pages behind a client's private link, never in an email's subject or sender.",
    )
    sender_name = models.CharField(
        max_length=80,
        default="Interlude",
        validators=[one_line],
        help_text="The name emails come from. Keep it neutral: a bystander may see it on a lock screen.",
    )
    postal_address = models.TextField(
        blank=True, help_text="At the foot of every email, where the law of many countries asks for it."
    )
    help_lines = models.TextField(
        blank=True,
        help_text="Who to call in a crisis, one line each. They stand on every client page and email, always.",
    )
    uncertain = models.CharField(
        "when we cannot know whether an email left",
        max_length=10,
        choices=Uncertain,
        default=Uncertain.HOLD,
        help_text="It is rare, and happens when a server stops answering at the worst moment.",
    )

    class Meta:
        verbose_name = "practice"
        verbose_name_plural = "practice"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_practice"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Practice":
        """The one row, made with its defaults where there is none yet."""
        return cls.objects.get_or_create(pk=1)[0]


class PractitionerQuerySet(BaseUserManager["Practitioner"]):
    """Makes practitioners. (Django's management commands ask for these two names.)"""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> "Practitioner":
        """Make a practitioner who signs in with this email address."""
        practitioner = self.model(email=self.normalize_email(email).lower(), **more)
        practitioner.set_password(password)
        practitioner.save(using=self._db)
        return practitioner

    def create_superuser(self, email: str, password: str | None = None, **more: Any) -> "Practitioner":
        """Make somebody who also runs the installation."""
        return self.create_user(email, password, is_superuser=True, **more)

    def get_by_natural_key(self, username: str | None) -> "Practitioner":
        return self.get(email__iexact=username)


class Practitioner(AbstractBaseUser, PermissionsMixin):
    """A user. Signs in with an email address; sees only their own clients and what those wrote."""

    email = models.EmailField(
        "email address",
        unique=True,
        error_messages={"unique": "Somebody already signs in with this address."},
    )
    name = models.CharField(max_length=120, validators=[one_line], help_text="As your clients know you.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="Times at the desk are shown in it.",
    )
    response_time = models.CharField(
        max_length=120,
        default="within two working days",
        validators=[one_line],
        help_text="Ends the sentence “I read what you write …”. Clients see it on every page and email.",
    )
    is_active = models.BooleanField(
        "can sign in",
        default=True,
        help_text="Switch off instead of deleting: their clients and letters stay.",
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PractitionerQuerySet] = PractitionerQuerySet()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    @property
    def is_staff(self) -> bool:
        """Everybody who has an account works at the desk."""
        return self.is_active

    def get_short_name(self) -> str:
        """The first name, as clients read it on their pages; the whole name where it begins with a title ("Dr.")."""
        first = self.name.split(" ", 1)[0]
        return self.name if first.endswith(".") else first


class ClientQuerySet(OwnedQuerySet):
    """Clients, asked for in plain words."""

    def with_consent(self) -> Self:
        """Those who agreed to receive emails and have not withdrawn it."""
        return self.filter(self._consent_in_force())

    def knowing_consent(self) -> Self:
        """Each with `agreed`: whether they agreed to receive emails and have not withdrawn it."""
        return self.annotate(agreed=self._consent_in_force())

    @staticmethod
    def _consent_in_force() -> models.Exists:
        return models.Exists(Consent.objects.filter(client=models.OuterRef("pk"), withdrawn_at=None))


class Client(Owned):
    """Somebody a practitioner works with. Never signs in."""

    class Discretion(models.TextChoices):
        FULL = "full", "The whole step in the email"
        NOTICE = "notice", "Only a short notice with the private link"

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="clients")
    name = models.CharField(
        max_length=120, validators=[one_line], help_text="As you know them. Shown at your desk only."
    )
    greeting = models.CharField(
        "greeted as",
        max_length=120,
        blank=True,
        validators=[one_line],
        help_text="Emails begin “Hello …”. Left empty, it is the name above.",
    )
    email = models.EmailField(
        "email address",
        validators=[one_line],
        help_text="Ask whether somebody else reads this mailbox. If so, choose the short notice below.",
    )
    time_zone = models.CharField(
        max_length=64,
        validators=[validate_zone],
        help_text="Type the name of a city or country, then choose. Emails leave at the hour on their own clock, "
        "summer and winter.",
    )
    language = models.CharField(
        max_length=8,
        choices=[("en", "English"), ("de", "Deutsch"), ("es", "Español")],
        default="en",
        help_text="Of the words around your text: buttons, notes, help lines. Your text stays as you wrote it.",
    )
    discretion = models.CharField(
        "what the email shows",
        max_length=10,
        choices=Discretion,
        default=Discretion.FULL,
        help_text="Subject and sender are always neutral.",
    )
    private_note = EncryptedTextField(
        blank=True, default="", help_text="Only you see this. It is encrypted and is never part of an email."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar = ClientQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            # Per practitioner: across them, "already used" would tell that somebody is a colleague's client.
            models.UniqueConstraint(
                "practitioner",
                Lower("email"),
                name="one_client_per_address",
                violation_error_message="You already have a client with this address.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def greeted_as(self) -> str:
        """The name that emails greet and are addressed to."""
        return self.greeting or self.name

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
        PAPER = "paper", "On paper"
        SPOKEN = "spoken", "Spoken, in session"
        LINK = "link", "By the button behind their private link"

    WORDING: ClassVar[str] = (
        "I agree to receive emails with short readings and questions between our sessions. "
        "I can pause or stop them at any time, without giving a reason."
    )

    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    wording = models.TextField(default=WORDING, help_text="The words they agreed to.")
    how = models.CharField(max_length=10, choices=How, default=How.SPOKEN, help_text="How they told you.")
    given_at = models.DateTimeField(default=timezone.now, help_text="When they agreed.")
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When they took it back. Nothing is sent from then on."
    )

    class Meta:
        ordering = ("-given_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("client",),
                condition=models.Q(withdrawn_at=None),
                name="one_consent_in_force",
                violation_error_message="There is already a consent in force. Withdraw it before you record another.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_how_display()}, {self.given_at:%-d %B %Y}"
