"""Duplicating a module: a second one with the same steps, which nobody receives yet."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from practice.people.ownership import practitioner_of
from resources.models import Module
from resources.module_pages import ModulePages


class CopyPages(ModulePages):
    """Adds the button that duplicates a module."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.duplicate_view)
        own = path("<path:object_id>/duplicate/", view, name="resources_module_duplicate")
        return [own, *super().get_urls()]

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST makes the copy and goes to it; GET only leads to the module's page."""
        module: Module = self.own_or_404(request, object_id)
        if request.method != "POST":
            return redirect("admin:resources_module_change", module.pk)
        copy = Module.write(practitioner_of(request), module.content().as_copy())
        self.log_addition(request, copy, _("A copy of module %(module)s.") % {"module": module.pk})
        said = _("This is the copy. “%(module)s” stays as it is, and so does what its clients get.")
        messages.success(request, said % {"module": module})
        return redirect("admin:resources_module_change", copy.pk)
