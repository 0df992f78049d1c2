"""A short email about the emails themselves: a code that was asked for, or that there is something new to read."""

import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.assignments.blackout import without_emails_today
from practice.assignments.models import Assignment
from practice.mailing import links
from practice.mailing.private_link import Linked, LinkedQuerySet, new_link
from practice.people.fields import one_line
from practice.people.models import Client
from practice.people.our_address import our_domain


class NoticeQuerySet(LinkedQuerySet):
    """Notices, asked for in plain words."""

    def waiting(self, now: datetime) -> Self:
        """Those that may leave now, the oldest first."""
        return self.filter(state=Notice.State.WAITING, due_at__lte=now).order_by("due_at", "pk")


class Notice(Linked):
    """One such email to one client, with a private link to the client's own page. It never carries content."""

    owner_path = "client__practitioner"

    class Kind(models.TextChoices):
        CODE = "code", gettext_lazy("A code that opens their own page")
        MESSAGE = "message", gettext_lazy("That you wrote to them")
        INVITATION = "invitation", gettext_lazy("An invitation to receive emails")
        RESTING = "resting", gettext_lazy("That their series rests")
        REMINDER = "reminder", gettext_lazy("That a step is still there for them")

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting to leave")
        SUBMITTING = "submitting", gettext_lazy("Being handed over")
        SENT = "sent", gettext_lazy("Sent")
        FAILED = "failed", gettext_lazy("Could not be sent")
        UNCERTAIN = "uncertain", gettext_lazy("We can’t confirm that this email left")
        WITHDRAWN = "withdrawn", gettext_lazy("Not sent")

    #: Those that the client has just asked for: they may leave whatever else was stopped.
    ASKED_FOR: ClassVar = (Kind.CODE,)

    client = models.ForeignKey(Client, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind)
    #: The email of a step that it follows, if any: its button leads to a page of that email.
    #: No index of its own: `one_notice_per_email` begins with it.
    delivery = models.ForeignKey(
        "mailing.Delivery", models.CASCADE, null=True, related_name="notices", db_index=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    #: In plain words, when the state alone does not say it.
    reason = models.CharField(max_length=300, blank=True)

    # --- when: all in UTC
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    #: After that it would surprise more than help, and does not leave any more.
    expires_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    #: While it is being handed over: after that, whoever did so has died.
    lease_until = models.DateTimeField(null=True)

    to_address = models.EmailField(blank=True, validators=[one_line])
    message_id = models.CharField(max_length=120, unique=True)
    provider_id = models.CharField(max_length=200, blank=True)

    # --- of an invitation
    #: That the client, who had stopped all emails, asked for it. Their practitioner says so.
    asked_again = models.BooleanField(default=False)
    #: When the client said no to it. They may still change their mind.
    declined_at = models.DateTimeField(null=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = gettext_lazy("short email")
        verbose_name_plural = gettext_lazy("short emails")
        constraints = (
            models.UniqueConstraint(fields=("token_sha256",), name="one_link_per_notice"),
            # What waits already says all that a second one would.
            models.UniqueConstraint(
                fields=("client", "kind"),
                condition=models.Q(state="waiting", delivery=None),
                name="one_waiting_notice_per_kind",
            ),
            models.UniqueConstraint(fields=("delivery", "kind"), name="one_notice_per_email"),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                name="notice_open",
                condition=models.Q(state="waiting") | models.Q(state="submitting"),
            ),
            # For the desk, and for the planner: who was invited. Of all short emails these are the fewest.
            models.Index(fields=("client",), name="notice_invites", condition=models.Q(kind="invitation")),
        )

    def __str__(self) -> str:
        return _("%(kind)s, to %(client)s") % {"kind": self.get_kind_display(), "client": self.client}

    @classmethod
    def make(
        cls,
        client: Client,
        kind: "Notice.Kind",
        now: datetime,
        due_at: datetime,
        within: timedelta,
        link_for: timedelta,
        **more: Any,
    ) -> "Notice":
        """A new row, not yet saved: to leave `within` so long after `due_at` or never, its link open for `link_for`."""
        return cls(
            client=client,
            kind=kind,
            made_at=now,
            due_at=due_at,
            expires_at=due_at + within,
            message_id=f"<{secrets.token_hex(16)}@{our_domain()}>",
            **new_link(due_at + link_for),
            **more,
        )

    @property
    def code(self) -> str:
        """The six digits of a CODE, which follow from the nonce as the token does."""
        return links.code_of(self.nonce)

    def unwanted(self, now: datetime) -> str:
        """Why it may no longer leave as of `now` (UTC), in words that are kept; nothing while it may.

        A client has just asked for it, or agreed to emails and did not stop them. An invitation asks for just that.
        """
        if self.kind in self.ASKED_FOR:
            return ""
        if self.kind == self.Kind.INVITATION:
            return self._needs_no_invitation()
        if self._follows_one_elsewhere():
            return gettext_noop("Its step went to another address.")
        if self.kind == self.Kind.RESTING and not self._tells_of_a_rest():
            return gettext_noop("The series goes on, or rests for another reason.")
        if self.kind == self.Kind.REMINDER and (needless := self._needs_no_reminder(now)):
            return needless
        if not self.client.has_consent():
            return gettext_noop("They have not agreed to emails.")
        practitioner = self.client.practitioner
        if self.client.archived_at or not (practitioner.is_active or practitioner.series_go_on):
            return gettext_noop("They are archived, or the account of their practitioner is closed.")
        return ""

    def _follows_one_elsewhere(self) -> bool:
        """Whether its button would lead to a page of an email to another address, which no longer opens."""
        return self.delivery is not None and not self.delivery.is_at_their_address()

    def _needs_no_invitation(self) -> str:
        if self.client.archived_at:
            return gettext_noop("They are archived.")
        if not self.client.practitioner.is_active:
            return gettext_noop("The account of their practitioner is closed.")
        # What somebody agreed to before they stopped everything does not count: only a yes of their own ends that.
        if self.client.has_consent() and not self.asked_again:
            return gettext_noop("They have agreed to emails meanwhile.")
        return ""

    def _needs_no_reminder(self, now: datetime) -> str:
        email = self.delivery
        if email is None or email.assignment.no_reminders:
            return gettext_noop("They go without short emails in between.")
        row = email.assignment
        if not row.remind_after:
            return gettext_noop("Meanwhile none is to follow a step.")
        steps = row.deliveries.filter(kind=email.Kind.STEP).order_by("due_at", "pk")
        if email.state not in email.LEFT or steps.last() != email:
            return gettext_noop("Its step did not leave, or another one has left since.")
        if not row.quiet_steps:
            return gettext_noop("Meanwhile they wrote or chose something.")
        if not type(email).objects.filter(pk=email.pk).welcome().exists():
            return gettext_noop("Meanwhile the series rests, or is held.")
        if any(without_emails_today(self.client, moment) for moment in (self.due_at, now)):
            return gettext_noop("It was a day without emails.")
        return ""

    def _tells_of_a_rest(self) -> bool:
        """Whether the series still rests by itself, and nobody has let it carry on."""
        return self.delivery is not None and self.delivery.assignment.state_by == Assignment.By.SILENCE
