"""From the schedule to the outbox: what is due becomes a delivery, and the assignment moves on, in one transaction."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from practice.assignments import holds
from practice.assignments.many import insert_many, update_many
from practice.assignments.models import Assignment
from practice.assignments.passed import PassedStep
from practice.mailing import reasons
from practice.mailing.models import WINDOW, Delivery, Suppression

BATCH = 500


def plan(now: datetime) -> int:
    """Bring the outbox up to date with the schedule as of `now` (UTC). Returns how many emails were put into it."""
    return sum(plan_in_batches(now))


def plan_in_batches(now: datetime) -> Iterator[int]:
    """The same, a batch at a time: yields how many emails each of them put into the outbox, at least once.

    Any number of these may run at once: each takes the rows that no other holds.
    """
    with transaction.atomic():
        for assignment in Assignment.objects.rested(now):
            assignment.resume(now)
    call_back(now)
    more = True
    while more:
        with transaction.atomic():
            batch = lock_due(now)
            planned = _plan(batch, now)
        yield planned
        more = len(batch) == BATCH


def lock_due(now: datetime) -> list[Any]:
    """Up to BATCH assignments that are due and that nobody else holds, each with its client and its next two steps.

    Call it in a transaction: they stay locked until its end.
    """
    due = Assignment.objects.due(now).order_by("next_due_at")
    locked = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    # Lock first, look after: only a later statement sees what the last one to hold a row did to it.
    return list(Assignment.objects.filter(pk__in=locked).with_next_two().with_client())


def _plan(batch: list[Any], now: datetime) -> int:
    held = holds.of(batch)
    ready = [
        row for row in batch if row.next_step_id and row.pk not in held and row.next_due_at > now - WINDOW
    ]
    _put_into_outbox(ready)
    insert_many([PassedStep(assignment_id=row.pk, step_id=row.next_step_id, at=now) for row in ready])
    leaving = {row.pk for row in ready}
    for row in batch:
        if row.pk in leaving or row.next_step_id is None:
            row.move_on(now, more=row.following_step_id is not None)
        else:
            row.wait_for_next_slot(now)
    update_many(batch, Assignment.SCHEDULE)
    return len(ready)


def _put_into_outbox(ready: list[Any]) -> None:
    """A delivery for the next step of each: a new one, else the one that was called back before."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    new = [Delivery.planned(row.pk, row.next_step_id, row.next_due_at, domain) for row in ready]
    if insert_many(new) < len(new):
        _revive({(row.pk, row.next_step_id): row.next_due_at for row in ready})


def _revive(moments: dict[tuple[int, int], datetime]) -> None:
    """Let those that were called back leave after all, at the moment of their assignment and step."""
    called_back = Delivery.objects.filter(
        assignment__in=[pk for pk, _ in moments], state__in=Delivery.CALLED_BACK
    )
    revived = [row for row in called_back if (row.assignment_id, row.step_id) in moments]
    for delivery in revived:
        delivery.revive(moments[delivery.assignment_id, delivery.step_id])
    update_many(revived, Delivery.REVIVED)


def call_back(now: datetime) -> int:
    """Take out of the outbox what could not leave in time or is no longer wanted; the step's turn comes again.

    Returns how many.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.DUE)
    # As in most minutes; merely to prepare the query below costs the database more than all the rest of such a tick.
    if not waiting.exists():
        return 0
    welcome = Exists(waiting.welcome().filter(pk=OuterRef("pk")))
    rows = waiting.filter(Q(expires_at__lte=now) | ~welcome).select_related("assignment__client", "step")
    found = list(rows.defer("assignment__client__private_note"))
    for delivery in found:
        _call_back(delivery, now)
    return len(found)


@transaction.atomic
def _call_back(delivery: Delivery, now: datetime) -> None:
    # The assignment first, as everywhere: two processes that lock in one order cannot block each other.
    assignment = Assignment.objects.select_for_update().get(pk=delivery.assignment_id)
    state, reason = _why(delivery, now)
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DUE)
    if waiting.update(state=state, reason=reason):
        assignment.unpass(delivery.step, now)


def _why(delivery: Delivery, now: datetime) -> tuple[str, str]:
    if Suppression.objects.filter(address=delivery.client.email.lower()).exists():
        return Delivery.State.SUPPRESSED, reasons.SUPPRESSED
    if delivery.expires_at <= now:
        return Delivery.State.CANCELLED, reasons.LAPSED
    return Delivery.State.CANCELLED, reasons.UNWELCOME
