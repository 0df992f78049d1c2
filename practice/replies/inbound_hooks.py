"""Where a mail provider posts what clients write back. Anymail knows each provider's own form.

Mail may leave by one way and come in by another: every provider that Anymail can take mail from has an address here,
once there is an INBOUND_ADDRESS, and the WEBHOOK_SECRET keeps everybody else out.
"""

import logging
import re
from typing import Any

from anymail import urls as anymail_urls
from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import inbound
from anymail.webhooks.base import AnymailBasicAuthMixin
from django.conf import settings
from django.core.exceptions import (
    ImproperlyConfigured,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from practice.mailing import reply_address
from practice.mailing.hooks import KeepsWhatItCannotRead
from practice.replies.inbound import MOST_BYTES, take, take_unreadable
from practice.replies.verdicts import Told

log = logging.getLogger(__name__)

#: Of what is too big, the beginning is kept.
BEGINNING = 1_000_000


class KeepsMails(KeepsWhatItCannotRead):
    """Mixed into a view of Anymail: what cannot be read, or is too big, is kept and answered like any mail. One view is
    made for each request."""

    #: Whether only the beginning of what was posted was read.
    is_cut = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            AnymailBasicAuthMixin.validate_request(self, request)
        except AnymailWebhookValidationFailure:
            return super().post(request, *args, **kwargs)  # which refuses it in the provider's own way
        # Read before Django asks how long it is: attachments make mails longer than any form of ours.
        request._body = request.read(MOST_BYTES)
        self.is_cut = len(request._body) >= MOST_BYTES
        try:
            return super().post(request, *args, **kwargs)
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
            self.keep(request.body, error)
            return HttpResponse()

    def parse_events(self, request: HttpRequest) -> Any:
        events = super().parse_events(request)
        for event in events:
            event.is_cut = self.is_cut
        return events

    def esp_to_anymail_event(self, *said: Any) -> Any:
        # Past the parent's own: what raises here is kept by `post`, which has all that was said.
        return super(KeepsWhatItCannotRead, self).esp_to_anymail_event(*said)  # type: ignore[misc]

    def keep(self, said: bytes, error: Exception) -> None:
        is_cut = self.is_cut or len(said) > BEGINNING
        take_unreadable(said[:BEGINNING], self.esp_name, timezone.now(), error, is_cut=is_cut)


def _hooks() -> dict[str, Any]:
    """The name of each provider in its address, and its view. Mandrill posts everything to one."""
    found = {}
    for url in anymail_urls.urlpatterns:
        if name := re.match(r"\^?([a-z_]+)/(inbound.*)?$", str(url.pattern)):
            view = url.callback.view_class
            found[name[1]] = type(view.__name__, (KeepsMails, view), {})
    return found


HOOKS = _hooks()


@csrf_exempt
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """A mail, under the name that Anymail's addresses have for its provider. A wrong secret is a 400 or 401."""
    if provider not in HOOKS or not reply_address.is_on() or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    view = HOOKS[provider]
    try:
        view()
    except (
        ImproperlyConfigured,
        ImportError,
    ) as error:  # a key or a package that this provider asks for is not here
        log.warning("inbound: %s posts mails, but cannot be used (%s)", view.esp_name, type(error).__name__)
        raise Http404 from None
    return view.as_view()(request)


@receiver(inbound)
def listen(event: Any, esp_name: str, **_: object) -> None:
    """Take one mail of Anymail's."""
    if getattr(event, "message", None) is None or not reply_address.is_on():
        return
    try:
        told = _told(event, esp_name)
    except DatabaseError:
        raise
    except Exception:  # fields that are not what they should be: then nothing is known
        told = Told(is_cut=event.is_cut)
    take(event.message, esp_name, timezone.now(), told)


def _told(event: Any, provider: str) -> Told:
    message = event.message
    return Told(
        envelope_sender=message.envelope_sender if isinstance(message.envelope_sender, str) else None,
        envelope_recipient=str(message.envelope_recipient or ""),
        spam=bool(message.spam_detected),
        words=_words(event.esp_event, provider),
        is_cut=event.is_cut,
    )


def _words(said: Any, provider: str) -> dict[str, str]:
    """The verdicts that a provider gives beside the mail, where it does."""
    if provider == "SendGrid":
        # {@example.org : pass}
        return {
            "spf": said.POST.get("SPF", ""),
            "dkim": "pass" if ": pass" in said.POST.get("dkim", "") else "",
        }
    if provider == "Amazon SES":
        receipt = said.get("receipt", {})
        verdicts = {
            name: receipt.get(f"{name}Verdict", {}).get("status", "") for name in ("spf", "dkim", "dmarc")
        }
        return {name: word for name, word in verdicts.items() if word in ("PASS", "FAIL")}
    return {}
