"""From the schedule to the outbox: what is due becomes a delivery, and the assignment moves on, in one transaction."""

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction

from practice.assignments import holds
from practice.assignments.models import Assignment, PassedStep
from practice.mailing import reasons
from practice.mailing.models import WINDOW, Delivery, Suppression

BATCH = 500


def plan(now: datetime) -> int:
    """Bring the outbox up to date with the schedule as of `now` (UTC). Returns how many emails were put into it.

    Any number of these may run at once: each takes the rows that no other holds.
    """
    with transaction.atomic():
        for assignment in Assignment.objects.rested(now):
            assignment.resume(now)
    call_back(now)
    planned = 0
    while True:
        with transaction.atomic():
            batch = _lock_due(now)
            planned += _plan(batch, now)
        if len(batch) < BATCH:
            return planned


def _lock_due(now: datetime) -> list[Any]:
    """Assignments, each with its `next_step_id`."""
    due = Assignment.objects.due(now).with_next_step().select_related("client").order_by("next_due_at")
    return list(due.select_for_update(of=("self",), skip_locked=True)[:BATCH])


def _plan(batch: list[Any], now: datetime) -> int:
    held = holds.of(batch)
    ready = [
        row for row in batch if row.next_step_id and row.pk not in held and row.next_due_at > now - WINDOW
    ]
    _put_into_outbox(ready)
    passed = [PassedStep(assignment=row, step_id=row.next_step_id, at=now) for row in ready]
    PassedStep.objects.bulk_create(passed, ignore_conflicts=True)
    leaving = {row.pk for row in ready}
    for row in batch:
        if row.pk in leaving or row.next_step_id is None:
            row.move_on(now)
        else:
            row.wait_for_next_slot(now)
    return len(ready)


def _put_into_outbox(ready: list[Any]) -> None:
    """A delivery for the next step of each: the one that was called back before, else a new one."""
    moments = {(row.pk, row.next_step_id): row.next_due_at for row in ready}
    called_back = Delivery.objects.filter(assignment__in=ready, state__in=Delivery.CALLED_BACK)
    revived = [row for row in called_back if (row.assignment_id, row.step_id) in moments]
    for delivery in revived:
        delivery.revive(moments.pop((delivery.assignment_id, delivery.step_id)))
    Delivery.objects.bulk_update(revived, Delivery.REVIVED)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    new = [Delivery.planned(assignment, step, at, domain) for (assignment, step), at in moments.items()]
    Delivery.objects.bulk_create(new, ignore_conflicts=True)


def call_back(now: datetime) -> int:
    """Take out of the outbox what could not leave in time or is no longer wanted; the step's turn comes again.

    Returns how many.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.DUE)
    unwelcome = waiting.exclude(pk__in=waiting.welcome())
    lapsed = Delivery.objects.lapsed(now)
    found = {row.pk: row for row in (*unwelcome.select_related("assignment__client"), *lapsed)}
    for delivery in found.values():
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
