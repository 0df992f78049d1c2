"""What every page behind a private link shares: who it is for, their language and clock, and strict headers."""

from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from practice.mailing.models import Delivery
from practice.people.models import Practice

#: How a page finds its delivery by the token of the link; None shows the page for links that are not open.
Find = Callable[[HttpRequest, str], Delivery | None]
Page = Callable[[HttpRequest, Delivery], HttpResponse]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def private_page(find: Find) -> Callable[[Page], Callable[..., HttpResponse]]:
    """Make a page of a view that takes the request and the delivery behind the link.

    Links that are unknown, expired or revoked all get one calm page. No cookie is asked for: the secret in the address
    is what a forger lacks, and whoever blocks cookies must be able to write, too.
    """

    def decorate(view: Page) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @sensitive_post_parameters()
        @wraps(view)
        def page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                delivery = find(request, token)
                response = not_open(request) if delivery is None else _for_client(view, request, delivery)
            except RequestDataTooBig:
                response = render_template(
                    request, "reflection/too_much.html", {"practice": _practice()}, status=413
                )
            for name, value in HEADERS.items():
                response.headers[name] = value
            return response

        return page

    return decorate


def _for_client(view: Page, request: HttpRequest, delivery: Delivery) -> HttpResponse:
    client = delivery.assignment.client
    with translation.override(client.language), timezone.override(ZoneInfo(client.time_zone)):
        response = view(request, delivery)
        response.headers["Content-Language"] = translation.get_language() or client.language
        return response


def not_open(request: HttpRequest) -> HttpResponse:
    """The same page for every link that does not open, so that it tells nothing about any."""
    return render_template(request, "reflection/not_open.html", {"practice": _practice()}, status=404)


def render(
    request: HttpRequest, template: str, delivery: Delivery, context: dict | None = None, status: int = 200
) -> HttpResponse:
    """A page with what all of them show: whose it is, the help lines, the way to a slower pace."""
    practitioner = delivery.assignment.client.practitioner
    shared = {
        "practice": _practice(),
        "practitioner": practitioner,
        "delivery": delivery,
        "step": delivery.step,
    }
    if request.resolver_match:
        shared["token"] = request.resolver_match.kwargs["token"]
    return render_template(request, f"reflection/{template}", shared | (context or {}), status=status)


def _practice() -> Practice:
    # Not Practice.current(), which saves a row where there is none: a GET changes nothing.
    return Practice.objects.first() or Practice()
