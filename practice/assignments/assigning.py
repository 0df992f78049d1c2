"""The way to assign a module: a form, then the whole calendar, then the confirmation that saves it."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from practice.assignments import taking_back
from practice.assignments.assign_form import AssignForm
from practice.assignments.kept_free import away_in_words, kept_free, passed_over
from practice.assignments.models import Assignment
from practice.assignments.outlook import place, spoken_day
from practice.assignments.preview import Group, fingerprint, preview
from practice.assignments.schedule import Rhythm
from practice.people import audit
from practice.people.away import Away
from practice.people.in_words import listed
from practice.people.models import Client
from practice.people.ownership import practitioner_of
from resources import cautions

Page = Callable[[HttpRequest, str, dict[str, Any]], HttpResponse]

CHANGED = gettext_noop(
    "Something has changed since you looked, so nothing is saved yet. This is the calendar as it is now."
)


def assign(request: HttpRequest, page: Page) -> HttpResponse:
    """GET shows the form; POST shows it again with what is wrong, or the calendar, or saves ("confirm").

    `page` renders a template of ours with a context. Raises Http404 for ids that are not the practitioner's own.
    """
    now, owner = timezone.now(), practitioner_of(request)
    if request.method != "POST":
        initial = AssignForm.suggestion(now, owner) | chosen_before(request)
        if len(initial["clients"]) == 1:
            initial |= AssignForm.liked_by(Client.objects.get(pk=initial["clients"][0]), now)
        return page(request, "form", {"form": AssignForm(owner, now, initial=initial)})
    form = AssignForm(owner, now, request.POST)
    valid = form.is_valid()
    if form.names_a_stranger():
        raise Http404
    if "confirm" in request.POST and (done := pressed_before(form)):
        messages.info(request, _("This was assigned already. Nothing was done twice."))
        return _afterwards(done)
    if not valid or "change" in request.POST:
        return page(request, "form", {"form": form})
    groups = _groups(form, owner, now)
    if "confirm" in request.POST:
        if request.POST.get("seen") == fingerprint(groups):
            try:
                return _save(request, form, now)
            except IntegrityError:  # another window was quicker: look at everything anew
                return assign(request, page)
        messages.warning(request, _(CHANGED))
    return page(request, "preview", _preview_context(form, groups, owner))


def chosen_before(request: HttpRequest) -> dict[str, Any]:
    """The module and clients that a link names ("?module=3&clients=5,8"). Raises Http404 unless all are own rows."""
    fields = AssignForm(practitioner_of(request), timezone.now()).fields
    chosen: dict[str, Any] = {}
    for name in ("module", "clients"):
        ids = [pk for pk in request.GET.get(name, "").split(",") if pk]
        if not all(pk.isascii() and pk.isdigit() and len(pk) < 19 for pk in ids):
            raise Http404
        rows = fields[name].queryset.filter(pk__in=ids)  # type: ignore[attr-defined]
        if rows.count() != len(set(ids)):
            raise Http404
        chosen[name] = [row.pk for row in rows]
    chosen["module"] = next(iter(chosen["module"]), None)
    return chosen


def pressed_before(form: AssignForm) -> list[Assignment]:
    """The assignments that this very confirmation has made already, when it was pressed twice. Else empty."""
    data = form.data
    same = Assignment.objects.running().filter(
        module=form.cleaned_data.get("module"),
        client__in=data.getlist("clients"),  # type: ignore[attr-defined]
    )
    if form.errors.keys() - {"clients"} or "module" not in form.cleaned_data:
        return []
    made = [row for row in same if {key: getattr(row, key) for key in form.begins()} == form.begins()]
    return made if len(made) == len(set(data.getlist("clients"))) else []  # type: ignore[attr-defined]


def _groups(form: AssignForm, owner: Any, now: datetime) -> list[Group]:
    chosen = form.cleaned_data
    steps = list(chosen["module"].steps.in_use().order_by("position", "pk").values_list("title", flat=True))
    clients = chosen["clients"]
    series = [
        (client, chosen["module"], Rhythm(**form.begins(), zone=client.time_zone)) for client in clients
    ]
    without = dict(zip((client.pk for client in clients), kept_free(series), strict=True))
    return preview(steps, clients, form.begins(), owner.time_zone, now, taking_back.window(), without)


def _times_away(form: AssignForm, groups: list[Group], owner: int) -> list[str]:
    """The times away that the calendar passes over, in words."""
    if not form.cleaned_data["module"].holds_while_away:
        return []
    times = Away.objects.of_each([owner]).get(owner, [])
    ends = {zone: group.planned[-1].day for group in groups if group.planned for zone in group.zones}
    found = [
        passed_over(times, Rhythm(**form.begins(), zone=zone), last) for zone, last in sorted(ends.items())
    ]
    return [away_in_words(time) for time in times if any(time in those for those in found)]


def _preview_context(form: AssignForm, groups: list[Group], owner: Any) -> dict[str, Any]:
    chosen, begins = form.cleaned_data, form.begins()
    silent = [client.name for client in chosen["clients"] if not client.agreed]
    return {
        "form": form,
        "groups": groups,
        "seen": fingerprint(groups),
        "module": chosen["module"],
        "clients": chosen["clients"],
        "note": chosen["note"],
        "notices": any(client.discretion == Client.Discretion.NOTICE for client in chosen["clients"]),
        "waits": form.weeks_to_wait(),
        "minutes": settings.HOLD_MINUTES,
        "own_place": place(owner.time_zone),
        "away": _times_away(form, groups, owner.pk),
        "silent": listed(_a_few(silent)) if silent else "",
        "silent_count": len(silent),
        "rhythm": _rhythm(**begins),
        "shifted": spoken_day(begins["first_on"]) if begins["first_on"] != chosen["first"] else "",
        "asked": spoken_day(chosen["first"]),
        "cautions": cautions.of(chosen["module"], {client.language for client in chosen["clients"]}),
    }


def _rhythm(first_on: date, at: time, every_weeks: int) -> str:
    said = ngettext(
        "%(weekday)ss at %(hour)s on each client’s own clock, every week",
        "%(weekday)ss at %(hour)s on each client’s own clock, every %(weeks)s weeks",
        every_weeks,
    )
    if every_weeks == 2:
        said = _("%(weekday)ss at %(hour)s on each client’s own clock, every other week")
    return said % {"weekday": WEEKDAYS[first_on.weekday()], "hour": f"{at:%H:%M}", "weeks": every_weeks}


def _a_few(names: list[str], most: int = 5) -> list[str]:
    more = len(names) - most
    if more <= 1:
        return names
    return [*names[:most], ngettext("%(count)s other", "%(count)s others", more) % {"count": more}]


def _save(request: HttpRequest, form: AssignForm, now: datetime) -> HttpResponse:
    module, clients = form.cleaned_data["module"], form.cleaned_data["clients"]
    more = {"note": form.cleaned_data["note"], "wait_weeks": form.weeks_to_wait()}
    with transaction.atomic():
        made = [Assignment.begin(client, module, now=now, **form.begins(), **more) for client in clients]
        audit.note_each(practitioner_of(request), audit.Action.ADDED, ((row, row.client) for row in made))
    if len(made) == 1:
        said = _("%(client)s is assigned “%(module)s”. Nothing has been sent yet.")
    else:
        said = ngettext(
            "“%(module)s” is assigned to %(count)s client. Nothing has been sent yet.",
            "“%(module)s” is assigned to %(count)s clients. Nothing has been sent yet.",
            len(made),
        )
    messages.success(request, said % {"module": module, "client": clients[0].name, "count": len(made)})
    return _afterwards(made)


def _afterwards(made: list[Assignment]) -> HttpResponse:
    if len(made) == 1:
        return redirect("admin:assignments_assignment_change", made[0].pk)
    module = f"?module__id__exact={made[0].module_id}"
    return redirect(reverse("admin:assignments_assignment_changelist") + module)
