"""The practice at a glance, for whoever runs it: counts and what became of emails, and nothing about any client."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.desk.emails import SPOKEN_OF
from practice.desk.models import Erasure
from practice.mailing.models import Delivery
from practice.people.models import Client, Practitioner
from practice.people.ownership import practitioner_of

State = Delivery.State


@dataclass(frozen=True)
class Row:
    """One practitioner in numbers. `emails` are those of this week: (state in words, how many). `erased` are clients of
    whom nothing is kept any more.
    """

    practitioner: Practitioner
    clients: int
    series: int
    emails: list[tuple[str, int]]
    in_trouble: int
    erased: int


def overview(now: datetime) -> list[Row]:
    """Every practitioner, by name, in six queries. The week begins on Monday, on the clock in force."""
    local = timezone.localtime(now)
    monday = timezone.make_aware(datetime.combine(local.date() - timedelta(days=local.weekday()), time.min))
    clients = _counted(Client.objects.order_by(), "practitioner")
    series = _counted(Assignment.objects.running().order_by(), "client__practitioner")
    lately = Q(state__in=(State.FAILED, State.BOUNCED, State.COMPLAINED), due_at__gte=now - SPOKEN_OF)
    troubled = Delivery.objects.filter(Q(state=State.UNCERTAIN) | lately).order_by()
    in_trouble = _counted(troubled, "assignment__client__practitioner")
    erased = _counted(Erasure.objects.order_by(), "practitioner")
    week = _by_state(monday, now)
    return [
        Row(
            one,
            clients.get(one.pk, 0),
            series.get(one.pk, 0),
            week.get(one.pk, []),
            in_trouble.get(one.pk, 0),
            erased.get(one.pk, 0),
        )
        for one in Practitioner.objects.order_by("name", "pk")
    ]


def _counted(rows: Any, path: str) -> dict[int, int]:
    return dict(rows.values_list(path).annotate(Count("pk")))


def _by_state(since: datetime, until: datetime) -> dict[int, list[tuple[str, int]]]:
    """For each practitioner, in the order in which emails go from state to state."""
    path = "assignment__client__practitioner"
    emails = Delivery.objects.filter(due_at__gte=since, due_at__lte=until).order_by()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for practitioner, state, count in emails.values_list(path, "state").annotate(Count("pk")):
        found[practitioner][state] = count
    return {
        practitioner: [(str(state.label), counts[state]) for state in State if state in counts]
        for practitioner, counts in found.items()
    }


def overview_page(request: HttpRequest) -> HttpResponse:
    """For superusers alone."""
    if not practitioner_of(request).is_superuser:
        raise PermissionDenied
    context = {"title": _("The practice this week"), "rows": overview(timezone.now())}
    return render(request, "admin/overview.html", {**admin.site.each_context(request), **context})
