"""From the schedule to the outbox: what is due becomes a delivery, and the assignment moves on, in one transaction."""

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from practice.assignments import holds
from practice.assignments.away import as_of, times_away
from practice.assignments.blackout import Blackout, covering, without_emails_today
from practice.assignments.many import insert_many, update_many
from practice.assignments.models import Assignment
from practice.assignments.passed import PassedStep
from practice.assignments.schedule import local_day
from practice.mailing import reasons, silence
from practice.mailing.leases import new_lease
from practice.mailing.models import WINDOW, Delivery, Notice, Suppression
from practice.mailing.unsent import unsent
from practice.people.our_address import our_domain

log = logging.getLogger(__name__)

BATCH = 500


def plan(now: datetime) -> int:
    """Put all that is due as of `now` (UTC) into the outbox, for anybody to claim. Returns how many emails."""
    look_after(now)
    return sum(len(planned) for planned in _batches(now))


def claim_due(now: datetime) -> list[Delivery]:
    """Put a batch of what is due into the outbox, claimed from the start: nobody has to look for it there.

    Any number of senders may do so at once: each takes the rows that no other holds. Empty when nothing is due.
    """
    lease = new_lease(now)
    batches = (
        [row for row in planned if row.pk and row.lease == lease["lease"]] for planned in _batches(now, lease)
    )
    return next(filter(None, batches), [])


def look_after(now: datetime) -> None:
    """What a tick does first: let those carry on whose pause is over, and call back what may no longer leave."""
    with transaction.atomic():
        for assignment in Assignment.objects.rested(now):
            tried(partial(assignment.resume, now), "assignment", assignment.pk)
    call_back(now)


def _batches(now: datetime, lease: dict[str, Any] | None = None) -> Iterator[list[Delivery]]:
    """Plan a batch at a time, each in a transaction of its own, until nothing is due but what cannot be planned.

    Yields the emails of the steps whose turn came; those without the lease were in the outbox before, and wait for
    anybody.
    """
    stuck: set[int] = set()
    more = True
    while more:
        with transaction.atomic():
            batch = lock_due(now, stuck)
            stuck |= {row.pk for row in batch if not row.has_a_clock}
            planned = _plan_all([row for row in batch if row.has_a_clock], now, lease or {}, stuck)
        yield planned
        more = len(batch) == BATCH


def lock_due(now: datetime, stuck: Collection[int] = ()) -> list[Any]:
    """Up to BATCH assignments that are due and that nobody else holds, each with its client and its next two steps.

    Call it in a transaction: they stay locked until its end. Those that are `stuck` are left out.
    """
    due = Assignment.objects.due(now).exclude(pk__in=stuck).order_by("next_due_at")
    locked = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    # Lock first, look after: only a later statement sees what the last one to hold a row did to it.
    return _ready_to_plan(locked)


def _ready_to_plan(pks: Collection[int]) -> list[Any]:
    rows = Assignment.objects.filter(pk__in=pks).with_next_two().with_client()
    # In the order in which they leave, by which `recover` finds the one that was in work when a process died.
    return list(rows.order_by("next_due_at", "pk"))


def _plan_all(batch: list[Any], now: datetime, lease: dict[str, Any], stuck: set[int]) -> list[Delivery]:
    """Plan a locked batch. If that raises, plan its halves, down to the one to blame: that one stays as it is, and
    joins those that are `stuck`. The desk shows it by the moment that went by.
    """
    planned: list[Delivery] = []
    alone = batch[0].pk if len(batch) == 1 else None
    if not batch or tried(lambda: planned.extend(_plan(batch, now, lease)), "assignment", alone):
        return planned
    if alone:
        stuck.add(alone)
        return []
    middle = len(batch) // 2
    for part in (batch[:middle], batch[middle:]):
        planned += _plan_all(_ready_to_plan([row.pk for row in part]), now, lease, stuck)
    return planned


def tried(do: Callable[[], object], what: str, pk: int | None) -> bool:
    """Do something, or nothing of it if it raises. Then the log is told which row was to blame, if it was one.

    Returns whether it was done. So one row does not stop the others.
    """
    try:
        with transaction.atomic():
            do()
    except (InterfaceError, OperationalError):  # the database is to blame, and no row
        raise
    except Exception as error:
        if pk is not None:
            log.error("planning: %s %s: %s", what, pk, type(error).__name__)
        return False
    return True


