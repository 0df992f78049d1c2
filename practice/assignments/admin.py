"""Assignments at the desk: the list, the page of one, and the one way to make them."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError, transaction
from django.forms.widgets import Media, Script
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.assignments import doorbell, holds, taking_back
from practice.assignments.assigning import assign
from practice.assignments.course import course
from practice.assignments.first_note import FirstNote
from practice.assignments.leaving import LeavesFilter
from practice.assignments.models import Assignment
from practice.assignments.move import Move
from practice.assignments.moves import MOVES, BringBack
from practice.assignments.outlook import place
from practice.assignments.preview import lines_of
from practice.assignments.rewording import (
    WordingForm,
    as_it_is,
    keep,
    take_modules_words,
    wording_of,
)
from practice.assignments.undoing import New, just_made, made_together, take_back
from practice.people import audit
from practice.people.owned_admin import OwnedAdmin
from practice.people.ownership import is_for_a_list, practitioner_of

EDITOR_MEDIA = Media(css={"all": ["resources/review.css"]}, js=["resources/editor.js"])
NOT_POSSIBLE = gettext_noop(
    "Nothing was changed: things had moved on in the meantime. This is how they stand now."
)


@admin.register(Assignment)
class AssignmentAdmin(OwnedAdmin):
    list_display = ("client", "module", "next_up", "shown_state")
    list_display_links = ("client", "module")
    list_filter = ("state", LeavesFilter, "module")
    list_select_related = ("client__practitioner", "module")
    list_per_page = 30  # each takes three lines: fifty would be a long way to scroll
    search_fields = ("client__name", "client__email", "module__title")
    search_help_text = gettext_lazy("Search by client or module")
    actions = None

    class Media:
        css = {"all": ("desk/assignments.css",)}
        js = (Script("desk/assign.js", defer=True),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what was sent and answered hangs on it: it is stopped instead

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<path:object_id>/do/<slug:slug>/", self.move_view, name="assignments_assignment_move"),
            path(
                "<path:object_id>/wording/<int:step>/",
                self.wording_view,
                name="assignments_assignment_wording",
            ),
            path("<path:object_id>/undo/", self.undo_view, name="assignments_assignment_undo"),
            path(
                "<path:object_id>/return/<int:step>/", self.return_view, name="assignments_assignment_return"
            ),
        ]
        for url in own:
            url.callback = self.admin_site.admin_view(url.callback)
        return [*own, *super().get_urls()]

    # --- The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, below what was assigned a moment ago and can still be taken back."""
        new = just_made(practitioner_of(request), timezone.now())
        return super().changelist_view(request, {"just_made": new, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> Any:
        # The private note would be decrypted for nothing.
        rows = super().get_queryset(request).with_next_step().defer("client__private_note")
        # Whoever is archived is out of every list; each page of theirs still opens.
        return rows.filter(client__archived_at=None) if is_for_a_list(request) else rows

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Those that leave on one day in the order in which they leave."""
        by_time = ("next_due_at", "pk")
        return by_time if LeavesFilter.parameter_name in request.GET else super().get_ordering(request)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        held = holds.of(list(changelist.result_list))
        for row in changelist.result_list:
            row.seen = row.look_ahead(row.next_step_title, held.get(row.pk), {})
        return changelist

    @admin.display(description=gettext_lazy("Next up"), ordering="next_due_at")
    def next_up(self, row: Any) -> SafeString | str:
        """The next step and its hour on both clocks, or why nothing leaves."""
        seen = row.seen
        if seen.hold:
            calls = "assignment-held" if _needs_somebody(row) else ""
            return format_html('<span class="{}">{}</span>', calls, seen.hold.why)
        own = seen.practitioner_time if seen.practitioner_time != seen.client_time else ""
        return format_html(
            "{}<br>{}{}", seen.step, seen.client_time, format_html("<br>{}", own) if own else ""
        )

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def shown_state(self, row: Any) -> str:
        if _needs_somebody(row):
            return _("Held")
        return str(row.State(row.state).label)  # get_state_display translates all of them to find one

    # --- Assigning

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The one way to make an assignment."""
        return assign(request, self._assign_page)

    def _assign_page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        title = _("Assign a module") if name == "form" else _("Look at it before anything is saved")
        status = 422 if name == "form" and context["form"].errors else 200
        return self._page(request, f"assign_{name}", title, context, status)

    # --- One assignment

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How it stands, and what can be done."""
        row = self.own_or_404(request, object_id)
        now = timezone.now()
        moves = [move for move in self._moves(row, now) if move.offered() and not move.obstacle()]
        context = {
            "row": row,
            "outlook": row.outlook(),
            "steps": course(row, now),
            "moves": [move for move in moves if not move.at_once],
            "at_once": [move for move in moves if move.at_once],
            "new": New.of([row]) if taking_back.may_be_undone(row, now) else None,
            "leaving": row.sooner_at is not None and row.sooner_at <= now,
        }
        context["note"] = FirstNote.objects.filter(assignment=row).first()
        return self._page(request, "page", str(row), context)

    def move_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """GET says what the move means; POST does it, if things are still as they were shown."""
        row = self.own_or_404(request, object_id)
        if slug not in MOVES:
            raise Http404
        step = row.next_step()
        move = MOVES[slug](row, timezone.now(), step)
        if not move.offered() or (request.method == "POST" and request.POST.get("step", "") != _pk(step)):
            messages.warning(request, _(NOT_POSSIBLE))
            return self._to(row)
        form = move.form(request.POST if request.method == "POST" else None)
        context = {"row": row, "move": move, "form": form, "step_id": _pk(step), "stands": _stands(row)}
        if request.method != "POST" or move.obstacle() or (form and not form.is_valid()):
            return self._page(request, "move", move.button, context, 422 if form and form.errors else 200)
        answers = form.cleaned_data if form else {}
        planned = move.calendar(answers)
        if planned and "looked" not in request.POST:
            own_zone = practitioner_of(request).time_zone
            context["lines"] = lines_of(planned, row.rhythm, own_zone, row.earliest_at)
            context["notes"] = move.notes(answers, planned)
            context["own_place"] = place(own_zone)
            return self._page(request, "move_preview", move.button, context)
        self._do(request, move, answers)
        return self._to(row)

    @transaction.atomic
    def _do(self, request: HttpRequest, move: Move, answers: dict[str, Any]) -> None:
        try:
            with move.row.locked():
                stood = request.POST.get("stands", _stands(move.row))
                acted = stood == _stands(move.row) and move.act(answers)
        except IntegrityError:  # the same module was assigned to this client a moment ago
            acted = False
        if acted and move.leaves_now():
            doorbell.ring_after_commit()
        self._said(request, move.row, move.done() if acted else "")

    def wording_view(self, request: HttpRequest, object_id: str, step: int) -> HttpResponse:
        """Change the email of a step to come for this client alone, or take the module's words again."""
        row = self.own_or_404(request, object_id)
        found = row.module.steps.filter(pk=step).first()
        if found is None:
            raise Http404
        form = WordingForm(request.POST if request.method == "POST" else None, initial=as_it_is(row, found))
        to_drop = "as_module" in request.POST
        if to_drop and ((done := take_modules_words(form, row, found)) or not form.asks):
            said = _("“%(step)s” goes out as the module has it.") % {"step": found}
            self._said(request, row, said if done else "")
            return self._to(row)
        if not to_drop and form.is_valid() and keep(form, row, found):
            said = _("“%(step)s” is changed for %(client)s alone. The module stays as it is.")
            self._said(request, row, said % {"step": found, "client": row.client})
            return self._to(row)
        if request.method != "POST" and not row.remaining_steps().filter(pk=step).exists():
            self._said(request, row, "")
            return self._to(row)
        context = {
            "row": row,
            "step": found,
            "form": form,
            "is_own": wording_of(row, found) is not None,
            "media": self.media + form.media + EDITOR_MEDIA,
        }
        title = _("“%(step)s” for %(client)s alone") % {"step": found, "client": row.client}
        return self._page(request, "wording", title, context, 422 if form.errors else 200)

    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a new assignment back; with "together", also those that were made with it. Only a POST does."""
        row = self.own_or_404(request, object_id)
        if request.method != "POST":
            return self._to(row)
        rows = made_together(row) if "together" in request.POST else [row]
        done = take_back(request, rows, timezone.now())
        for one in rows:
            if one.pk in done:
                audit.note(practitioner_of(request), audit.Action.TOOK_BACK, one, one.client)
                self.log_change(request, one, gettext_noop("Taken back before anything was sent."))
        return redirect("admin:assignments_assignment_changelist") if row.pk in done else self._to(row)

    def return_view(self, request: HttpRequest, object_id: str, step: int) -> HttpResponse:
        """GET says what it means that a skipped step comes back; POST brings it."""
        row = self.own_or_404(request, object_id)
        passed = (
            row.passed.filter(step=step, skipped=True, step__taken_out=False).select_related("step").first()
        )
        if passed is None:
            raise Http404
        move = BringBack(row, timezone.now(), passed.step)
        if request.method != "POST" or move.obstacle():
            context = {"row": row, "move": move, "stands": _stands(row)}
            return self._page(request, "move", move.button, context)
        self._do(request, move, {})
        return self._to(row)

    # --- How

    def _moves(self, row: Assignment, now: datetime) -> list[Move]:
        step = row.next_step()
        moves = [move(row, now, step) for move in MOVES.values()]
        return sorted(moves, key=lambda move: not move.is_main)

    def _said(self, request: HttpRequest, row: Assignment, done: str) -> None:
        """Say what was done, and keep it; if nothing was, say that."""
        if not done:
            messages.warning(request, _(NOT_POSSIBLE))
            return
        audit.note(practitioner_of(request), audit.Action.CHANGED, row, row.client)
        self.log_change(request, row, done)
        messages.success(request, done)

    def _to(self, row: Assignment) -> HttpResponse:
        return redirect("admin:assignments_assignment_change", row.pk)

    def _page(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        shared = {"title": title, "opts": self.opts, "media": self.media, "has_permission": True}
        template = f"admin/assignments/assignment/{name}.html"
        return TemplateResponse(
            request, template, {**self.admin_site.each_context(request), **shared, **context}, status=status
        )


def _needs_somebody(row: Any) -> bool:
    """Whether a row of the list goes out by its state, and nothing leaves before somebody does something."""
    hold = row.seen.hold
    return hold is not None and not hold.quiet and row.state == Assignment.State.ACTIVE


def _stands(row: Assignment) -> str:
    """Goes along with a form: what its client may change meanwhile, and nobody shall undo without having seen it."""
    return f"{row.state} {row.state_by} {row.paused_until or ''}"


def _pk(step: Any) -> str:
    return str(step.pk) if step else ""
