"""The practice: the installation, in one row."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext_lazy as _

from practice.people.fields import one_line

#: Whatever language a client reads, there are help lines for them.
HELP_FOR_ALL = ~Q(help_lines="") | ~(Q(help_lines_en="") | Q(help_lines_de="") | Q(help_lines_es=""))


class Practice(models.Model):
    """The installation. One row."""

    class Uncertain(models.TextChoices):
        HOLD = "hold", _("Wait until a person decides")
        RESEND = "resend", _("Send it once more (it may then arrive twice)")

    name = models.CharField(
        _("name"),
        max_length=120,
        default=gettext_noop("Our practice"),
        validators=[one_line],
        help_text=_(
            "Shown on the pages behind a client's private link, never in an email's subject or sender."
        ),
    )
    sender_name = models.CharField(
        _("sender name"),
        max_length=80,
        default="Interlude",
        validators=[one_line],
        help_text=_("The name emails come from. Keep it neutral: a bystander may see it on a lock screen."),
    )
    postal_address = models.TextField(
        _("postal address"),
        blank=True,
        help_text=_("At the foot of every email, where the law of many countries asks for it."),
    )
    help_lines = models.TextField(
        _("help lines"),
        blank=True,
        help_text=_(
            "Who to call in a crisis, one line each. They stand on every client page, always, and in every email but "
            "those to clients who want only a short notice: whoever reads along there would learn what it is about."
        ),
    )
    # Clients of one language may live where other numbers answer, or read no other.
    help_lines_en = models.TextField(_("for clients who read English"), blank=True)
    help_lines_de = models.TextField(_("for clients who read German"), blank=True)
    help_lines_es = models.TextField(_("for clients who read Spanish"), blank=True)
    leave_to = models.CharField(
        _("where “Leave this page” leads"),
        max_length=200,
        default="https://www.bbc.com/weather",
        validators=[
            URLValidator(schemes=["https"], message=_("Give a whole address that begins with https://.")),
            one_line,
        ],
        help_text=_(
            "A client who presses “Leave this page” is there at once. Choose a page that anybody might have "
            "open, such as the weather."
        ),
    )
    uncertain = models.CharField(
        _("when we cannot know whether an email left"),
        max_length=10,
        choices=Uncertain,
        default=Uncertain.HOLD,
        help_text=_("It is rare, and happens when a server stops answering at the worst moment."),
    )

    second_alert_hours = models.PositiveSmallIntegerField(
        _("hours until a second alert"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_(
            "When a reflection has a word from your list of worrying words, and its practitioner has not said "
            "after so many hours that they read it, they are written to once more. So is the colleague whom they named."
        ),
    )
    keep_months = models.PositiveSmallIntegerField(
        _("months for which records are kept"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_(
            "Left empty, a client’s records stay until their practitioner erases them. With a number, they are "
            "erased by themselves so many months after the last thing that happened: an email, a reflection, a "
            "message, a session, a change on the client’s page. Not while a series goes on, and not in the first 30 "
            "days after this number was changed. Ask first for how long the law where you work has you keep records."
        ),
    )
    #: When that was set or changed, the last time.
    keep_set_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("practice")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_practice"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        before = Practice.objects.filter(pk=self.pk).values_list("keep_months", flat=True).first()
        if self.keep_months != before:
            self.keep_set_at = timezone.now()
        super().save(*args, **kwargs)

    def help_lines_said(self) -> str:
        """The help lines for whoever reads the language that is active: their own, else those for all."""
        own: str = getattr(self, f"help_lines_{get_language()}", "")
        return own if own.strip() else self.help_lines

    @classmethod
    def current(cls) -> "Practice":
        """The one row, made with its defaults where there is none yet."""
        return cls.objects.get_or_create(pk=1)[0]
