"""What a client changes of a series stands in their trail."""

from collections.abc import Callable

from django.db import transaction

from practice.assignments.models import Assignment
from practice.people import audit


@transaction.atomic
def noted(row: Assignment, change: Callable[[Assignment], bool]) -> bool:
    """Do what the client asks for with this series, and keep in their trail that they did. Returns what `change`
    returns: whether that changed anything."""
    done = change(row)
    if done:
        audit.note(None, audit.Action.CHANGED, row, row.client)
    return done
