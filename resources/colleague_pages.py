"""Sharing a module with the colleagues of this practice, and taking a copy of one that they share.

Only the module itself is shared: title, description, readings, questions, and whose it is. Nobody changes another's
module, and which clients receive it stays with its author.
"""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people.ownership import practitioner_of
from resources.models import Module
from resources.module_pages import ModulePages, shown


class ColleaguePages(ModulePages):
    """Adds the button that shares a module, and the pages of those that colleagues share."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("from-colleagues/", view(self.colleagues_view), name="resources_module_colleagues"),
            path("from-colleagues/<int:pk>/", view(self.colleague_view), name="resources_module_colleague"),
            path("<path:object_id>/share/", view(self.share_view), name="resources_module_share"),
        ]
        return [*own, *super().get_urls()]

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST shares the practitioner's own module, or stops sharing it; GET only leads to its page."""
        module: Module = self.own_or_404(request, object_id)
        if request.method == "POST" and request.POST.get("share") in ("yes", "no"):
            module.is_shared = request.POST["share"] == "yes"
            module.save(update_fields=("is_shared",))
            if module.is_shared:
                self.log_change(request, module, gettext_noop("Shared with colleagues."))
                messages.success(request, _("Shared with colleagues."))
            else:
                self.log_change(request, module, gettext_noop("No longer shared."))
                messages.success(request, _("No longer shared. Copies that colleagues made stay theirs."))
        return redirect("admin:resources_module_change", module.pk)

    def colleagues_view(self, request: HttpRequest) -> HttpResponse:
        """What colleagues share, by title."""
        modules = Module.objects.from_colleagues(practitioner_of(request))
        modules = modules.annotate(step_count=Count("steps", filter=Q(steps__taken_out=False))).order_by(
            "title", "pk"
        )
        return self.page(request, "colleagues", _("From colleagues"), modules=modules)

    def colleague_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows one that a colleague shares; POST makes a copy of it the practitioner's own."""
        practitioner = practitioner_of(request)
        module = get_object_or_404(Module.objects.from_colleagues(practitioner), pk=pk)
        content = module.content()
        has_one = Module.objects.of(practitioner).filter(title=content.title).exists()
        if request.method != "POST":
            context = {"module": shown(content), "author": module.practitioner.name}
            return self.page(request, "colleague", content.title, 200, has_one=has_one, **context)
        copy = Module.write(practitioner, content.as_copy() if has_one else content)
        done = _("A copy of module %(module)s, which a colleague shares.") % {"module": module.pk}
        self.log_addition(request, copy, done)
        said = _("“%(module)s” is yours now. What you change here, %(colleague)s does not see.")
        messages.success(request, said % {"module": copy, "colleague": module.practitioner.name})
        return redirect("admin:resources_module_change", copy.pk)