def _plan(batch: list[Any], now: datetime, lease: dict[str, Any]) -> list[Delivery]:
    held, too_late = holds.of(batch), _too_late(batch, now)
    ready = [row for row in batch if row.next_step_id and row.pk not in held and row.pk not in too_late]
    resting = silence.come_to_rest(ready, now)
    ready = [row for row in ready if row.pk not in resting]
    planned = _put_into_outbox(ready, lease)
    passed = [PassedStep(assignment_id=row.pk, step_id=row.next_step_id, at=now) for row in ready]
    insert_many(passed, "assignment_id")
    silence.count(ready, planned, now)
    leaving = {row.pk for row in ready}
    for row in batch:
        if row.pk in leaving or row.next_step_id is None:
            row.move_on(now, more=row.following_step_id is not None)
        elif row.pk not in resting:
            row.wait_for_next_slot(now)
    update_many(batch, Assignment.SCHEDULE)
    return planned


def _too_late(batch: list[Any], now: datetime) -> set[int]:
    """The ids of those whose window went by; or that were meant for another day than this one for their client, on
    which nothing may come, or on which their practitioner is away."""
    on_another_day = [
        as_of(row, now)
        for row in batch
        if row.sooner_at or row.next_on != local_day(now, row.client.time_zone)
    ]
    held = covering(on_another_day).keys() | times_away(on_another_day).keys()
    return held | {row.pk for row in batch if row.next_due_at <= now - WINDOW}


def _put_into_outbox(ready: list[Any], lease: dict[str, Any]) -> list[Delivery]:
    """The email of the next step of each, in their order: a new one, else the one that was called back before. One
    that is there and was not called back stays as it is: in its place stands one without an id.
    """
    domain = our_domain()
    rows = [Delivery.planned(row, row.next_step_id, row.next_due_at, domain, **lease) for row in ready]
    insert_many(rows, "assignment_id")
    called_back = {_key(row): row.due_at for row in rows if row.pk is None}
    revived = _revive(called_back) if called_back else {}
    return [revived.get(_key(row), row) for row in rows]


def _revive(moments: dict[tuple[int, int], datetime]) -> dict[tuple[int, int], Delivery]:
    """Let those that were called back leave after all, at the moment of their key. A reminder that was to follow one
    and has not left makes room for that of its new moment.
    """
    called_back = Delivery.objects.filter(
        assignment__in=[pk for pk, _ in moments], state__in=Delivery.CALLED_BACK, kind=Delivery.Kind.STEP
    )
    revived = {_key(row): row for row in called_back if _key(row) in moments}
    for key, delivery in revived.items():
        delivery.revive(moments[key])
    update_many(list(revived.values()), Delivery.REVIVED)
    not_left = (Notice.State.WAITING, Notice.State.WITHDRAWN)
    reminders = Notice.objects.filter(kind=Notice.Kind.REMINDER, delivery__in=list(revived.values()))
    reminders.filter(state__in=not_left).delete()
    return revived


def _key(delivery: Delivery) -> tuple[int, int]:
    """Its assignment and step: there is one such email at most."""
    return delivery.assignment_id, delivery.step_id


def call_back(now: datetime) -> int:
    """Take out of the outbox what could not leave in time or is no longer wanted; the step's turn comes again, unless
    it may have arrived already.

    Returns how many.
    """
    waiting = Delivery.objects.filter(state=Delivery.State.DUE)
    # As in most minutes; merely to prepare the query below costs the database more than all the rest of such a tick.
    if not waiting.exists():
        return 0
    welcome = Exists(waiting.welcome().filter(pk=OuterRef("pk")))
    today = Q(assignment__client__in=Blackout.objects.in_force(waiting.values("assignment__client"), now))
    rows = waiting.filter(Q(expires_at__lte=now) | ~welcome | today)
    rows = rows.select_related("assignment__client", "step")
    found = list(rows.defer("assignment__client__private_note"))
    for delivery in found:
        tried(partial(_call_back, delivery, now), "email", delivery.pk)
    return len(found)


def _call_back(delivery: Delivery, now: datetime) -> None:
    # The assignment first, as everywhere: two processes that lock in one order cannot block each other.
    assignment = Assignment.objects.select_for_update().get(pk=delivery.assignment_id)
    became = unsent(delivery.resent, *_why(delivery, now))
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DUE, resent=delivery.resent)
    # A step brought again had its turn before.
    if waiting.update(**became) and not delivery.resent and delivery.kind == Delivery.Kind.STEP:
        assignment.unpass(delivery.step, now)


def _why(delivery: Delivery, now: datetime) -> tuple[str, str]:
    if Suppression.objects.filter(address=delivery.client.email.lower()).exists():
        return Delivery.State.SUPPRESSED, reasons.SUPPRESSED
    if delivery.expires_at <= now:
        return Delivery.State.CANCELLED, reasons.TOO_LATE if delivery.resent else reasons.LAPSED
    if without_emails_today(delivery.client, now):
        return Delivery.State.CANCELLED, reasons.NOT_TODAY
    return Delivery.State.CANCELLED, reasons.UNWELCOME
