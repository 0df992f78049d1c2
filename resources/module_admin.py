"""The admin pages of modules and their steps."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.people.owned_admin import Textarea
from resources import cautions, effects, readers
from resources.colleague_pages import ColleaguePages
from resources.copy_pages import CopyPages
from resources.file_pages import FilePages
from resources.models import Module
from resources.revised_form import RevisedForm
from resources.starter_pages import StarterPages
from resources.step_moves import BACK, OUT, WAYS, StepMove


class ModuleForm(RevisedForm):
    """A module's own words; its steps have pages of their own."""

    class Meta:
        widgets = {
            "description": Textarea(attrs={"rows": 3}),
            "sensitive_words": Textarea(attrs={"rows": 4}),
        }


@admin.register(Module)
class ModuleAdmin(StarterPages, CopyPages, FilePages, ColleaguePages):
    """Modules, and the order of their steps."""

    form = ModuleForm

    class Media:
        css = {"all": ("resources/review.css", "resources/modules.css")}

    list_display = ("title", "steps_count", "weeks", "clients", "seen_by")
    search_fields = ("title", "description")
    search_help_text = gettext_lazy("Search by title or description")
    ordering = ("title", "pk")
    readonly_fields = ("its_steps",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(
                step_count=Count("steps", distinct=True, filter=Q(steps__taken_out=False)),
                client_count=Count("assignments__client", distinct=True),
            )
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [
            "title",
            "description",
            "holds_while_away",
            *(["its_steps"] if obj else []),
            "sensitive_words",
            "seen",
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The module, with what somebody beside a client might read of it."""
        module = self.own_or_404(request, object_id)
        noticed = {"cautions": cautions.of(module, [*dict(settings.LANGUAGES)])}
        return super().change_view(request, object_id, form_url, noticed | (extra_context or {}))

    @admin.display(description=gettext_lazy("Steps"), ordering="step_count")
    def steps_count(self, module: Any) -> int:
        return int(module.step_count)

    @admin.display(description=gettext_lazy("Weeks, at one step a week"), ordering="step_count")
    def weeks(self, module: Any) -> str:
        said = ngettext("%(count)s week", "%(count)s weeks", module.step_count)
        return said % {"count": module.step_count}

    @admin.display(description=gettext_lazy("Clients"), ordering="client_count")
    def clients(self, module: Any) -> int:
        return int(module.client_count)

    @admin.display(description=gettext_lazy("Seen by"), ordering="is_shared")
    def seen_by(self, module: Module) -> str:
        return _("Colleagues too") if module.is_shared else _("You")

    @admin.display(description=gettext_lazy("Steps"))
    def its_steps(self, module: Module) -> SafeString:
        """The steps in order, each with its page, its preview, whom it is about, and buttons to move it."""
        steps: list[Any] = [*module.steps.annotate(prompt_count=Count("prompts")).order_by("position", "pk")]
        there = readers.of(module)
        for step in steps:
            step.numbers = effects.in_numbers(there, step.pk)
        context = {
            "module": module,
            "steps": [step for step in steps if not step.taken_out],
            "taken_out": [step for step in steps if step.taken_out],
        }
        return mark_safe(  # noqa: S308 - a template escapes
            render_to_string("admin/resources/module/steps.html", context)
        )

    def save_model(self, request: HttpRequest, obj: Module, form: Any, change: bool) -> None:
        if change:
            obj.count_save()
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Module) -> None:
        Module.locked(obj.pk)  # before its steps, which are deleted first
        super().delete_model(request, obj)

    def response_add(
        self, request: HttpRequest, obj: Module, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, _("“%(module)s” is there now. Add its first step below.") % {"module": obj})
        return redirect(self._page_of(obj))

    def response_change(self, request: HttpRequest, obj: Module) -> HttpResponse:
        step_id, _, way = request.POST.get("_move", "").partition(":")
        step = obj.steps.filter(pk=int(step_id)).first() if step_id.isdecimal() else None
        if not way:
            return super().response_change(request, obj)
        if step and way in WAYS and (move := StepMove(step, way)).is_possible:
            if way in (OUT, BACK) or move.meaning[0]:  # somebody would get another step next: ask once
                return redirect("admin:resources_step_move", step.pk, way)
            messages.success(request, move.act())
        return redirect(self._page_of(obj) + "#steps")

    @staticmethod
    def _page_of(module: Module) -> str:
        return reverse("admin:resources_module_change", args=(module.pk,))
