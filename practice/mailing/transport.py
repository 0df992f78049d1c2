"""The way out that the settings name."""

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from practice.mailing.keyed import with_keys
from practice.mailing.outcome import Transport
from practice.mailing.provider import BackendTransport
from practice.mailing.smtp import SmtpTransport


def open_transport() -> Transport:
    """A transport for EMAIL_BACKEND. It connects with the first email."""
    backend = get_connection()
    return (
        SmtpTransport(backend) if isinstance(backend, SmtpBackend) else BackendTransport(with_keys(backend))
    )


def open_provider() -> BackendTransport | None:
    """The same, if it is one that might be asked about an email; None for SMTP."""
    transport = open_transport()
    return transport if isinstance(transport, BackendTransport) else None
