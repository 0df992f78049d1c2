"""The way out that the settings name."""

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from practice.mailing.outcome import Transport
from practice.mailing.provider import BackendTransport
from practice.mailing.smtp import SmtpTransport


def open_transport() -> Transport:
    """A transport for EMAIL_BACKEND. It connects with the first email."""
    backend = get_connection()
    return SmtpTransport(backend) if isinstance(backend, SmtpBackend) else BackendTransport(backend)
