"""What providers and mail servers told of an email, once it had left."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.mailing.heard import Heard


class ProviderEvent(models.Model):
    """One thing that was told of an email, kept once: ids and words of our own, no address and no content."""

    #: A digest of the event's id, else of what it says: the same event told twice has the same.
    key = models.CharField(max_length=64, unique=True)
    #: The provider's name, or "bounce mail".
    source = models.CharField(gettext_lazy("source"), max_length=30)
    told = models.CharField(gettext_lazy("told"), max_length=12, choices=Heard)
    #: RFC 3463: 5.1.1 and the like.
    status = models.CharField(gettext_lazy("status"), max_length=12, blank=True)
    #: By the provider's clock.
    at = models.DateTimeField(gettext_lazy("at"), null=True)
    received_at = models.DateTimeField(gettext_lazy("received at"), default=timezone.now)
    #: Empty for emails that are not of this installation.
    delivery = models.ForeignKey("mailing.Delivery", models.CASCADE, null=True, related_name="events")
    event_id = models.CharField(gettext_lazy("id of the event"), max_length=200, blank=True)
    provider_id = models.CharField(
        gettext_lazy("id of the email at the provider"), max_length=200, blank=True
    )
    #: While its email may still turn up, because the provider tells before we have noted the email's id.
    findable_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        indexes = (
            # For the tick: the few that were lost lately.
            models.Index(
                fields=("findable_until",),
                name="event_findable",
                condition=models.Q(findable_until__isnull=False),
            ),
        )
        verbose_name = gettext_lazy("event")
        verbose_name_plural = gettext_lazy("events")

    def __str__(self) -> str:
        return _("Event %(number)s") % {"number": self.pk}
