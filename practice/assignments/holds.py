"""What holds an assignment apart from its own state. Rooms above this one add their reasons with `reason`."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from practice.assignments.outlook import Hold, held_by_agreement
from practice.people.models import Client, Consent

if TYPE_CHECKING:
    from practice.assignments.models import Assignment

Reason = Callable[[Sequence["Assignment"]], dict[int, Hold]]
_reasons: list[Reason] = []


def reason(find: Reason) -> Reason:
    """Register a function from assignments to what holds them, by id. Earlier ones take precedence."""
    _reasons.append(find)
    return find


def of(assignments: Sequence["Assignment"]) -> dict[int, Hold]:
    """The first reason for each assignment that is held, by id. One pass for the whole set."""
    held: dict[int, Hold] = {}
    for find in _reasons:
        held = find(assignments) | held
    return held


@reason
def agreement(assignments: Sequence["Assignment"]) -> dict[int, Hold]:
    """Clients who have not agreed to emails, or took it back."""
    clients = {row.client_id for row in assignments}
    agreed = set(Client.objects.with_consent().filter(pk__in=clients).values_list("pk", flat=True))
    withdrawn = set(Consent.objects.filter(client__in=clients - agreed).values_list("client_id", flat=True))
    found = {}
    for row in assignments:
        if hold := held_by_agreement(row.client.name, row.client_id in agreed, row.client_id in withdrawn):
            found[row.pk] = hold
    return found
