"""What every page behind a private link shares: who it is for, their language and clock, and strict headers."""

from collections.abc import Callable
from datetime import UTC, timedelta
from functools import wraps
from math import ceil
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery
from practice.mailing.reading import Reading
from practice.people.away import Away
from practice.people.clocks import clock_of
from practice.people.models import Client, Practice
from practice.replies.flood import WINDOW, Writes, misses_too_often

#: How a page finds the email whose link it is, a delivery or a notice, by the token; None shows the page for links that
#: are not open.
Find = Callable[[HttpRequest, str], Any]
Page = Callable[[HttpRequest, Any], HttpResponse]

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


def private_page(find: Find, *, always: bool = False) -> Callable[[Page], Callable[..., HttpResponse]]:
    """Make a page of a view that takes the request and the email behind the link. One that is there `always` takes
    what is sent to it however much that is.

    Whoever presses a button there is heard of: their series is not quiet. A GET tells nothing, for machines open links.

    Links that are unknown, expired or revoked all get one calm page. No cookie is asked for: the secret in the address
    is what a forger lacks, and whoever blocks cookies must be able to write, too.
    """

    def decorate(view: Page) -> Callable[..., HttpResponse]:
        shown = view if always else _not_in_a_flood(view)

        @csrf_exempt
        @sensitive_post_parameters()
        @wraps(view)
        def page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                email = find(request, token)
                if request.method == "POST" and isinstance(email, Delivery):
                    Assignment.objects.filter(pk=email.assignment_id).were_heard_of()
                response = not_open(request) if email is None else _for_client(shown, request, email)
            except RequestDataTooBig:
                response = render_template(
                    request, "reflection/too_much.html", {"practice": _practice()}, status=413
                )
            return with_headers(response)

        return page

    return decorate


def with_headers(response: HttpResponse) -> HttpResponse:
    """The same response, kept by nobody and allowed nothing that is not ours."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _for_client(view: Page, request: HttpRequest, email: Any) -> HttpResponse:
    client = email.client
    with translation.override(client.language), timezone.override(clock_of(client.time_zone) or UTC):
        response = view(request, email)
        response.headers["Content-Language"] = translation.get_language() or client.language
        return response


def _not_in_a_flood(view: Page) -> Page:
    """The same view; where very much comes through one link, a page that keeps what was sent and asks for a moment."""

    def page(request: HttpRequest, email: Any) -> HttpResponse:
        wait = Writes.wait(email.token_sha256, timezone.now()) if request.method == "POST" else None
        return view(request, email) if wait is None else _in_a_moment(request, email.client, wait)

    return page


def _in_a_moment(request: HttpRequest, client: Client, wait: timedelta) -> HttpResponse:
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    # What somebody wrote in their own words is shown as well: they may want to copy it.
    words = [value for name, value in fields if name == "text" or name.startswith("answer-")]
    context = {"fields": fields, "words": [value for value in words if value.strip()]}
    response = render_for(request, "in_a_moment.html", client, context, status=429)
    response.headers["Retry-After"] = str(ceil(wait.total_seconds()))
    return response


def not_open(request: HttpRequest) -> HttpResponse:
    """The same page for every link that does not open, so that it tells nothing about any."""
    too_often = misses_too_often(request)
    context = {"practice": _practice()}
    response = render_template(request, "reflection/not_open.html", context, status=429 if too_often else 404)
    if too_often:
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return response


def render(
    request: HttpRequest, template: str, delivery: Delivery, context: dict | None = None, status: int = 200
) -> HttpResponse:
    """A page about one email of a step, with what all pages show."""
    shared = {"delivery": delivery, "step": Reading.of_delivery(delivery)}
    return render_for(request, template, delivery.client, shared | (context or {}), status)


def render_for(
    request: HttpRequest, template: str, client: Client, context: dict, status: int = 200
) -> HttpResponse:
    """A page with what all of them show: whose it is, the help lines, and whether the practitioner is away, or their
    account closed, so that nobody reads."""
    practitioner = client.practitioner
    closed = not practitioner.is_active
    away = {} if closed else Away.objects.going_on([practitioner.pk], timezone.now())
    shared = {
        "practice": _practice(),
        "practitioner": practitioner,
        "closed": closed,
        "emails_wait": closed and not practitioner.series_go_on,
        "away": away.get(practitioner.pk),
    }
    if request.resolver_match:
        shared["token"] = request.resolver_match.kwargs["token"]
    return render_template(request, f"reflection/{template}", shared | context, status=status)


def _practice() -> Practice:
    # Not Practice.current(), which saves a row where there is none: a GET changes nothing.
    return Practice.objects.first() or Practice()
