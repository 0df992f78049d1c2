"""Sends the last email of an assignment again: for a client who cannot find it, or threw it away.

It is an email of its own, with its own Message-ID, since mail programs drop what they have seen before. A step is
brought again once; the plan of the steps to come is left alone.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from practice.assignments.blackout import without_emails_today
from practice.assignments.models import Assignment
from practice.assignments.move import Move
from practice.assignments.moves import MOVES
from practice.mailing.models import Delivery
from practice.people.our_address import our_domain

State, Kind = Delivery.State, Delivery.Kind


def last_sent(assignment: Assignment) -> Delivery | None:
    """The last email of a step, if it was sent and did not come back, and was not sent again already."""
    emails = assignment.deliveries.filter(kind=Kind.STEP).exclude(state__in=Delivery.CALLED_BACK)
    last: Delivery | None = emails.select_related("step").order_by("due_at", "pk").last()
    if last is None or last.state not in (State.ACCEPTED, State.DELIVERED):
        return None
    again = assignment.deliveries.filter(kind=Kind.AGAIN, step=last.step_id)
    return None if again.exclude(state__in=Delivery.CALLED_BACK).exists() else last


def send_last_again(assignment: Assignment, now: datetime) -> bool:
    """Put the last email into the outbox once more. Returns whether there was one to send again."""
    with transaction.atomic():
        Assignment.objects.select_for_update().get(pk=assignment.pk)
        last = last_sent(assignment)
        if last is None:
            return False
        # One that was called back before it left.
        assignment.deliveries.filter(kind=Kind.AGAIN, step=last.step_id).delete()
        Delivery.planned(assignment, last.step_id, now, our_domain(), kind=Kind.AGAIN).save()
        return True


class SendLastAgain(Move):
    slug = "send-last-again"

    @property
    def last(self) -> Delivery | None:
        return last_sent(self.row)

    @property
    def button(self) -> str:
        return _("Send the last email again")

    @property
    def confirm(self) -> str:
        return _("Send this to %(client)s again") % {"client": self.name}

    def offered(self) -> bool:
        return self.last is not None

    def obstacle(self) -> str:
        if today := without_emails_today(self.row.client, self.now):
            return today
        last, hold = self.last, self.row.outlook().hold
        wanted = last is not None and Delivery.objects.filter(pk=last.pk).welcome().exists()
        return f"{hold.why} {hold.release}" if hold and not wanted else ""

    def meaning(self) -> list[str]:
        client, last = self.row.client, self.last
        if last is None:
            return []
        sent_at = self.at(last.accepted_at or last.due_at)
        return [
            _(
                "This email goes to %(client)s at %(address)s now. It brings “%(step)s” once more, as it is now."
            )
            % {"client": client.name, "address": client.email, "step": last.step},
            _("It was sent on %(moment)s. The link in that email goes on working; the new one has its own.")
            % {"moment": sent_at},
            _("The steps to come go out as planned."),
        ]

    def act(self, answers: dict[str, Any]) -> bool:
        return send_last_again(self.row, self.now)

    def leaves_now(self) -> bool:
        return True

    def done(self) -> str:
        return _("The last email is on its way to %(client)s again.") % {"client": self.name}


MOVES[SendLastAgain.slug] = SendLastAgain
