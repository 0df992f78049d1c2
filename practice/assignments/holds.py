"""What holds an assignment apart from its own state.

Rooms above this one add their reasons: with `of_client` what holds all that a client receives, whenever it is due, and
with `reason` what depends on the assignment or on its next moment.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import CharField, EmailField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from practice.assignments.outlook import Hold, Invited, held_by_agreement, held_by_closed_account
from practice.people.models import Client, Consent, Practitioner

if TYPE_CHECKING:
    from practice.assignments.models import Assignment

Clients = Mapping[int, Client]
OfClient = Callable[[Clients], dict[int, Hold]]
Reason = Callable[[Sequence["Assignment"]], dict[int, Hold]]
_of_clients: list[OfClient] = []
_reasons: list[Reason] = []


def of_client(find: OfClient) -> OfClient:
    """Register a function from clients, by id, to what holds all that is theirs, by the client's id. Earlier ones take
    precedence, and all of these take it over the reasons of one assignment.
    """
    _of_clients.append(find)
    return find


def reason(find: Reason) -> Reason:
    """Register a function from assignments to what holds them, by id. Earlier ones take precedence."""
    _reasons.append(find)
    return find


def of(assignments: Sequence["Assignment"]) -> dict[int, Hold]:
    """The first reason for each assignment that is held, by id. One pass for the whole set."""
    clients = {row.client_id: row.client for row in assignments}
    theirs: dict[int, Hold] = {}
    for find in _of_clients:
        theirs = find(clients) | theirs
    held = {row.pk: theirs[row.client_id] for row in assignments if row.client_id in theirs}
    for look in _reasons:
        held = look(assignments) | held
    return held


@of_client
def closed_account(clients: Clients) -> dict[int, Hold]:
    """Clients of a practitioner whose account is closed, where whoever closed it chose that emails wait."""
    owner = Client._meta.get_field("practitioner")
    known = {one.practitioner_id: one.practitioner for one in clients.values() if owner.is_cached(one)}
    others = {one.practitioner_id for one in clients.values()} - known.keys()
    asked = Practitioner.objects.filter(pk__in=others, is_active=False) if others else ()
    names = {one.pk: one.name for one in (*known.values(), *asked) if not (one.is_active or one.series_go_on)}
    return {
        pk: held_by_closed_account(names[client.practitioner_id])
        for pk, client in clients.items()
        if client.practitioner_id in names
    }


# --- Agreement --------------------------------------------------------------------------------------


class Told(NamedTuple):
    """One thing that is known of whether a client wants emails: a consent, or (else `kind` is its state) an invitation.

    `ended_at` is when they took it back, or said no. `address` is where an invitation went.
    """

    client_id: int
    kind: str
    at: datetime
    ended_at: datetime | None
    address: str


Find = Callable[[Collection[int]], QuerySet[Any, Any]]
_invitations: list[Find] = []


def invitations(find: Find) -> Find:
    """Register what finds the invitations that count, of clients by id, in the columns of Told. It is asked in one
    statement with the consents, as nobody may ask more often for it.
    """
    _invitations.append(find)
    return find


@of_client
def agreement(clients: Clients) -> dict[int, Hold]:
    """Clients who have not agreed to emails, or took it back."""
    # Of those that were read with `knowing_consent` it is known who agreed.
    clients = {pk: client for pk, client in clients.items() if not vars(client).get("agreed")}
    told = _told(clients) if clients else {}
    return {pk: hold for pk, client in clients.items() if (hold := _without(client, told[pk]))}


def _told(clients: Collection[int]) -> dict[int, list[Told]]:
    consents = Consent.objects.filter(client__in=clients).order_by()
    columns = consents.annotate(
        kind=Cast(Value("consent"), CharField(max_length=10)), address=Cast(Value(""), EmailField())
    ).values_list("client_id", "kind", "given_at", "withdrawn_at", "address")
    found = defaultdict(list)
    for row in columns.union(*(find(clients) for find in _invitations), all=True):
        found[row[0]].append(Told(*row))
    return found


def _without(client: Client, told: list[Told]) -> Hold | None:
    consents = [one.ended_at for one in told if one.kind == "consent"]
    if None in consents:
        return None
    taken_back = max((at for at in consents if at), default=None)
    # Only what came after they took it back tells more than that; and nothing that went to an address of before.
    since = [
        one
        for one in told
        if one.kind != "consent"
        and one.address.lower() in ("", client.email.lower())
        and (taken_back is None or (one.ended_at or one.at) >= taken_back)
    ]
    last = max(since, key=attrgetter("at"), default=None)
    return held_by_agreement(client.name, False, taken_back is not None, last and _invited(last))


def _invited(told: Told) -> Invited:
    declined_on = timezone.localdate(told.ended_at) if told.ended_at else None
    return Invited(timezone.localdate(told.at), bool(told.address), declined_on)
