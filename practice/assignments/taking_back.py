"""For some minutes, what was just decided can be taken back; nothing of it leaves before they are over."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from practice.assignments.models import Assignment


def window() -> timedelta:
    """For how long something can be taken back."""
    return timedelta(minutes=settings.HOLD_MINUTES)


def may_be_undone(row: "Assignment", now: datetime) -> bool:
    """Whether an assignment is so new that nothing of it can have left."""
    return now < row.earliest_at and not row.passed.filter(skipped=False).exists()


def undo(row: "Assignment", now: datetime) -> bool:
    """Take a new assignment back, whole, as if it had never been made. Returns whether that changed anything."""
    with row.locked():
        if not may_be_undone(row, now):
            return False
        row.delete()
        return True


def may_be_unsent(row: "Assignment", now: datetime) -> bool:
    """Whether the next step was asked to leave before its slot, and that moment is still to come."""
    return row.state == row.State.ACTIVE and row.sooner_at is not None and now < row.sooner_at


def unsend(row: "Assignment", now: datetime) -> bool:
    """Let the next step, asked to leave before its slot, wait for it again. Returns whether that changed anything."""
    with row.locked():
        if not may_be_unsent(row, now):
            return False
        row.wait_for_next_slot(now)
        row.save(update_fields=row.SCHEDULE)
        return True
