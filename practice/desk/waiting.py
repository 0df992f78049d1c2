"""After a few failed tries an account waits, for the one address on the network that the tries came from.

The tries are counted in the database. An account that does not exist waits like any other, so that nobody learns which
ones do.
"""

from datetime import datetime
from math import ceil
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.desk.signing_in import SignInForm
from practice.people.network import network_address


def account(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The account that somebody tries to sign in to, in one spelling."""
    return str((credentials or request.POST).get("username") or "").strip().lower()


def please_wait(request: HttpRequest, response: Any, credentials: dict[str, Any] | None) -> HttpResponse:
    """The sign-in page, with how long to wait."""
    name = account(request, credentials)
    minutes = ceil(_seconds_left(name, network_address(request), timezone.now()) / 60)
    wait = ngettext(
        "That did not work several times in a row. Wait %(count)s minute, then try again.",
        "That did not work several times in a row. Wait %(count)s minutes, then try again.",
        minutes,
    )
    context = {
        **admin.site.each_context(request),
        "title": _("Sign in"),
        "app_path": request.get_full_path(),
        "form": SignInForm(request, initial={"username": name}),
        "wait": wait % {"count": minutes},
    }
    return render(request, "admin/login.html", context, status=429)


def _seconds_left(name: str, address: str | None, now: datetime) -> float:
    tries = AccessAttempt.objects.filter(username=name, ip_address=address)
    last: datetime = tries.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or now
    return max(1.0, (last + settings.AXES_COOLOFF_TIME - now).total_seconds())
