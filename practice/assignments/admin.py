"""Assignments at the desk: the list, the page of one, and the one way to make them."""

from typing import Any

from django.contrib import admin, messages
from django.db import IntegrityError
from django.forms.widgets import Script
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from practice.assignments import doorbell, holds
from practice.assignments.assigning import assign
from practice.assignments.course import course
from practice.assignments.models import Assignment
from practice.assignments.moves import MOVES, Move, SendNow
from practice.people.owned_admin import OwnedAdmin

NOT_POSSIBLE = "Nothing was changed: things had moved on in the meantime. This is how they stand now."


@admin.register(Assignment)
class AssignmentAdmin(OwnedAdmin):
    list_display = ("client", "module", "next_up", "shown_state")
    list_display_links = ("client", "module")
    list_filter = ("state", "module")
    list_select_related = ("client__practitioner", "module")
    search_fields = ("client__name", "client__email", "module__title")
    search_help_text = "Search by client or module"
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
                "<path:object_id>/return/<int:step>/", self.return_view, name="assignments_assignment_return"
            ),
        ]
        for url in own:
            url.callback = self.admin_site.admin_view(url.callback)
        return [*own, *super().get_urls()]

    # --- The list

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_next_step()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        held = holds.of(list(changelist.result_list))
        for row in changelist.result_list:
            row.seen = row.look_ahead(row.next_step_title, held.get(row.pk))
        return changelist

    @admin.display(description="Next up", ordering="next_due_at")
    def next_up(self, row: Any) -> SafeString | str:
        """The next step and its hour on both clocks, or why nothing leaves."""
        seen = row.seen
        if seen.hold:
            calls = "assignment-held" if row.state == Assignment.State.ACTIVE else ""
            return format_html('<span class="{}">{}</span>', calls, seen.hold.why)
        own = seen.practitioner_time if seen.practitioner_time != seen.client_time else ""
        return format_html(
            "{}<br>{}{}", seen.step, seen.client_time, format_html("<br>{}", own) if own else ""
        )

    @admin.display(description="State", ordering="state")
    def shown_state(self, row: Assignment) -> str:
        return row.get_state_display()

    # --- Assigning

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The one way to make an assignment."""
        return assign(request, self._assign_page)

    def _assign_page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        title = "Assign a module" if name == "form" else "Look at it before anything is saved"
        status = 422 if name == "form" and context["form"].errors else 200
        return self._page(request, f"assign_{name}", title, context, status)

    # --- One assignment

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How it stands, and what can be done."""
        row = self.own_or_404(request, object_id)
        moves = [move for move in self._moves(row) if move.offered() and not move.obstacle()]
        context = {"row": row, "outlook": row.outlook(), "steps": course(row), "moves": moves}
        return self._page(request, "page", str(row), context)

    def move_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """GET says what the move means; POST does it, if things are still as they were shown."""
        row = self.own_or_404(request, object_id)
        if slug not in MOVES:
            raise Http404
        step = row.next_step()
        move = MOVES[slug](row, timezone.now(), step)
        if not move.offered() or (request.method == "POST" and request.POST.get("step", "") != _pk(step)):
            messages.warning(request, NOT_POSSIBLE)
            return self._to(row)
        form = move.form(request.POST if request.method == "POST" else None)
        if request.method != "POST" or move.obstacle() or (form and not form.is_valid()):
            context = {"row": row, "move": move, "form": form, "step_id": _pk(step)}
            return self._page(request, "move", move.button, context, 422 if form and form.errors else 200)
        self._do(request, move, form.cleaned_data if form else {})
        return self._to(row)

    def _do(self, request: HttpRequest, move: Move, answers: dict[str, Any]) -> None:
        try:
            acted = move.act(answers)
        except IntegrityError:  # the same module was assigned to this client a moment ago
            acted = False
        if not acted:
            messages.warning(request, NOT_POSSIBLE)
            return
        if isinstance(move, SendNow):
            doorbell.ring_after_commit()
        self.log_change(request, move.row, move.done())
        messages.success(request, move.done())

    def return_view(self, request: HttpRequest, object_id: str, step: int) -> HttpResponse:
        """Bring a skipped step back. It becomes one of the steps to come; nothing leaves by it."""
        row = self.own_or_404(request, object_id)
        passed = row.passed.filter(step=step, skipped=True).select_related("step").first()
        if passed is None:
            raise Http404
        if request.method == "POST" and row.unpass(passed.step, timezone.now()):
            messages.success(request, f"“{passed.step}” is back among the steps to come.")
        return self._to(row)

    # --- How

    def _moves(self, row: Assignment) -> list[Move]:
        now, step = timezone.now(), row.next_step()
        return [move(row, now, step) for move in MOVES.values()]

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


def _pk(step: Any) -> str:
    return str(step.pk) if step else ""
