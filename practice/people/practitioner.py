"""A practitioner: a user of the desk."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from practice.people.away import Away
from practice.people.fields import one_line
from practice.people.zones import validate_zone

#: When a practitioner reads what clients write, as long as they do not say it otherwise.
WHEN = gettext_noop("within two working days")


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

    #: In which everybody begins, and which is nobody's town: who is there did not say so far where they are.
    NO_ZONE_YET: ClassVar = "UTC"

    email = models.EmailField(
        gettext_lazy("email address"),
        unique=True,
        error_messages={"unique": gettext_lazy("Somebody already signs in with this address.")},
    )
    name = models.CharField(
        gettext_lazy("name"),
        max_length=120,
        validators=[one_line],
        help_text=gettext_lazy("As your clients know you."),
    )
    time_zone = models.CharField(
        gettext_lazy("time zone"),
        max_length=64,
        default=NO_ZONE_YET,
        validators=[validate_zone],
        help_text=gettext_lazy("Times at the desk are shown in it."),
    )
    response_time = models.CharField(
        gettext_lazy("response time"),
        max_length=120,
        default=WHEN,
        validators=[one_line],
        help_text=gettext_lazy(
            "Ends the sentence “I read what you write …”. Clients see it on every page and email."
        ),
    )
    second_contact = models.EmailField(
        gettext_lazy("second contact"),
        blank=True,
        validators=[one_line],
        help_text=gettext_lazy(
            "If you like: the email address of a colleague or supervisor who agreed to it. When a reflection has a "
            "word from the practice’s list of worrying words, and you have not said after some hours that you read "
            "it, or are away, they get a short email that somebody should look. It names nobody and says nothing of "
            "what was written. If they answer it, that goes to you."
        ),
    )
    is_active = models.BooleanField(
        gettext_lazy("can sign in"),
        default=True,
        help_text=gettext_lazy("Switch off instead of deleting: their clients and letters stay."),
    )
    #: When the last invitation went out, while it is open. Nobody signs in before they have accepted one.
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    #: Whether what their clients receive goes on while they cannot sign in.
    series_go_on = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PractitionerQuerySet] = PractitionerQuerySet()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = gettext_lazy("practitioner")
        verbose_name_plural = gettext_lazy("practitioners")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    @property
    def has_joined(self) -> bool:
        """Whether they have a password: those who are invited choose it when they accept."""
        return self.has_usable_password()

    @property
    def is_staff(self) -> bool:
        """Everybody who has an account works at the desk."""
        return self.is_active

    @cached_property
    def times_away(self) -> list[Away]:
        """All of theirs, the earliest first."""
        return list(self.away.all())

    @property
    def knows_times_away(self) -> bool:
        """Whether they were read already."""
        return "times_away" in vars(self)

    def response_time_said(self) -> str:
        """The response time as clients read it, in the language that is active while nobody worded it otherwise."""
        return gettext(WHEN) if self.response_time == WHEN else self.response_time

    def get_short_name(self) -> str:
        """The first name, as clients read it on their pages; the whole name where it begins with a title ("Dr.")."""
        first = self.name.split(" ", 1)[0]
        return self.name if first.endswith(".") else first
