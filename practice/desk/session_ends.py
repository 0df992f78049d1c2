"""When a practitioner is signed out by itself: after a time in which nothing happened, and after a long working day."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from practice.desk.at_the_desk import AtTheDesk
from practice.desk.browser_words import browser_of

#: In the session, as seconds since 1970: when it began, and when something last happened in it.
SINCE, SEEN = "since", "seen"
#: In the session: which browser it is, as `browser_of` says.
BROWSER = "browser"
#: Seconds in which a page more is not worth a write.
FRESH = 60


@receiver(user_logged_in)
def begin(request: HttpRequest, **kwargs: Any) -> None:
    """Note when somebody signed in, and with which browser."""
    request.session[SINCE] = request.session[SEEN] = timezone.now().timestamp()
    request.session[BROWSER] = browser_of(request.META.get("HTTP_USER_AGENT", ""))


class SessionEnds(AtTheDesk):
    """Signs out whoever left the desk alone, or has been at it since the day before."""

    def instead(self, request: HttpRequest, page: str | None) -> HttpResponse | None:
        now = timezone.now().timestamp()
        why = reason_to_end(request.session, now)
        if why is None:
            if now - request.session.get(SEEN, 0) > FRESH:
                request.session[SEEN] = now
                request.session.setdefault(SINCE, now)
            return None
        logout(request)
        messages.info(request, why)
        back = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
        return redirect(reverse("admin:login") + back)


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Asked by a page on which somebody types, so that who writes for an hour is not taken to be away. `SessionEnds`
    has noted it by now."""
    return HttpResponse(status=204)


def reason_to_end(session: SessionBase | dict[str, Any], now: float) -> str | None:
    """Why this session ends at `now` (seconds since 1970), in words for whoever it is; None while it goes on."""
    if now - session.get(SINCE, now) > settings.SESSION_COOKIE_AGE:
        return _("You are signed out after a long day. Sign in to go on.")
    if now - session.get(SEEN, now) > settings.IDLE_MINUTES * 60:
        return _("You are signed out because the desk was left alone for a while. Sign in to go on.")
    return None
