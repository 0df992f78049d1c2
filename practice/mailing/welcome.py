"""What keeps an email back although its client wants it. Rooms above this one add their conditions with `unless`."""

from collections.abc import Callable

from django.db.models import Exists

Condition = Callable[[], Exists]
_conditions: list[Condition] = []


def unless(condition: Condition) -> Condition:
    """A condition on a delivery, whose columns it names by OuterRef: while it holds, none leaves."""
    _conditions.append(condition)
    return condition


def conditions() -> list[Exists]:
    """Each for the query that is about to be made."""
    return [condition() for condition in _conditions]
