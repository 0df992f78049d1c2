"""Providers that know an email by a key: what comes again with the same key is no second email."""

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anymail.backends import brevo, resend
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

#: The last moment of a key's life is not for a request that may take a while to arrive.
MARGIN = timedelta(minutes=1)


def key_of(message: EmailMessage) -> str:
    """A UUID that is the same when exactly this email is handed over again, and another when it is dated anew."""
    headers = message.extra_headers
    return str(uuid5(NAMESPACE_URL, f"mid:{headers['Message-ID']} {headers['Date']}"))


class ResendBackend(resend.EmailBackend):
    """Resend, with a key that it keeps for 24 hours. The same key with another text is answered by 409.

    https://resend.com/docs/dashboard/emails/idempotency-keys
    """

    same_for = timedelta(hours=24) - MARGIN

    def build_message_payload(self, message: EmailMessage, defaults: dict[str, Any]) -> resend.ResendPayload:
        payload = super().build_message_payload(message, defaults)
        payload.headers["Idempotency-Key"] = key_of(message)
        return payload


class BrevoBackend(brevo.EmailBackend):
    """Brevo, with a key that it keeps for 15 minutes. What comes again is answered by 400, `duplicate_parameter`.

    https://developers.brevo.com/changelog/email-api-now-supports-idempotency
    """

    same_for = timedelta(minutes=15) - MARGIN

    def build_message_payload(self, message: EmailMessage, defaults: dict[str, Any]) -> brevo.BrevoPayload:
        payload = super().build_message_payload(message, defaults)
        payload.data["headers"]["idempotencyKey"] = key_of(message)
        return payload


def with_keys(backend: BaseEmailBackend) -> BaseEmailBackend:
    """The same provider with keys, where it knows them."""
    known: dict[type[BaseEmailBackend], type[BaseEmailBackend]] = {
        resend.EmailBackend: ResendBackend,
        brevo.EmailBackend: BrevoBackend,
    }
    return known[type(backend)]() if type(backend) in known else backend
