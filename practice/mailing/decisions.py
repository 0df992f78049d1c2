"""What a practitioner can decide about an email in trouble, each with what it means before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from practice.assignments.outlook import Hold
from practice.mailing import hooks
from practice.mailing.asking import check
from practice.mailing.models import Delivery, Suppression
from practice.mailing.transport import open_provider

State = Delivery.State


@dataclass(frozen=True)
class Decision:
    """One thing to do with an email when it is `offered`. `sends` says that it reaches the client."""

    slug: str
    button: str
    sends: bool
    offered: Callable[[Delivery], bool]
    meaning: Callable[[Delivery], list[str]]
    #: Does it, and returns in words what was done; nothing when nothing was.
    take: Callable[[Delivery, datetime], str]
    #: Whether its button does it at once, because there is nothing to think over.
    at_once: bool = False

    def obstacle(self, row: Delivery) -> Hold | None:
        """What holds the series back, if this would send."""
        wanted = Delivery.objects.filter(pk=row.pk).welcome().exists()
        return row.assignment.outlook().hold if self.sends and not wanted else None


def _suppressions(row: Delivery) -> QuerySet[Suppression, Suppression]:
    return Suppression.objects.filter(address=row.client.email.lower())


def _sending_again(row: Delivery) -> list[str]:
    said = [f"This email goes to {row.client} at {row.client.email} now. It brings “{row.step}”."]
    if row.state == State.UNCERTAIN:
        said.append("If it did arrive the first time, it arrives twice.")
    return said


def _marking(row: Delivery) -> list[str]:
    return [
        f"Nothing is sent. “{row.step}” counts as received by {row.client}, and the series goes on as planned."
    ]


def _writing_again(row: Delivery) -> list[str]:
    why = _suppressions(row).get().get_why_display()
    return [
        f"Nothing leaves for {row.client.email} at the moment. The reason: {why[0].lower()}{why[1:]}.",
        f"Only do this when {row.client} has told you that emails are wanted and can arrive. Nothing is sent by it; "
        "a series that was stopped stays so until you press Carry on.",
    ]


def _write_again(row: Delivery, now: datetime) -> str:
    return "Emails may leave for this address again." if _suppressions(row).delete()[0] else ""


def _may_be_told(row: Delivery) -> bool:
    """Whether it is uncertain, and there is a provider that can be asked or may tell by itself."""
    provider = open_provider() if row.state == State.UNCERTAIN else None
    return provider is not None and (provider.can_find or hooks.tells())


DECISIONS = {
    decision.slug: decision
    for decision in (
        Decision(
            "check-again",
            "Check again",
            sends=False,
            offered=_may_be_told,
            meaning=lambda row: ["The mail provider is asked whether it has this email."],
            take=check,
            at_once=True,
        ),
        Decision(
            "send-again",
            "Send again",
            sends=True,
            offered=lambda row: row.state in row.SENDABLE_AGAIN,
            meaning=_sending_again,
            take=lambda row, now: "It is on its way again." if row.send_again(now) else "",
        ),
        Decision(
            "mark-as-sent",
            "Mark as sent",
            sends=False,
            offered=lambda row: row.state == State.UNCERTAIN,
            meaning=_marking,
            take=lambda row, now: "Marked as sent." if row.mark_as_sent() else "",
        ),
        Decision(
            "write-again",
            "Write to this address again",
            sends=False,
            offered=lambda row: _suppressions(row).exists(),
            meaning=_writing_again,
            take=_write_again,
        ),
    )
}
