"""Response headers and the practitioner's clock."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

Handler = Callable[[HttpRequest], HttpResponse]

# The admin skin evaluates expressions in attributes, so the desk cannot do without 'unsafe-eval'.
DESK_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'"
)


class StrictHeaders:
    """Adds the content security policy of the desk where a page has not set its own, and forbids storing pages."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", DESK_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


class AtTheDesk:
    """The desk speaks the language of the settings, whatever the browser asks for, by the practitioner's own clock."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        zone = getattr(request.user, "time_zone", settings.TIME_ZONE)
        with translation.override(settings.LANGUAGE_CODE), timezone.override(ZoneInfo(zone)):
            return self.get_response(request)
