"""Taking new assignments back, at the desk: which can be, until when, and the button that does it."""

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from practice.assignments import taking_back
from practice.assignments.models import Assignment
from practice.people.in_words import listed
from practice.people.models import Practitioner

MOST_NAMED = 5
TOO_LATE = gettext_noop(
    "The time to take it back is over. You can still stop it: then nothing more of it goes out."
)


@dataclass(frozen=True)
class New:
    """Assignments that were made together a moment ago, and the hour until which they can be taken back."""

    rows: list[Assignment]
    until: str

    @classmethod
    def of(cls, rows: Iterable[Assignment]) -> "New":
        rows = list(rows)
        return cls(rows, f"{timezone.localtime(rows[0].earliest_at):%H:%M}")

    @property
    def who(self) -> str:
        return named([row.client.name for row in self.rows])


def just_made(practitioner: Practitioner, now: datetime) -> list[New]:
    """What this practitioner assigned a moment ago, the latest first."""
    lately = Assignment.objects.of(practitioner).filter(created_at__gt=now - taking_back.window())
    # By their ids, which `assignment_by_client` tells: else PostgreSQL looks at every assignment of the practice.
    rows = Assignment.objects.filter(pk__in=lately.order_by().values("pk"))
    made = rows.select_related("client", "module").order_by("-created_at", "module", "client__name")
    together = groupby(made, key=lambda row: (row.created_at, row.module_id))
    return [New.of(group) for _, group in together]


def made_together(row: Assignment) -> list[Assignment]:
    """This one and those that one press of the button made with it."""
    same = Assignment.objects.filter(client__practitioner=row.owner_id())
    same = same.filter(module=row.module_id, created_at=row.created_at)
    return list(same.select_related("client", "module").order_by("client__name"))


def take_back(request: HttpRequest, rows: list[Assignment], now: datetime) -> Collection[int]:
    """Take them back, and say what was done. Returns the ids of those that were."""
    done = {row.pk: row.client.name for row in rows if taking_back.undo(copy(row), now)}
    if done:
        said = _("Taken back: “%(module)s” is no longer assigned to %(clients)s, and nothing was sent.")
        gaps = {"module": rows[0].module, "clients": named(list(done.values()))}
        messages.success(request, said % gaps)
    if len(done) < len(rows):
        messages.warning(request, _(TOO_LATE))
    return done.keys()


def named(names: list[str]) -> str:
    """ "Ada and Kei", or "12 clients"."""
    if len(names) <= MOST_NAMED:
        return listed(names)
    return ngettext("%(count)s client", "%(count)s clients", len(names)) % {"count": len(names)}
