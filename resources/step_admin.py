"""The admin page of a step: its reading, its questions, who has it, and its place among the others."""

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.owned_admin import OwnedAdmin, OwnedStackedInline
from resources import effects, readers
from resources.models import Prompt, Step
from resources.question_form import PromptForm
from resources.question_rows import PromptFormSet
from resources.sanitize import clean
from resources.step_form import LAST_PLACE, StepForm
from resources.step_moves import OUT, WAYS, StepMove


class PromptInline(OwnedStackedInline):
    """The questions below a reading."""

    model = Prompt
    form = PromptForm
    formset = PromptFormSet
    fields = ("text", "kind", "options", "position")
    verbose_name = gettext_lazy("question")
    verbose_name_plural = gettext_lazy("questions: one to three work best")


@admin.register(Step)
class StepAdmin(OwnedAdmin):
    """One step: its reading and its questions."""

    form = StepForm

    class Media:
        css = {"all": ("resources/review.css", "resources/modules.css")}
        js = ("resources/editor.js",)

    inlines = (PromptInline,)
    list_display = ("title", "module", "position", "minutes")
    list_filter = ("module",)
    search_fields = ("title",)
    readonly_fields = ("part_of", "who_has_it")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        first = ["part_of", "who_has_it"] if obj else ["module"]
        place = [] if obj and obj.taken_out else ["place"]
        return [*first, "title", "body", "minutes", "content_note", *place, "seen", "shown_place", "agreed"]

    @admin.display(description=gettext_lazy("Part of"))
    def part_of(self, step: Step) -> SafeString:
        return format_html(
            '<span class="step-links"><a href="{}">{}</a> · <a href="{}">{}</a></span>',
            reverse("admin:resources_module_change", args=(step.module_id,)),
            step.module,
            reverse("admin:resources_step_preview", args=(step.pk,)),
            _("See it as a client does"),
        )

    @admin.display(description=gettext_lazy("Who has it"))
    def who_has_it(self, step: Step) -> SafeString:
        """Whom a change of this step reaches, and whom it does not."""
        out = (
            [_("You took this step out of the module: it goes to nobody any more.")] if step.taken_out else []
        )
        there = readers.of(step.module)
        waiting = [reader for reader in there if not step.taken_out or step.pk in reader.sent]
        said = effects.standing(waiting, step.pk)
        return format_html_join("", '<p class="step-who">{}</p>', ((sentence,) for sentence in [*out, *said]))

    # --- Saving

    def save_model(self, request: HttpRequest, obj: Step, form: Any, change: bool) -> None:
        if change:
            obj.count_save()
        else:
            obj.position = obj.module.next_position()
        super().save_model(request, obj, form, change)
        if form.moves_to(form.cleaned_data):
            obj.module.place(obj, (form.cleaned_data.get("place") or LAST_PLACE) - 1)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.number_prompts()

    def response_change(self, request: HttpRequest, obj: Step) -> HttpResponse:
        """Say who gets the new words, and who keeps the old ones."""
        said = [] if obj.taken_out else effects.corrected(readers.of(obj.module), obj.pk)
        messages.success(request, " ".join([_("“%(step)s” is saved.") % {"step": obj}, *said]))
        return self.response_post_save_change(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Step) -> HttpResponseRedirect:
        return HttpResponseRedirect(self._module_of(obj))

    response_post_save_add = response_post_save_change

    # --- Moving, taking out, deleting

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<path:object_id>/preview/", view(self.preview_view), name="resources_step_preview"),
            path("<path:object_id>/move/<slug:way>/", view(self.move_view), name="resources_step_move"),
        ]
        return [*own, *super().get_urls()]

    def move_view(self, request: HttpRequest, object_id: str, way: str) -> HttpResponse:
        """GET says what a move means for the clients in the module; POST does it, if it still means that."""
        step: Step = self.own_or_404(request, object_id)
        if way not in WAYS:
            raise Http404
        move = StepMove(step, way)
        if not move.is_possible:
            messages.warning(
                request, _("Nothing was changed: the steps had moved on. This is how they stand now.")
            )
            return HttpResponseRedirect(self._module_of(step))
        sentences, token = move.meaning
        if request.method == "POST" and request.POST.get("agreed", "") == token:
            said = move.act()
            self.log_change(request, step, said)
            messages.success(request, said)
            return HttpResponseRedirect(self._module_of(step))
        context = self._context(step, move.button, move=move, sentences=sentences, token=token)
        return render(
            request, "admin/resources/step/move.html", self.admin_site.each_context(request) | context
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        step: Step = self.own_or_404(request, object_id)
        context = {
            "step": step,
            "standing": effects.standing(readers.of(step.module), step.pk),
            "sentences": [] if step.taken_out else StepMove(step, OUT).meaning[0],
        }
        response = super().delete_view(request, object_id, {**(extra_context or {}), **context})
        return HttpResponseRedirect(self._module_of(step)) if response.status_code == 302 else response

    # --- Looking

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The reading and its questions as a client meets them, without any button that acts."""
        step: Step = self.own_or_404(request, object_id)
        steps = step.module.order()
        at = steps.index(step) if step in steps else None
        context = self._context(
            step,
            step.title,
            number=None if at is None else at + 1,
            count=len(steps),
            html=mark_safe(clean(step.body)),  # noqa: S308 - cleaned on render too
            prompts=step.prompts.all(),
            above=steps[at - 1] if at else None,
            below=steps[at + 1] if at is not None and at + 1 < len(steps) else None,
        )
        return render(
            request, "admin/resources/step/preview.html", self.admin_site.each_context(request) | context
        )

    def _context(self, step: Step, title: str, **more: Any) -> dict[str, Any]:
        return {"opts": self.opts, "title": title, "step": step, "media": self.media, **more}

    @staticmethod
    def _module_of(step: Step) -> str:
        return reverse("admin:resources_module_change", args=(step.module_id,)) + "#steps"
