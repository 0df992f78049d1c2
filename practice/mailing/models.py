"""What goes out: editions (compiled once per step), deliveries (the outbox), what is told of them, suppressions."""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.assignments.models import Assignment
from practice.mailing import links, reasons
from practice.mailing.erased_address import ErasedAddress
from practice.mailing.heard import Heard
from practice.mailing.notice import Notice
from practice.mailing.private_link import Linked, new_link
from practice.mailing.provider_event import ProviderEvent
from practice.mailing.querysets import DeliveryQuerySet
from practice.people.models import Client
from resources.models import Step

__all__ = ["Delivery", "Edition", "ErasedAddress", "Notice", "ProviderEvent", "Suppression"]

#: How long a step may wait for a server or a worker; then it moves to the client's next slot.
WINDOW = timedelta(hours=6)
#: Attempts that may end without an answer, before an email is parked for a person to look at.
MOST_ATTEMPTS = 3


class Edition(models.Model):
    """An immutable compiled email of a step: placeholders in subject, HTML (CSS inlined) and text; keyed by digest."""

    digest = models.CharField(max_length=64, unique=True)
    step = models.ForeignKey(Step, models.SET_NULL, null=True, related_name="editions")
    #: Where it is in words for one client alone: whose. It goes with them.
    assignment = models.ForeignKey(Assignment, models.CASCADE, null=True, related_name="editions")
    language = models.CharField(max_length=8)
    #: How much of it the email shows: see `Client.discretion`.
    discretion = models.CharField(max_length=10)
    #: (name, value) of those that are the same for every client: From, Reply-To, List-Unsubscribe and so on.
    headers = models.JSONField(default=list)
    subject = models.CharField(max_length=200)
    html = models.TextField()
    text = models.TextField()
    #: `reading.Reading.as_json()`: the same step for the page behind the link, where also a short notice leads.
    reading = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return _("Edition %(digest)s") % {"digest": self.digest[:8]}


