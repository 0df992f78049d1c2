"""Inviting a client to receive emails: whether they may be invited now, and how far it has come, in words."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, EmailField, F, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.assignments import holds
from practice.assignments.blackout import without_emails_today
from practice.mailing import reasons
from practice.mailing.models import Notice, Suppression
from practice.mailing.suppressions import held
from practice.people.in_words import day_in_words
from practice.people.models import Client

State, Why = Notice.State, Suppression.Why

#: Those that left, or are about to.
COUNT = (State.WAITING, State.SUBMITTING, State.SENT, State.UNCERTAIN)
#: So long after one a client is not asked again.
PATIENCE = timedelta(days=1)


@holds.invitations
def that_count(clients: Collection[int]) -> QuerySet[Any, Any]:
    """Those of these clients that can still be answered, or were declined, in the columns of `holds.Told`."""
    rows = Notice.objects.filter(kind=Notice.Kind.INVITATION, client__in=clients, state__in=COUNT)
    rows = rows.filter(Q(declined_at__isnull=False) | Q(link_expires_at__gt=timezone.now())).order_by()
    columns = rows.annotate(
        told=Cast(F("state"), CharField(max_length=10)), address=Cast(F("to_address"), EmailField())
    )
    return columns.values_list("client_id", "told", "made_at", "declined_at", "address")


def last_of(client: Client) -> Notice | None:
    """The latest that went to the client's address, or is about to; else None. Those that were taken back are none."""
    here = Q(to_address__iexact=client.email) | Q(to_address="")
    rows = Notice.objects.filter(here, client=client, kind=Notice.Kind.INVITATION)
    return rows.exclude(state=State.WITHDRAWN).first()


def in_words(invitation: Notice, now: datetime) -> str:
    """How far it has come: "Invited on 3 March 2026, not answered yet."."""
    on = _day(invitation.made_at)
    if invitation.declined_at:
        return _("Invited on %(day)s. Said no on %(then)s.") % {
            "day": on,
            "then": _day(invitation.declined_at),
        }
    match invitation.state:
        case State.WAITING | State.SUBMITTING:
            return _("An invitation is about to leave.")
        case State.FAILED:
            why = reasons.shown(invitation.reason)
            return _("The invitation of %(day)s could not be sent. %(why)s") % {"day": on, "why": why}
        case State.UNCERTAIN:
            return _("We can’t confirm that the invitation of %(day)s left. It may have arrived.") % {
                "day": on
            }
    if invitation.link_expires_at <= now:
        return _("Invited on %(day)s, and not answered. The link no longer opens.") % {"day": on}
    return _("Invited on %(day)s, not answered yet.") % {"day": on}


def stopped_at(client: Client) -> Suppression | None:
    """That nothing may be sent to the client's address, and why; None where something may."""
    return Suppression.objects.filter(address=client.email.lower()).first()


def asked_for_no_more(stop: Suppression | None) -> bool:
    """Whether this is because the client asked for it: then what they agreed to before does not count."""
    return stop is not None and stop.why == Why.ASKED


def has_agreed(client: Client, stop: Suppression | None) -> bool:
    """Whether they agreed to emails. Whatever it was, only a yes ends that they asked for no more of them."""
    return client.has_consent() and not asked_for_no_more(stop)


def obstacle(client: Client, stop: Suppression | None, last: Notice | None, now: datetime) -> str:
    """Why a client cannot be invited now, and what helps; nothing when they can. `stop` and `last` are theirs."""
    if client.archived_at:
        return _("%(client)s is archived. Bring %(client)s back first, on their page.") % {"client": client}
    if stop and stop.why != Why.ASKED:
        why = held(Why(stop.why), client.name)
        return f"{why.why} {why.release}"
    if today := without_emails_today(client, now):
        return today
    if last is None or last.state == State.FAILED:
        return ""
    if last.state in (State.WAITING, State.SUBMITTING):
        return _("An invitation to %(client)s is about to leave. One is enough.") % {"client": client}
    if now < last.made_at + PATIENCE:
        return _(
            "%(client)s was invited less than a day ago. Give them time; from tomorrow on you can invite them again."
        ) % {"client": client}
    return ""


def needs_their_word(stop: Suppression | None, last: Notice | None) -> str:
    """What a client did before, after which only they can ask to be invited again; empty when it was nothing.

    It follows their name in a sentence.
    """
    if stop:
        return _("asked for no more emails on %(day)s") % {"day": _day(stop.at)}
    if last and last.declined_at:
        return _("said no to emails on %(day)s") % {"day": _day(last.declined_at)}
    return ""


def _day(moment: datetime) -> str:
    return day_in_words(timezone.localdate(moment))
