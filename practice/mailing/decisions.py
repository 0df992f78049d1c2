"""What a practitioner can decide about an email in trouble, each with what it means before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from practice.assignments.blackout import without_emails_today
from practice.mailing import hooks, reasons
from practice.mailing.asking import check
from practice.mailing.models import Delivery, Suppression
from practice.mailing.transport import open_provider

State, Why = Delivery.State, Suppression.Why

#: By why its address must not be written to, where a practitioner may end that.
NOTHING_LEAVES = {
    Why.BOUNCED: gettext_noop(
        "Nothing leaves for %(address)s at the moment. The reason: the address does not exist."
    ),
    Why.COMPLAINED: gettext_noop(
        "Nothing leaves for %(address)s at the moment. The reason: they marked an email as unwanted."
    ),
}


@dataclass(frozen=True)
class Decision:
    """One thing to do with an email when it is `offered`. `sends` says that it reaches the client."""

    slug: str
    #: What its button says, in English: see `button`.
    label: str
    sends: bool
    offered: Callable[[Delivery], bool]
    meaning: Callable[[Delivery], list[str]]
    #: Does it, and returns in words what was done; nothing when nothing was.
    take: Callable[[Delivery, datetime], str]
    #: Whether its button does it at once, because there is nothing to think over.
    at_once: bool = False

    @property
    def button(self) -> str:
        return gettext(self.label)

    def obstacle(self, row: Delivery, now: datetime) -> str:
        """What holds it back, if this would send, and what releases it; nothing when it may be done."""
        if not self.sends:
            return ""
        wanted = Delivery.objects.filter(pk=row.pk).welcome().exists()
        hold = None if wanted else row.assignment.outlook().hold
        return f"{hold.why} {hold.release}" if hold else without_emails_today(row.client, now)


def _suppressions(row: Delivery) -> QuerySet[Suppression, Suppression]:
    """Why its address must not be written to, unless they asked for that: only their own yes ends it."""
    return Suppression.objects.filter(address=row.client.email.lower(), why__in=NOTHING_LEAVES)


def _sending_again(row: Delivery) -> list[str]:
    said = [
        _("This email goes to %(client)s at %(address)s now. It brings “%(step)s”.")
        % {"client": row.client, "address": row.client.email, "step": row.step}
    ]
    if row.state == State.UNCERTAIN:
        said.append(_("If it did arrive the first time, it arrives twice."))
    return said


def _marking(row: Delivery) -> list[str]:
    return [
        _("Nothing is sent. “%(step)s” counts as received by %(client)s, and the series goes on as planned.")
        % {"step": row.step, "client": row.client}
    ]


def _writing_again(row: Delivery) -> list[str]:
    why = Why(_suppressions(row).get().why)
    return [
        gettext(NOTHING_LEAVES[why]) % {"address": row.client.email},
        _(
            "Only do this when %(client)s has told you that emails are wanted and can arrive. Nothing is sent by it; "
            "a series that was stopped stays so until you press Carry on."
        )
        % {"client": row.client},
    ]


def _write_again(row: Delivery, now: datetime) -> str:
    return _("Emails may leave for this address again.") if _suppressions(row).delete()[0] else ""


def _may_be_told(row: Delivery) -> bool:
    """Whether it is uncertain, and there is a provider that can be asked or may tell by itself."""
    provider = open_provider() if row.state == State.UNCERTAIN else None
    return provider is not None and (provider.can_find or hooks.tells())


DECISIONS = {
    decision.slug: decision
    for decision in (
        Decision(
            "check-again",
            gettext_noop("Check again"),
            sends=False,
            offered=_may_be_told,
            meaning=lambda row: [_("The mail provider is asked whether it has this email.")],
            take=lambda row, now: reasons.shown(check(row, now)),
            at_once=True,
        ),
        Decision(
            "send-again",
            gettext_noop("Send again"),
            sends=True,
            offered=lambda row: row.state in row.SENDABLE_AGAIN,
            meaning=_sending_again,
            take=lambda row, now: _("It is on its way again.") if row.send_again(now) else "",
        ),
        Decision(
            "mark-as-sent",
            gettext_noop("Mark as sent"),
            sends=False,
            offered=lambda row: row.state == State.UNCERTAIN,
            meaning=_marking,
            take=lambda row, now: _("Marked as sent.") if row.mark_as_sent() else "",
        ),
        Decision(
            "write-again",
            gettext_noop("Write to this address again"),
            sends=False,
            offered=lambda row: _suppressions(row).exists(),
            meaning=_writing_again,
            take=_write_again,
        ),
    )
}
