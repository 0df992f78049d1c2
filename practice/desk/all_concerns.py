"""The page with everything that needs attention, of which the home page names the beginning."""

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.desk.attention import concerns
from practice.desk.emails import emails_of
from practice.desk.standing import running
from practice.people.ownership import practitioner_of

ON_A_PAGE = 50


def all_concerns(request: HttpRequest) -> HttpResponse:
    """A page of them. A number that is none shows the first, one that is too high the last."""
    practitioner = practitioner_of(request)
    now = timezone.now()
    all_that_runs = running(practitioner)
    emails = emails_of(practitioner, all_that_runs.modules, now)
    found = concerns(practitioner, all_that_runs, emails, now)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("p"))
    context = {**admin.site.each_context(request), "title": _("Needs attention"), "page": page}
    return render(request, "admin/attention.html", context)
