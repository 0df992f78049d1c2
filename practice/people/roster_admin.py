"""The way to add many clients: a list, then what it comes to, then the confirmation that saves it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from practice.people.models import Client
from practice.people.newcomers import Ground, Intake, save, take_in
from practice.people.ownership import practitioner_of
from practice.people.roster import Table, Unreadable
from practice.people.roster_form import ColumnsForm, ListForm, moment_of
from practice.people.sheets import as_csv

Page = Callable[[HttpRequest, str, dict[str, Any]], HttpResponse]

#: How many rows of each kind the preview shows. The rows left out can be downloaded, all of them.
SHOWN = 100
SHOWN_LEFT_OUT = 500
CHANGED = gettext_noop(
    "Something has changed since you looked, so nobody is added yet. This is the list as it is now."
)
REASON = gettext_noop("Why it was left out")


def import_clients(request: HttpRequest, page: Page) -> HttpResponse:
    """GET shows the form; POST shows what a list comes to, sends the rows left out, or saves ("confirm").

    `page` renders a template of ours ("form", "preview") with a context. Between two pages nothing is kept anywhere.
    """
    if "text" in request.POST:
        try:
            return _second(request, ColumnsForm(request.POST), page)
        except Unreadable as why:
            messages.warning(request, _(str(why)))
            return redirect("admin:people_client_import")
    if request.method != "POST":
        initial = {"time_zone": practitioner_of(request).time_zone, "language": "en"}
        return page(request, "form", {"form": ListForm(initial=initial)})
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, "form", {"form": form})
    defaults = {name: form.cleaned_data[name] for name in ("time_zone", "language")}
    return _look(request, ColumnsForm({"text": form.text, **defaults, **form.columns()}), page)


def _second(request: HttpRequest, form: ColumnsForm, page: Page) -> HttpResponse:
    if "left_out" in request.POST and form.is_valid():
        return left_out_file(form.table, _intake(request, form, timezone.now()))
    if "confirm" in request.POST and form.is_valid():
        return _confirm(request, form, page)
    return _look(request, form, page)


def _look(request: HttpRequest, form: ColumnsForm, page: Page) -> HttpResponse:
    now = timezone.now()
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        intake = _intake(request, form, now)
        adding, agreed = len(intake.newcomers), sum(one.consent is not None for one in intake.newcomers)
        context |= {
            "intake": intake,
            "agreed": agreed,
            "counts": {
                "adding": f"{adding:,}",
                "agreed": f"{agreed:,}",
                "leaving": f"{len(intake.left_out):,}",
                "more": f"{adding - SHOWN:,}",
            },
            "newcomers": intake.newcomers[:SHOWN],
            "left_out": intake.left_out[:SHOWN_LEFT_OUT],
            "other_towns": any(one.town_is_unknown for one in intake.left_out),
            "seen": intake.fingerprint(),
            "looked_at": now.isoformat(),
        }
    return page(request, "preview", context)


def _confirm(request: HttpRequest, form: ColumnsForm, page: Page) -> HttpResponse:
    """Add what was shown, if it is still what would be added."""
    intake = _intake(request, form, timezone.now())
    if not intake.newcomers or intake.fingerprint() != request.POST.get("seen"):
        if _pressed_before(request, form):
            messages.info(request, _("These clients were added already. Nothing was done twice."))
            return redirect("admin:people_client_changelist")
        messages.warning(request, _(CHANGED))
        return _look(request, form, page)
    try:
        save(intake, practitioner_of(request))
    except IntegrityError:  # another window was quicker: look at everything anew
        return _confirm(request, form, page)
    count = len(intake.newcomers)
    done = ngettext(
        "%(count)s client is added. Nothing was sent to anyone.",
        "%(count)s clients are added. Nothing was sent to anyone.",
        count,
    )
    messages.success(request, done % {"count": f"{count:,}"})
    return redirect("admin:people_client_changelist")


def _pressed_before(request: HttpRequest, form: ColumnsForm) -> bool:
    """Whether this very confirmation has added all of its clients already, when it was pressed twice."""
    looked_at = moment_of(request.POST.get("looked_at", ""))
    if looked_at is None:
        return False
    then = _intake(request, form, timezone.now(), looked_at)
    added = {one.client.email.lower() for one in then.newcomers} & _own(request).keys()
    return then.fingerprint() == request.POST.get("seen") and 0 < len(added) == len(then.newcomers)


def _intake(request: HttpRequest, form: ColumnsForm, now: datetime, until: datetime | None = None) -> Intake:
    """What the list comes to; with `until`, as it was before clients came later than that."""
    data = form.cleaned_data
    ground = Ground(practitioner_of(request), data["time_zone"], data["language"], _own(request, until), now)
    return take_in(form.table, form.columns(), ground)


def _own(request: HttpRequest, until: datetime | None = None) -> dict[str, str]:
    """The names of one's own clients, by address. Nobody else's are asked for: that would tell of them."""
    own = Client.objects.of(practitioner_of(request))
    if until is not None:
        own = own.filter(created_at__lte=until)
    return {email.lower(): name for email, name in own.values_list("email", "name")}


def left_out_file(table: Table, intake: Intake) -> HttpResponse:
    """The rows left out as they stood, each with its reasons, to be corrected and added again."""
    width = len(table.headings)
    rows = [[*table.headings, _(REASON)]]
    for one in intake.left_out:
        cells = [*(one.row.cells or (one.row.text,))]
        why = _("Line %(number)s: %(reasons)s") % {"number": one.row.line, "reasons": " ".join(one.reasons)}
        rows.append([*cells, *[""] * (width - len(cells)), why])
    response = HttpResponse(as_csv(rows, table.separator), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return response
