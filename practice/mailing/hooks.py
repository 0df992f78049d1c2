"""Where the mail provider posts what became of emails, and how its words are read. Anymail knows each provider's own.

Only the provider that EMAIL_BACKEND names has an address here, and only with a WEBHOOK_SECRET. What cannot be read is
kept and answered like anything else, or the provider would send it again for hours.
"""

import hashlib
import logging
from datetime import datetime
from typing import Any, NamedTuple

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from practice.mailing import reasons
from practice.mailing.feedback import Event, take
from practice.mailing.heard import Heard
from practice.mailing.models import Suppression

log = logging.getLogger(__name__)

# --- The address ----------------------------------------------------------------------------------


class KeepsWhatItCannotRead(AnymailBasicAuthMixin):
    """Mixed into a view of Anymail: what raises in it is kept as unreadable, one event at a time where it can be."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().post(request, *args, **kwargs)
        except AnymailWebhookValidationFailure:  # whose words, in the log, may hold the secret
            raise SuspiciousOperation(
                f"A wrong secret or signature at the hook of {self.esp_name}."
            ) from None
        except (SuspiciousOperation, UnreadablePostError, DatabaseError):
            raise  # somebody else, a broken connection, or our own trouble: then it shall come again
        except Exception as error:
            AnymailBasicAuthMixin.validate_request(self, request)  # before anything of a stranger's is kept
            self.keep(request.body, error)
            return HttpResponse()

    def esp_to_anymail_event(self, *said: Any) -> Any:
        try:
            return super().esp_to_anymail_event(*said)  # type: ignore[misc]
        except Exception as error:
            self.keep(repr(said).encode(errors="backslashreplace"), error)
            return AnymailTrackingEvent(event_type=None)

    def keep(self, said: bytes, error: Exception) -> None:
        """Keep what could not be read."""
        keep_unreadable(self.esp_name, said, error)


class Hook(NamedTuple):
    """One provider's: its name in the address, and Anymail's view."""

    name: str
    view: Any


def _hooks() -> list[Hook]:
    paths = {str(url.pattern): url.callback.view_class for url in anymail_urls.urlpatterns}
    return [
        Hook(path.removesuffix("/tracking/"), type(view.__name__, (KeepsWhatItCannotRead, view), {}))
        for path, view in paths.items()
        if path.endswith("/tracking/")
    ]


HOOKS = _hooks()


def in_use() -> Hook | None:
    """That of the provider behind EMAIL_BACKEND; None for SMTP and the like."""
    provider = getattr(import_string(settings.EMAIL_BACKEND), "esp_name", None)
    return next((hook for hook in HOOKS if hook.view.esp_name == provider), None)


def tells() -> bool:
    """Whether the provider tells by itself what became of an email, and is believed."""
    return in_use() is not None and bool(settings.ANYMAIL.get("WEBHOOK_SECRET"))


@csrf_exempt
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """What a provider posts, under the name that Anymail's addresses have for it. A wrong secret is a 400 or 401."""
    found = in_use()
    if found is None or found.name != provider or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    return found.view.as_view()(request)


def keep_unreadable(source: str, said: bytes, error: Exception) -> None:
    """Keep that there was something, and nothing of what it was."""
    log.warning("feedback: %s sent something unreadable (%s)", source, type(error).__name__)
    take(Event(source, Heard.UNREADABLE, event_id=hashlib.sha256(said).hexdigest()), timezone.now())


# --- The words ------------------------------------------------------------------------------------

TOLD = {
    EventType.QUEUED: Heard.TAKEN,
    EventType.SENT: Heard.TAKEN,
    EventType.DEFERRED: Heard.DELAYED,
    EventType.REJECTED: Heard.REFUSED,
    EventType.FAILED: Heard.REFUSED,
    EventType.BOUNCED: Heard.RETURNED,
    EventType.DELIVERED: Heard.DELIVERED,
    EventType.COMPLAINED: Heard.COMPLAINED,
    EventType.UNSUBSCRIBED: Heard.UNSUBSCRIBED,
}
#: What a person does with an email is nobody's business. Nothing of it is kept.
NOT_OURS_TO_KNOW = (EventType.OPENED, EventType.CLICKED)

#: Why a provider did not send an email: what it had heard of the address before.
UNWANTED = {
    RejectReason.BOUNCED: Suppression.Why.BOUNCED,
    RejectReason.INVALID: Suppression.Why.BOUNCED,
    RejectReason.SPAM: Suppression.Why.COMPLAINED,
    RejectReason.UNSUBSCRIBED: Suppression.Why.ASKED,
}

#: Where in its own event a provider says whether a bounce is for good, and the words for yes. Anymail does not tell.
#: Postal has no word for it.
FOR_GOOD: dict[str, tuple[str, set[Any]]] = {
    "Amazon SES": ("bounce.bounceType", {"Permanent"}),
    "Brevo": ("event", {"hard_bounce", "invalid_email"}),
    "MailerSend": ("data.type", {"hard_bounced"}),
    "Mailgun": ("event-data.severity", {"permanent"}),
    "Mailjet": ("hard_bounce", {True}),
    "Mailtrap": ("event", {"bounce"}),
    "Mandrill": ("event", {"hard_bounce"}),
    "Postmark": ("Type", {"HardBounce"}),
    "Resend": ("data.bounce.type", {"Permanent"}),
    "SendGrid": ("type", {"bounce"}),
    "SparkPost": ("msys.message_event.bounce_class", {"10", "30"}),
    "Unisender Go": ("delivery_info.delivery_status", {"err_user_unknown", "err_user_inactive"}),
}


@receiver(tracking)
def listen(event: Any, esp_name: str, **_: object) -> None:
    """Take one event of Anymail's. Where even its fields are not what they should be, it is kept as unreadable."""
    if event.event_type is None or event.event_type in NOT_OURS_TO_KNOW:
        return
    try:
        read = in_our_words(event, esp_name)
    except Exception as error:
        keep_unreadable(esp_name, repr(vars(event)).encode(errors="backslashreplace"), error)
    else:
        take(read, timezone.now())


def in_our_words(event: Any, provider: str) -> Event:
    """An event of Anymail's as one of ours. Raises AttributeError or TypeError when its fields make no sense."""
    told = TOLD.get(event.event_type, Heard.UNKNOWN)
    text = " ".join(str(part) for part in (event.mta_response, event.description) if part)
    may_be_gone = told == Heard.RETURNED or event.event_type == EventType.FAILED
    if may_be_gone and reasons.is_gone(text, _said_for_good(event.esp_event, provider)):
        told = Heard.GONE
    return Event(
        source=provider,
        told=told,
        event_id=_id(event.event_id),
        delivery_id=_number((event.metadata or {}).get("delivery")),
        provider_id=_id(event.message_id),
        recipient=str(event.recipient or "").strip(),
        text=text,
        at=_moment(event.timestamp),
        unwanted=UNWANTED.get(event.reject_reason) if told == Heard.REFUSED else None,
    )


def _said_for_good(said: Any, provider: str) -> bool | None:
    """Whether a provider calls a bounce final; None when it says nothing of it."""
    if provider not in FOR_GOOD:
        return None
    path, words = FOR_GOOD[provider]
    for name in path.split("."):
        said = said.get(name) if hasattr(said, "get") else None
    return None if said is None else str(said) in map(str, words)


def _id(value: Any) -> str:
    """An id as it is kept: a line of printable ASCII."""
    text = str("" if value is None else value).encode("ascii", "backslashreplace").decode()
    return "".join(filter(str.isprintable, text))[:200]


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) and value.tzinfo and 2000 < value.year < 2100 else None
