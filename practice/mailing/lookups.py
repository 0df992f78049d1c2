"""Providers that can be asked: whether they have an email, and why they write to an address no more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin

import requests
from anymail.backends import postmark
from django.utils.dateparse import parse_datetime

from practice.mailing.models import Delivery

#: Seconds to wait for an answer: a page may be waiting for it.
PATIENCE = 10
#: A list lags behind what was accepted, by minutes. What is not in it after this long was never accepted.
SURELY = timedelta(minutes=30)
#: A list forgets. What is not in it later than this may have been.
KEPT = timedelta(days=5)
#: How far the two clocks may be apart.
CLOCKS_APART = timedelta(minutes=5)


class NoAnswer(Exception):
    """The provider cannot be asked at the moment."""


def in_postmark(backend: Any, delivery: Delivery) -> str | None:
    """Postmark's id of an email, if its list of sent messages has it since `submitted_at`. Raises NoAnswer.

    It is not asked for by its address, which Postmark may write otherwise than we do.
    https://postmarkapp.com/developer/api/messages-api#outbound-message-search
    """
    asked: dict[str, str | int] = {"count": 50, "offset": 0, "metadata_delivery": str(delivery.pk)}
    if backend.message_stream:
        asked["messagestream"] = backend.message_stream
    told = _ask_postmark(backend, "messages/outbound", asked)
    try:
        found = [
            message["MessageID"]
            for message in told["Messages"]
            if message["Metadata"]["delivery"] == str(delivery.pk)
            and _since(message.get("ReceivedAt"), delivery.submitted_at)
        ]
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise NoAnswer from error  # that can be understood
    return str(found[0]) if found else None


def suppressed_in_postmark(backend: Any, address: str) -> list[Any]:
    """What Postmark's list of suppressions has of an address. Raises NoAnswer.

    https://postmarkapp.com/developer/api/suppressions-api#suppression-dump
    """
    path = f"message-streams/{quote(backend.message_stream or 'outbound')}/suppressions/dump"
    told = _ask_postmark(backend, path, {"EmailAddress": address})
    try:
        # It also finds addresses of which this one is a part.
        return [row for row in told["Suppressions"] if row["EmailAddress"].lower() == address.lower()]
    except (LookupError, TypeError, AttributeError) as error:
        raise NoAnswer from error


def _ask_postmark(backend: Any, path: str, asked: dict[str, str | int]) -> Any:
    headers = {"X-Postmark-Server-Token": backend.server_token, "Accept": "application/json"}
    url = urljoin(backend.api_url, path)
    try:
        answer = backend.session.get(url, params=asked, headers=headers, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()
    except (requests.RequestException, ValueError) as error:
        raise NoAnswer from error


def _since(told: str | None, submitted_at: datetime | None) -> bool:
    """Whether this moment is not before the email was handed over. One that is not told, or not clearly, may be."""
    at = parse_datetime(told) if told else None
    return not (at and at.tzinfo and submitted_at) or at >= submitted_at - CLOCKS_APART


Lookup = Callable[[Any, Delivery], str | None]
LOOKUPS: dict[type, Lookup] = {postmark.EmailBackend: in_postmark}
