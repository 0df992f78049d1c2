"""What this room adds to clients: a filter of their list, and what ends when one is archived."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments import holds
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold
from practice.people import archiving, client_filters
from practice.people.models import Client

State = Assignment.State


@client_filters.also
class Receives(admin.SimpleListFilter):
    """Whether a series runs for them. It may be held all the same, for which there are many reasons."""

    title = gettext_lazy("series")
    parameter_name = "receives"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("something", _("A series runs")), ("rests", _("Resting")), ("nothing", _("None"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        active, paused = (
            Exists(Assignment.objects.filter(client=OuterRef("pk"), state=state))
            for state in (State.ACTIVE, State.PAUSED)
        )
        if self.value() == "something":
            return queryset.filter(active)
        if self.value() == "rests":
            return queryset.filter(paused, ~active)
        return queryset.filter(~active, ~paused) if self.value() == "nothing" else queryset


def running_titles(client: Client) -> list[str]:
    """The modules that a client is receiving, or rests from."""
    running = Assignment.objects.running().filter(client=client).order_by("created_at", "pk")
    return list(running.values_list("module__title", flat=True))


def stop_all(client: Client, now: datetime) -> None:
    """Stop whatever could still bring an email: also a finished series, whose last one may be about to leave."""
    for row in Assignment.objects.filter(client=client).exclude(state=State.STOPPED).order_by("pk"):
        row.stop(now)


archiving.ends(running_titles, stop_all)


@holds.of_client
def archived(clients: holds.Clients) -> dict[int, Hold]:
    """Clients who are archived: they may press “carry on” behind an old link, and nothing leaves by it."""
    return {
        pk: Hold(
            _("%(client)s is archived.") % {"client": client.name},
            _("Nothing leaves before you bring %(client)s back, on their page.") % {"client": client.name},
        )
        for pk, client in clients.items()
        if client.archived_at
    }
