"""Providers that can be asked whether they have an email."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

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

    https://postmarkapp.com/developer/api/messages-api#outbound-message-search
    """
    asked: dict[str, str | int] = {
        "count": 50,
        "offset": 0,
        "recipient": delivery.to_address,
        "metadata_delivery": str(delivery.pk),
    }
    if backend.message_stream:
        asked["messagestream"] = backend.message_stream
    headers = {"X-Postmark-Server-Token": backend.server_token, "Accept": "application/json"}
    url = urljoin(backend.api_url, "messages/outbound")
    try:
        answer = backend.session.get(url, params=asked, headers=headers, timeout=PATIENCE)
        answer.raise_for_status()
        found = [
            message["MessageID"]
            for message in answer.json()["Messages"]
            if message["Metadata"]["delivery"] == str(delivery.pk)
            and _since(message.get("ReceivedAt"), delivery.submitted_at)
        ]
    except (requests.RequestException, LookupError, TypeError, AttributeError, ValueError) as error:
        raise NoAnswer from error  # or one that cannot be understood
    return str(found[0]) if found else None


def _since(told: str | None, submitted_at: datetime | None) -> bool:
    """Whether this moment is not before the email was handed over. One that is not told, or not clearly, may be."""
    at = parse_datetime(told) if told else None
    return not (at and at.tzinfo and submitted_at) or at >= submitted_at - CLOCKS_APART


Lookup = Callable[[Any, Delivery], str | None]
LOOKUPS: dict[type, Lookup] = {postmark.EmailBackend: in_postmark}
