"""The admin site: our home page, and none of the pages that would tell of another practitioner's rows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from practice.desk import look, new_password
from practice.desk.all_concerns import all_concerns
from practice.desk.away_page import away_page, forget_away
from practice.desk.erase_page import erase_page
from practice.desk.hand_over_page import hand_over_page
from practice.desk.help import guide
from practice.desk.home import home
from practice.desk.me import my_details
from practice.desk.my_second_factor import my_second_factor
from practice.desk.overview import overview_page
from practice.desk.second_factor_first import is_missing
from practice.desk.session_ends import still_here
from practice.desk.signed_in import signed_in
from practice.desk.signing_in import SignIn, SignInForm, sign_in_code
from practice.people.joining import join
from practice.people.ownership import practitioner_of


class DeskSite(UnfoldAdminSite):
    """The desk. Registered as Django's default admin site."""

    site_title = "Interlude"
    site_header = "Interlude"
    index_title = gettext_lazy("Today")
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
        hand_over, erase = self.admin_view(hand_over_page), self.admin_view(erase_page)
        own = [
            path("me/", self.admin_view(my_details), name="me"),
            path("me/second-factor/", self.admin_view(my_second_factor), name="second_factor"),
            path("me/signed-in/", self.admin_view(signed_in), name="signed_in"),
            path("me/still-here/", self.admin_view(still_here), name="still_here"),
            path("login/code/", sign_in_code, name="login_code"),
            *new_password.urls(),
            path("help/", self.admin_view(guide), name="help"),
            path("attention/", self.admin_view(all_concerns), name="attention"),
            path("people/client/<path:object_id>/hand-over/", hand_over, name="people_client_hand_over"),
            path("people/client/<path:object_id>/delete/", erase, name="people_client_delete"),
            path("overview/", self.admin_view(overview_page), name="overview"),
            # For somebody who cannot sign in yet: the link itself is the permission.
            path("join/<int:pk>/<token>/", join, name="join"),
            path("away/", self.admin_view(away_page), name="away"),
            path("away/<int:pk>/forget/", self.admin_view(forget_away), name="away_forget"),
        ]
        return [*own, *kept]

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        home = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return redirect(home)
        context = {**self.each_context(request), "title": _("Sign in"), "app_path": request.get_full_path()}
        return SignIn.as_view(next_page=home, extra_context=context | (extra_context or {}))(request)

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        now, practitioner = timezone.now(), practitioner_of(request)
        context = {
            "title": _("Today"),
            "away": next((time for time in practitioner.times_away if time.covers(now)), None),
            "home": home(practitioner, now),
            "mail_is_captured": settings.EMAIL_IS_CAPTURED,
        }
        return super().index(request, context | (extra_context or {}))

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:
        """A page per app says nothing that the menu does not."""
        return redirect("admin:index")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Nobody is shown it: the side menu has places of its own. Each page would work it out, some twice."""
        return []

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        context["idle_seconds"] = settings.IDLE_MINUTES * 60
        if self.has_permission(request) and not is_missing(request):
            context |= {"places": look.places(request), "installation": look.installation(request)}
        return context
