"""The admin site: our home page, and none of the pages that would tell of another practitioner's rows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from practice.desk import look
from practice.desk.home import home
from practice.desk.me import my_details
from practice.desk.signing_in import SignInForm
from practice.people.ownership import practitioner_of


class DeskSite(UnfoldAdminSite):
    """The desk. Registered as Django's default admin site."""

    site_title = "Interlude"
    site_header = "Interlude"
    index_title = "Today"
    login_form = SignInForm
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Too much goes with one click on many boxes: what can be deleted is deleted one by one, on its own page.
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        # "r/<content type>/<id>/" answers differently for a row that exists and one that does not, whoever owns it.
        # The skin's search finds names of pages, which the menu has.
        unused = {"view_on_site", "search"}
        kept = [url for url in super().get_urls() if getattr(url, "name", None) not in unused]
        return [path("me/", self.admin_view(my_details), name="me"), *kept]

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now = timezone.now()
        context = {
            "title": "Today",
            "home": home(practitioner_of(request), now),
            "mail_is_captured": settings.EMAIL_IS_CAPTURED,
        }
        return super().index(request, context | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        """A page per app says nothing that the menu does not."""
        return redirect("admin:index")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        if self.has_permission(request):
            context |= {"places": look.places(request), "installation": look.installation(request)}
        return context
