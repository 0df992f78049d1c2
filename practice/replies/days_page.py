"""At the desk: days on which nothing goes out to one client. The client's side is on the pace page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.people.ownership import practitioner_of
from practice.replies.client_pages import own_client
from practice.replies.days import days_form, days_of, name_days, remove_days


class DaysPage:
    """The page about one client's days without emails, by id: another practitioner's is a 404."""

    admin_site: Any
    _client_page: Any

    def days_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("client/<int:client>/days/", wrap(self.days_view), name="replies_days")]

    def days_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """Show them; a POST names some, or removes some. Nothing is sent by either."""
        row, now = own_client(request, client), timezone.now()
        form = days_form(row, now)
        match request.POST.get("do"):
            case "free_days":
                form = days_form(row, now, request.POST)
                if form.is_valid():
                    if name_days(row, **form.cleaned_data, now=now, by=practitioner_of(request)):
                        said = _("Kept free: nothing goes out to %(client)s on these days.")
                        messages.success(request, said % {"client": row})
                        return redirect("admin:replies_days", row.pk)
                    form.are_too_many()
            case "remove_days":
                if remove_days(row, request.POST.get("days", ""), practitioner_of(request)):
                    messages.success(request, _("Removed. Emails go out on these days again."))
                return redirect("admin:replies_days", row.pk)
        context = {"client": row, "days": days_of(row, now), "form": form}
        status = 422 if form.is_bound else 200
        title = _("Days without emails for %(client)s") % {"client": row}
        return self._client_page(request, "days", title, context, status)
