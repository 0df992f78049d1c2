"""What is asked of everybody who is signed in, before a page of the desk answers."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse


class AtTheDesk:
    """Base of a middleware with one such question, `instead`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        place = request.resolver_match
        if place is None or place.app_name != "admin" or not request.user.is_authenticated:
            return None
        return self.instead(request, place.url_name)

    def instead(self, request: HttpRequest, page: str | None) -> HttpResponse | None:
        """What answers in place of this page of the desk, by its name; None where the page may."""
        raise NotImplementedError
