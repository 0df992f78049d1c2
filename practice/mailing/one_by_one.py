"""Hands over one email that is no step: a trial, a code, a short notice. They are few, and each goes by itself."""

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

from practice.mailing.messages import Letter
from practice.mailing.outcome import Outcome
from practice.mailing.provider import BackendTransport
from practice.mailing.smtp import Parcel, SmtpTransport


def hand_over(email: Letter) -> Outcome:
    """Hand an email over now, by whatever way out the settings name. Raises Outage: then it has not left."""
    backend = get_connection()
    if isinstance(backend, SmtpBackend):
        return _by_smtp(backend, email)
    with BackendTransport(backend) as way_out:
        return way_out.send(email)


def _by_smtp(backend: SmtpBackend, email: Letter) -> Outcome:
    """By SMTP, phase by phase as a step: what breaks before the final dot has not left. Raises Outage."""
    try:
        parcel = Parcel.of_letter(email)
    except ValueError:
        return Outcome("refused", "build")
    with SmtpTransport(backend) as way_out:
        way_out.offer_parcel(parcel)
        if refusal := way_out.answer().refusal:
            return refusal
        way_out.submit()
        return way_out.finish() or Outcome("unknown", "dot")
