"""How everything that is running for a practitioner stands: read once, and then asked for today, the days and what
needs attention.

There may be thousands of assignments, and most have nothing to say. So rows that many share (clients, modules) are read
once, and what only a line on the page needs (the next step's title) is asked for those lines alone.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, calendar
from practice.assignments.passed import PassedStep
from practice.mailing.models import Suppression
from practice.mailing.suppressions import why_not
from practice.people.models import Client, Practitioner
from practice.replies.models import Reply
from practice.replies.worrying import is_read_first
from resources.models import Module

#: So many steps of one series without a reflection to anything are mentioned.
UNANSWERED = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """A running assignment, why nothing leaves (if so), and how many of its steps are left."""

    row: Assignment
    hold: Hold | None
    left: int

    @property
    def due_at(self) -> datetime | None:
        """When its next step leaves; None when there is none, or something holds it."""
        return self.row.next_due_at if self.left and self.hold is None else None

    def last_at(self) -> datetime | None:
        """When its last step leaves, if nothing comes between; None as well when no calendar goes that far."""
        if self.due_at is None or self.row.next_on is None:
            return None
        if self.left == 1:
            return self.due_at
        try:
            return calendar(self.row.rhythm, [""] * self.left, self.row.next_on)[-1].at
        except OverflowError:
            return None


@dataclass(frozen=True)
class Running:
    """All that is running for a practitioner's clients, the next to leave first.

    `clients` are all of theirs, by id, and `modules` those that run.
    """

    standings: list[Standing]
    clients: dict[int, Client]
    modules: dict[int, Module]

    @property
    def has_any_to_read_first(self) -> bool:
        """Whether a reflection of any of the clients is to be read first."""
        return any(client.is_read_first for client in self.clients.values())  # type: ignore[attr-defined]

    def idle_clients(self) -> set[int]:
        """The ids of those for whom nothing is running."""
        return self.clients.keys() - {standing.row.client_id for standing in self.standings}


def running(practitioner: Practitioner) -> Running:
    """Read it. Each row has its module, and its client as `has_agreed` and `last_wrote` ask for."""
    clients = _clients(practitioner)
    # By their ids: a join would tempt PostgreSQL to read through the assignments of all practitioners.
    those = Assignment.objects.running().filter(client__in=clients).with_blackout()
    passed = PassedStep.objects.filter(assignment=OuterRef("pk"))
    # Counted row by row, each by its own few entries of an index: asked for all at once, PostgreSQL would rather read
    # the whole table.
    count = passed.order_by().values("assignment").annotate(count=Count("*")).values("count")
    went_out = passed.filter(skipped=False).order_by("-at").values("at")
    those = those.annotate(
        behind=Coalesce(Subquery(count), 0), unanswered_since=Subquery(went_out[UNANSWERED - 1 : UNANSWERED])
    )
    rows: list[Any] = list(those.order_by("next_due_at", "pk"))
    modules = _modules({row.module_id for row in rows})
    client, module = Assignment._meta.get_field("client"), Assignment._meta.get_field("module")
    for row in rows:
        client.set_cached_value(row, clients[row.client_id])
        module.set_cached_value(row, modules[row.module_id])
    held = holds.of(rows)
    no_more = _passed_and_taken_out(rows, [pk for pk, each in modules.items() if each.taken_out])
    standings = [
        Standing(
            row,
            row.held(held.get(row.pk)),
            max(0, row.module.step_count - row.behind + no_more[row.pk]),
        )
        for row in rows
    ]
    return Running(standings, clients, modules)


def has_agreed(row: Assignment) -> bool:
    """Whether the client of one of these agreed to emails."""
    return bool(row.client.agreed)  # type: ignore[attr-defined]


def last_wrote(row: Assignment) -> datetime | None:
    """When the client of one of these last sent a reflection, if ever."""
    return cast("datetime | None", row.client.last_wrote)  # type: ignore[attr-defined]


def unwanted(client: Client) -> Suppression.Why | None:
    """Why the address of one of these clients must not be written to, if so."""
    return cast("Suppression.Why | None", client.suppression)  # type: ignore[attr-defined]


def titles(rows: Collection[Assignment]) -> dict[int, tuple[str | None, str | None]]:
    """The titles of the next step of each of these and of the one after it, by the assignment's id."""
    found = Assignment.objects.filter(pk__in={row.pk for row in rows}).with_next_two_titles().order_by()
    return {
        pk: (step, after)
        for pk, step, after in found.values_list("pk", "next_step_title", "following_step_title")
    }


def is_unanswered(row: Assignment) -> bool:
    """Whether UNANSWERED steps of one of these went out, or more, since its client last wrote."""
    since: datetime | None = row.unanswered_since  # type: ignore[attr-defined]
    wrote = last_wrote(row)
    return since is not None and (wrote is None or wrote < since)


def _modules(ids: Collection[int]) -> dict[int, Any]:
    """These modules by id, each with how many steps it has (`step_count`) and how many it has no more (`taken_out`)."""
    counted = Module.objects.order_by().annotate(
        step_count=Count("steps", filter=Q(steps__taken_out=False)),
        taken_out=Count("steps", filter=Q(steps__taken_out=True)),
    )
    return counted.in_bulk(ids)


def _passed_and_taken_out(rows: Sequence[Assignment], modules: Collection[int]) -> Counter[int]:
    """How many steps each of them passed that were taken out of its module afterwards: they are no longer sent.

    Asked only of these modules, of which some were.
    """
    if not modules:
        return Counter()
    passed = PassedStep.objects.filter(assignment__in=rows, step__module__in=modules, step__taken_out=True)
    return Counter(passed.values_list("assignment_id", flat=True))


def _clients(practitioner: Practitioner) -> dict[int, Client]:
    """The practitioner's clients by id, with what a line on the page may say of them."""
    wrote = Reply.objects.sent().filter(client=OuterRef("pk")).order_by("-sent_at").values("sent_at")[:1]
    clients = Client.objects.of(practitioner).knowing_consent()
    clients = clients.annotate(last_wrote=Subquery(wrote), is_read_first=is_read_first("pk"))
    clients = clients.only("practitioner", "name", "email", "time_zone", "archived_at", "handed_over_at")
    found = {}
    for client in clients.order_by():
        client.practitioner = practitioner
        found[client.pk] = cast(Client, client)
    suppressions = why_not(found.values())
    for client in found.values():
        client.suppression = suppressions.get(client.pk)  # type: ignore[attr-defined]
    return found
