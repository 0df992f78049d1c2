"""Hands over one email that is no step: a trial, a code, a short notice. They are few, and each goes by itself."""

import smtplib

from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.utils.translation import gettext_noop

from practice.mailing.messages import Letter
from practice.mailing.outcome import Outage, Outcome
from practice.mailing.provider import BackendTransport
from practice.mailing.smtp import not_taken


def hand_over(email: Letter) -> Outcome:
    """Hand an email over now, by whatever way out the settings name. Raises Outage: then it has not left."""
    backend = get_connection()
    if isinstance(backend, SmtpBackend):
        return _by_smtp(backend, email)
    with BackendTransport(backend) as way_out:
        return way_out.send(email, lambda: True)


def _by_smtp(backend: SmtpBackend, email: Letter) -> Outcome:
    """Through Django's own SMTP, once. Raises Outage."""
    try:
        backend.send_messages([email])
    except ValueError:
        return Outcome("refused", "build")
    except smtplib.SMTPRecipientsRefused as error:
        (code, text), *_ = error.recipients.values()
        return not_taken("rcpt", code, str(text))
    except smtplib.SMTPAuthenticationError as error:
        raise Outage(gettext_noop("The mail server does not accept our user name and password.")) from error
    except smtplib.SMTPSenderRefused as error:
        return not_taken("mail", error.smtp_code, str(error.smtp_error))
    except smtplib.SMTPDataError as error:
        return not_taken("dot", error.smtp_code, str(error.smtp_error))
    except smtplib.SMTPServerDisconnected as error:
        return Outcome("unknown", "dot", text=str(error))
    except (smtplib.SMTPException, OSError) as error:
        raise Outage(gettext_noop("The mail server cannot be reached.")) from error
    return Outcome("accepted", "dot")
