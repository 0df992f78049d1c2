"""Where the practice requires a second factor, nobody works at the desk without one."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_otp import DEVICE_ID_SESSION_KEY

from practice.desk import second_factor
from practice.desk.at_the_desk import AtTheDesk
from practice.people.ownership import practitioner_of

#: What is open without a second factor: the way in, the way out, and the page to set it up.
OPEN = {"login", "login_code", "logout", "second_factor"}


def is_missing(request: HttpRequest) -> bool:
    """Whether somebody signed in with a password alone where the practice asks for more."""
    return (
        settings.SECOND_FACTOR_REQUIRED
        and request.user.is_authenticated
        and DEVICE_ID_SESSION_KEY not in request.session
    )


class SecondFactorFirst(AtTheDesk):
    """Leads whoever has no second factor to the page where it is set up."""

    def instead(self, request: HttpRequest, page: str | None) -> HttpResponse | None:
        if not is_missing(request):
            return None
        if second_factor.of(practitioner_of(request)):  # set up elsewhere, since this browser signed in
            logout(request)
            messages.info(request, _("Sign in once more, with a code from your app."))
            return redirect("admin:login")
        return None if page in OPEN else redirect("admin:second_factor")
