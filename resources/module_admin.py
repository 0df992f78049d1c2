"""The admin pages of modules and their steps."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.widgets import AdminProseEditorWidget

from practice.people.owned_admin import OwnedAdmin, OwnedStackedInline, Textarea
from practice.people.ownership import practitioner_of
from resources.models import Module, Prompt, Step
from resources.question_form import PromptForm
from resources.revised_form import RevisedForm
from resources.sanitize import clean

# What sanitize.py lets through, and no more.
EDITOR = {
    "extensions": {
        "Bold": True,
        "Italic": True,
        "Heading": {"levels": [3, 4]},
        "BulletList": True,
        "OrderedList": True,
        "ListItem": True,
        "Blockquote": True,
        "HardBreak": True,
        "HorizontalRule": True,
        "Link": {"enableTarget": False},
        "History": True,
    }
}


class ModuleForm(RevisedForm):
    """A module's own words; its steps have pages of their own."""

    class Meta:
        widgets = {"description": Textarea(attrs={"rows": 3})}


@admin.register(Module)
class ModuleAdmin(OwnedAdmin):
    """Modules, and the order of their steps."""

    form = ModuleForm

    class Media:
        css = {"all": ("resources/review.css",)}

    list_display = ("title", "steps_count", "weeks", "clients")
    search_fields = ("title", "description")
    search_help_text = "Search by title or description"
    when_empty = (
        "No module yet. Most begin as an article: add one there, and make a module of what it proposes."
    )
    ordering = ("title", "pk")
    readonly_fields = ("its_steps",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .annotate(
                step_count=Count("steps", distinct=True),
                client_count=Count("assignments__client", distinct=True),
            )
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["title", "description", *(["its_steps"] if obj else []), "seen"]

    @admin.display(description="Steps", ordering="step_count")
    def steps_count(self, module: Any) -> int:
        return int(module.step_count)

    @admin.display(description="Weeks, at one step a week", ordering="step_count")
    def weeks(self, module: Any) -> str:
        return f"{module.step_count} week{'' if module.step_count == 1 else 's'}"

    @admin.display(description="Clients", ordering="client_count")
    def clients(self, module: Any) -> int:
        return int(module.client_count)

    @admin.display(description="Steps")
    def its_steps(self, module: Module) -> SafeString:
        """The steps in order, each with its page, its preview, and buttons to move it."""
        steps = list(module.steps.annotate(prompt_count=Count("prompts")).order_by("position", "pk"))
        return mark_safe(  # noqa: S308 - a template escapes
            render_to_string("admin/resources/module/steps.html", {"module": module, "steps": steps})
        )

    def save_model(self, request: HttpRequest, obj: Module, form: Any, change: bool) -> None:
        if change:
            obj.count_save()
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Module, post_url_continue: str | None = None
    ) -> HttpResponse:
        messages.success(request, f"“{obj}” is there now. Add its first step below.")
        return HttpResponseRedirect(self._page_of(obj))

    def response_change(self, request: HttpRequest, obj: Module) -> HttpResponse:
        step_id, _, way = request.POST.get("_move", "").partition(":")
        if not way:
            return super().response_change(request, obj)
        step = obj.steps.filter(pk=int(step_id)).first() if step_id.isdecimal() else None
        if step:
            obj.move(step, -1 if way == "up" else 1)
            messages.success(request, f"“{step}” was moved. Clients who wait for it get it in the new order.")
        return HttpResponseRedirect(self._page_of(obj) + "#steps")

    @staticmethod
    def _page_of(module: Module) -> str:
        return reverse("admin:resources_module_change", args=(module.pk,))


class StepForm(RevisedForm):
    """A step's reading, written in a small editor; without a script it is HTML in a box."""

    body = forms.CharField(
        label="Reading",
        widget=AdminProseEditorWidget(config=EDITOR, preset="configurable"),
        help_text="About 100 to 600 words. Headings, lists, emphasis and links reach the client as you see them.",
    )

    def clean_body(self) -> str:
        return clean(self.cleaned_data["body"])


class PromptInline(OwnedStackedInline):
    """The questions below a reading."""

    model = Prompt
    form = PromptForm
    fields = ("text", "kind", "options", "position")
    verbose_name = "question"
    verbose_name_plural = "questions: one to three work best"


@admin.register(Step)
class StepAdmin(OwnedAdmin):
    """One step: its reading and its questions."""

    form = StepForm

    class Media:
        css = {"all": ("resources/review.css",)}
        js = ("resources/editor.js",)

    inlines = (PromptInline,)
    list_display = ("title", "module", "position", "minutes")
    list_filter = ("module",)
    search_fields = ("title",)
    readonly_fields = ("part_of",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["part_of" if obj else "module", "title", "body", "minutes", "content_note", "seen"]

    @admin.display(description="Part of")
    def part_of(self, step: Step) -> SafeString:
        return format_html(
            '<span class="step-links"><a href="{}">{}</a> · <a href="{}">See it as a client does</a></span>',
            reverse("admin:resources_module_change", args=(step.module_id,)),
            step.module,
            reverse("admin:resources_step_preview", args=(step.pk,)),
        )

    def save_model(self, request: HttpRequest, obj: Step, form: Any, change: bool) -> None:
        if change:
            obj.count_save()
        else:
            obj.position = obj.module.next_position()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.number_prompts()

    def response_post_save_change(self, request: HttpRequest, obj: Step) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:resources_module_change", args=(obj.module_id,)))

    response_post_save_add = response_post_save_change

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview_view)
        own = [path("<path:object_id>/preview/", preview, name="resources_step_preview")]
        return [*own, *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The reading and its questions as a client meets them, without any button that acts."""
        step: Step = self.own_or_404(request, object_id)
        steps = list(Step.objects.of(practitioner_of(request)).filter(module=step.module))
        at = steps.index(step)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": step.title,
            "step": step,
            "number": at + 1,
            "count": len(steps),
            "html": mark_safe(clean(step.body)),  # noqa: S308 - cleaned on render too
            "prompts": step.prompts.all(),
            "above": steps[at - 1] if at else None,
            "below": steps[at + 1] if at + 1 < len(steps) else None,
        }
        return render(request, "admin/resources/step/preview.html", context)
