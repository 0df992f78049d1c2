"""Erasing a client: all that was kept of them goes, in one transaction. Ids in the audit trail, counts, and the digest
of an address that must not be written to are what stays.
"""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.desk import traces
from practice.desk.erasure import Erasure
from practice.mailing.forgetting import forget
from practice.mailing.models import Delivery, Notice, ProviderEvent
from practice.people import audit
from practice.people.models import Client, Practitioner
from practice.replies.models import InboundMail, Message, Reply, Writes

log = logging.getLogger(__name__)

DAYS_OF_A_MONTH = 30.44


class NotNow(Exception):
    """It cannot be erased at this moment, and nothing was changed. Says why, and what to do."""


@dataclass(frozen=True)
class Counts:
    """How much there is of one client. Not of what they kept or never sent: nobody learns that they wrote it."""

    series: int
    emails: int
    reflections: int
    messages: int
    mails: int


def counts_of(client: Client) -> Counts:
    """What erasing this client would delete, their own row and what the practice noted about them aside."""
    return Counts(
        series=Assignment.objects.filter(client=client).count(),
        emails=Delivery.objects.filter(assignment__client=client).count()
        + Notice.objects.filter(client=client).count(),
        reflections=Reply.objects.filter(client=client).sent().count(),
        messages=Message.objects.filter(client=client).count(),
        mails=InboundMail.objects.filter(delivery__assignment__client=client).count(),
    )


@transaction.atomic
def erase(client: Client, now: datetime, by: Practitioner | None = None) -> Counts:
    """Erase this client, with all that hangs on them and all that names them. `by` is nobody where the practice's time
    for keeping records is over.

    Returns what there was. Raises NotNow, and Client.DoesNotExist when they are gone or no longer with `by`.
    """
    # In the order in which everybody locks; what a sender has claimed is gone when it asks whether it may leave.
    row = Client.objects.select_for_update().defer("private_note").get(pk=client.pk)
    if by and row.practitioner_id != by.pk:
        raise Client.DoesNotExist
    _lock(row)
    counts, whose = counts_of(row), traces.practitioners_of(row)
    addresses, ids = _addresses_of(row), _provider_ids_of(row)
    _links_of(row).delete()
    audit.note(by, audit.Action.ERASED, row)
    traces.forget_views(row, addresses, whose)
    traces.forget_sessions(row, whose)
    _keep_counts(row, counts, now, by_itself=by is None)
    row.delete()
    ProviderEvent.objects.filter(delivery=None, provider_id__in=ids).delete()
    forget(addresses)
    traces.blank_log(whose)
    log.info("erasing: client %s is erased", client.pk)
    return counts


def _lock(client: Client) -> None:
    """Lock all that others write to. Raises NotNow while an email is on its way to the mail server."""
    list(Assignment.objects.select_for_update().filter(client=client).order_by("pk").values_list("pk"))
    emails = Delivery.objects.select_for_update(of=("self",)).filter(assignment__client=client).order_by("pk")
    notices = Notice.objects.select_for_update().filter(client=client).order_by("pk")
    states = {*emails.values_list("state", flat=True), *notices.values_list("state", flat=True)}
    list(Reply.objects.select_for_update().filter(client=client).order_by("pk").values_list("pk"))
    if {Delivery.State.SUBMITTING, Notice.State.SUBMITTING} & states:
        why = _(
            "An email to %(client)s is being handed to the mail server at this moment. Nothing was erased: try again "
            "in a few minutes."
        )
        raise NotNow(why % {"client": client})


def _addresses_of(client: Client) -> set[str]:
    """Every address that we ever wrote to for them, in lower case."""
    written = (
        Delivery.objects.filter(assignment__client=client).order_by().values_list("to_address", flat=True)
    )
    told = Notice.objects.filter(client=client).order_by().values_list("to_address", flat=True)
    return {address.lower() for address in (client.email, *written, *told) if address}


def _provider_ids_of(client: Client) -> set[str]:
    """By what the mail provider calls their short emails: what was told of those hangs on no row."""
    ids = Notice.objects.filter(client=client).order_by().values_list("message_id", "provider_id")
    return {one for both in ids for one in both if one}


def _links_of(client: Client) -> QuerySet[Writes, Writes]:
    """How often their private links were written through."""
    emails = Delivery.objects.filter(assignment__client=client).order_by()
    notices = Notice.objects.filter(client=client).order_by()
    tokens = {*emails.values_list("token_sha256", flat=True), *notices.values_list("token_sha256", flat=True)}
    return Writes.objects.filter(link__in=tokens)


def _keep_counts(client: Client, counts: Counts, now: datetime, *, by_itself: bool) -> None:
    months = int((now - client.created_at).days / DAYS_OF_A_MONTH)
    kept = {name: asdict(counts)[name] for name in ("emails", "reflections", "messages")}
    Erasure.objects.create(
        at=now, practitioner_id=client.practitioner_id, by_itself=by_itself, months=max(months, 0), **kept
    )