class Delivery(Linked):
    """One email to one client: a row of the outbox. At most one per assignment, step and kind, ever."""

    owner_path = "assignment__client__practitioner"

    class Kind(models.TextChoices):
        STEP = "step", gettext_lazy("A step")
        AGAIN = "again", gettext_lazy("A step once more")

    class State(models.TextChoices):
        DUE = "due", gettext_lazy("Waiting to leave")
        CLAIMED = "claimed", gettext_lazy("Leaving")
        SUBMITTING = "submitting", gettext_lazy("Being handed over")
        ACCEPTED = "accepted", gettext_lazy("Sent")
        DELIVERED = "delivered", gettext_lazy("Arrived")
        BOUNCED = "bounced", gettext_lazy("Came back")
        COMPLAINED = "complained", gettext_lazy("Marked as unwanted")
        FAILED = "failed", gettext_lazy("Could not be sent")
        UNCERTAIN = "uncertain", gettext_lazy("We can’t confirm that this email left")
        SUPPRESSED = "suppressed", gettext_lazy("Not sent: the address must not be written to")
        CANCELLED = "cancelled", gettext_lazy("Not sent")

    #: Those that left, as far as we know.
    SENT: ClassVar = (State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.COMPLAINED)
    #: Those that left, and neither came back nor were unwanted.
    LEFT: ClassVar = (State.ACCEPTED, State.DELIVERED)
    #: Those that were called back before they left: planning the step again revives them.
    CALLED_BACK: ClassVar = (State.CANCELLED, State.SUPPRESSED)
    #: Those that the practitioner may let leave once more.
    SENDABLE_AGAIN: ClassVar = (State.FAILED, State.UNCERTAIN, State.BOUNCED)

    #: No index of its own: `one_delivery_per_step` begins with it. Each index here is paid for by every email.
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="deliveries", db_index=False)
    #: A step that went to somebody stays: with it would go the email and what the client wrote to it.
    #: No index of its own: `delivery_lately` begins with it.
    step = models.ForeignKey(Step, models.PROTECT, related_name="deliveries", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.STEP)
    edition = models.ForeignKey(
        Edition, models.RESTRICT, null=True, related_name="deliveries", db_index=False
    )
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State, default=State.DUE)
    #: In plain words, when the state alone does not say it. English: see `why`.
    reason = models.CharField(max_length=300, blank=True)

    # --- when: all in UTC
    due_at = models.DateTimeField(
        gettext_lazy("due at"),
    )
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    # --- the lease: whoever holds it may send, until it ends; of one in doubt, when it is looked at again
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    #: Attempts that ended without an answer. A mail server that is away or asks for patience does not count.
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Whether it leaves once more after we could not know, as `Practice.uncertain` or a person asks: see `unsent`.
    resent = models.BooleanField(default=False)

    # --- what exactly left: edition + these
    to_address = models.EmailField(blank=True)
    #: What fills the edition's placeholders, links aside: those are rebuilt from the nonce.
    values = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120)
    provider_id = models.CharField(max_length=200, blank=True)
    #: The strongest thing that was told of it since it left.
    heard = models.CharField(max_length=12, choices=Heard, blank=True)
    #: The server's answer to the last attempt: its phase (connect, mail, rcpt, data, dot), code and text.
    phase = models.CharField(max_length=10, blank=True)
    code = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)

    #: The personal note that it brings, where that is at hand. Never a column: what is private is encrypted at rest.
    note: str | None = None

    objects = DeliveryQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ("-due_at", "-pk")
        verbose_name = gettext_lazy("email")
        verbose_name_plural = gettext_lazy("emails")
        constraints = (
            models.UniqueConstraint(fields=("assignment", "step", "kind"), name="one_delivery_per_step"),
            models.UniqueConstraint(fields=("message_id",), name="one_message_id_per_delivery"),
            models.UniqueConstraint(fields=("token_sha256",), name="one_link_per_delivery"),
        )
        indexes = (
            # For the claim: the few rows that wait, however many have left.
            models.Index(fields=("due_at", "id"), name="delivery_due", condition=models.Q(state="due")),
            # For the sweep of leases that ended, and of doubts that the provider may clear up.
            models.Index(
                fields=("lease_until",),
                name="delivery_leased",
                # Not state__in, in which SQLite would see no use for its queries.
                condition=models.Q(state="claimed")
                | models.Q(state="submitting")
                | models.Q(state="uncertain"),
            ),
            # For a practitioner's home: what left today, found by the few steps that their clients receive. By the
            # assignments it would be every email that each of them ever got.
            models.Index(fields=("step", "due_at"), name="delivery_lately"),
            # For a practitioner's home as well: the few that went wrong.
            models.Index(
                fields=("due_at",),
                name="delivery_gone_wrong",
                condition=models.Q(state="failed")
                | models.Q(state="bounced")
                | models.Q(state="complained")
                | models.Q(state="suppressed"),
            ),
            # For events of providers that give back no id of ours.
            models.Index(
                fields=("provider_id",), name="delivery_by_provider", condition=~models.Q(provider_id="")
            ),
        )

    def __str__(self) -> str:
        return _("%(step)s to %(client)s") % {"step": self.step, "client": self.assignment.client}

    @classmethod
    def planned(
        cls, assignment: Assignment, step_id: int, due_at: datetime, domain: str, **more: Any
    ) -> "Delivery":
        """A new row, not yet saved. `domain` ends its Message-ID."""
        return cls(
            assignment=assignment,
            step_id=step_id,
            due_at=due_at,
            expires_at=due_at + WINDOW,
            message_id=f"<{secrets.token_hex(16)}@{domain}>",
            **new_link(due_at + links.LIFETIME),
            **more,
        )

    @property
    def client(self) -> Client:
        return self.assignment.client

    @property
    def is_in_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in (
            self.State.FAILED,
            self.State.UNCERTAIN,
            self.State.BOUNCED,
            self.State.COMPLAINED,
        )

    @property
    def why(self) -> str:
        """Its `reason`, in the language of whoever reads it."""
        return reasons.shown(self.reason)

    @property
    def noted(self) -> str:
        """Its `answer`; where no server gave it, in the language of whoever reads it."""
        return self.answer if self.code else reasons.shown(self.answer)

    @property
    def window_began_at(self) -> datetime:
        """When it was first meant to leave; `due_at` moves with every try."""
        return self.expires_at - WINDOW

    def still_ours(self) -> DeliveryQuerySet:
        """The row, if the lease it was claimed with is still ours. An uncertain one is: whoever sent it may still
        say how it ended.
        """
        leased = (self.State.CLAIMED, self.State.SUBMITTING, self.State.UNCERTAIN)
        return type(self).objects.filter(pk=self.pk, lease=self.lease, state__in=leased)

    def send_again(self, now: datetime) -> bool:
        """Let it leave once more, if it failed, came back or nobody can know. Returns whether that changed anything."""
        again = type(self).objects.filter(pk=self.pk, state__in=self.SENDABLE_AGAIN)
        moved = not self.is_at_their_address()
        self.revive(now)
        # The link of before may lie in the mailbox that it went to: from there nobody follows.
        link = new_link(self.link_expires_at) if moved else {}
        return again.update(**{name: getattr(self, name) for name in self.REVIVED} | link) == 1

    def mark_as_sent(self) -> bool:
        """Somebody knows that it arrived, although the server never said so. Returns whether that changed anything."""
        uncertain = type(self).objects.filter(pk=self.pk, state=self.State.UNCERTAIN)
        known = {
            "state": self.State.ACCEPTED,
            "accepted_at": self.submitted_at,
            "reason": gettext_noop("Marked as sent by you."),
        }
        return uncertain.update(**known) == 1

    #: What `revive` changes.
    REVIVED: ClassVar = (
        *("state", "reason", "heard", "due_at", "expires_at", "link_expires_at", "attempts", "resent"),
    )

    def revive(self, due_at: datetime) -> None:
        """Let it leave at `due_at`, with a full window and all attempts. Not saved: see REVIVED."""
        self.resent = self.state == self.State.UNCERTAIN
        self.state, self.reason, self.attempts = self.State.DUE, "", 0
        self.heard = Heard.NOTHING
        self.due_at, self.expires_at, self.link_expires_at = due_at, due_at + WINDOW, due_at + links.LIFETIME


class Suppression(models.Model):
    """An address that must not be written to, and why."""

    class Why(models.TextChoices):
        BOUNCED = "bounced", gettext_lazy("The address does not exist")
        COMPLAINED = "complained", gettext_lazy("They marked an email as unwanted")
        ASKED = "asked", gettext_lazy("They asked for no more emails")

    #: In lower case.
    address = models.EmailField(unique=True)
    why = models.CharField(max_length=10, choices=Why)
    #: When it was said, the last time.
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.get_why_display()

    @classmethod
    def add(cls, address: str, why: Why, now: datetime) -> None:
        """Write to this address no more. Of several reasons the last in `Why` stands, whichever came first."""
        row, new = cls.objects.get_or_create(address=address.lower(), defaults={"why": why, "at": now})
        if not new:
            no_graver = cls.Why.values[: cls.Why.values.index(why) + 1]
            cls.objects.filter(pk=row.pk, why__in=no_graver).update(why=why, at=now)
