"""The page of the starter modules: read them, and take one over as a module of one's own."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from practice.people.models import Practitioner
from practice.people.ownership import practitioner_of
from resources import starters
from resources.models import Module
from resources.module_pages import ModulePages, shown


class StarterPages(ModulePages):
    """Adds the page of the starter modules."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.starters_view)
        return [path("starters/", view, name="resources_module_starters"), *super().get_urls()]

    def starters_view(self, request: HttpRequest) -> HttpResponse:
        """GET shows them all; POST makes the named one a module of the practitioner's own."""
        if request.method == "POST":
            return self._take_over(request, request.POST.get("starter", ""))
        taken = dict(
            Module.objects.of(practitioner_of(request))
            .exclude(starter="")
            .order_by("-pk")
            .values_list("starter", "pk")
        )
        rows = [
            (starter.name, shown(starter.content), taken.get(starter.name)) for starter in starters.every()
        ]
        return self.page(request, "starters", _("Starter modules"), starters=rows)

    def _take_over(self, request: HttpRequest, name: str) -> HttpResponse:
        if name not in starters.NAMES:
            raise Http404
        practitioner = practitioner_of(request)
        module, is_new = take_over(practitioner, starters.read(name), "again" in request.POST)
        if not is_new:
            messages.info(request, _("You have this one already: here it is. Nothing was added."))
        else:
            self.log_addition(request, module, _("From the starter module %(name)s.") % {"name": name})
            said = _("“%(module)s” is yours now. Change what you like; nothing is sent before you assign it.")
            messages.success(request, said % {"module": module})
        return redirect("admin:resources_module_change", module.pk)


@transaction.atomic
def take_over(practitioner: Practitioner, starter: starters.Starter, again: bool) -> tuple[Module, bool]:
    """The practitioner's module from this starter, and whether it is new.

    One that they have is answered with, unless they ask for it `again`: that one is called “Copy of …”.
    """
    Practitioner.objects.select_for_update().get(pk=practitioner.pk)  # so that two presses make one
    own = Module.objects.of(practitioner).filter(starter=starter.name).order_by("pk").first()
    if own and not again:
        return own, False
    content = starter.content.as_copy() if own else starter.content
    return Module.write(practitioner, content, starter=starter.name), True
