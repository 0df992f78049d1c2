"""The page behind the link of an invitation. Opening it changes nothing; its button sets the password and the zone."""

from django.contrib import admin, messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from practice.people import accounts
from practice.people.models import Practitioner
from practice.people.zone_field import ZoneField
from practice.people.zones import validate_zone


class JoinForm(SetPasswordForm):
    """A password, and where they are: without it every hour at the desk would be in UTC."""

    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "Type the name of a city or country, then choose. Times at the desk are shown in it."
        ),
    )

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        validate_zone(zone)
        return zone


@never_cache
@csrf_protect
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Ask for a password and a time zone, and accept the invitation. Links that no longer open all look the same."""
    now = timezone.now()
    practitioner = accounts.invited(pk, token, now)
    form = None
    if practitioner:
        given = practitioner.time_zone
        initial = {"time_zone": "" if given == Practitioner.NO_ZONE_YET else given}
        form = JoinForm(practitioner, request.POST or None, initial=initial)
        if form.is_valid() and accounts.join(
            pk, token, form.cleaned_data["new_password1"], form.cleaned_data["time_zone"], now
        ):
            messages.success(request, _("Welcome. Sign in with your email address and your new password."))
            return redirect("admin:login")
    context = {**admin.site.each_context(request), "form": form, "practitioner": practitioner}
    # The address is a secret and stays here by the site's Referrer-Policy, same-origin. With no-referrer a browser does
    # not say either where the button's request comes from, and it is refused as a forgery.
    return render(request, "admin/join.html", context, status=200 if form else 404)
