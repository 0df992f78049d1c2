"""Providers by Anymail, and any other of Django's backends: one call that nobody can look into."""

from datetime import timedelta
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from urllib3.exceptions import NewConnectionError

from practice.mailing.outcome import CallTransport, MaySubmit, Outage, Outcome

UNREACHABLE = "The mail provider cannot be reached."


class BackendTransport(CallTransport):
    """Whatever EMAIL_BACKEND names, apart from SMTP. The point of no return is the call."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        super().__init__()
        self.backend = backend

    def send(self, message: EmailMessage, may_submit: MaySubmit) -> Outcome:
        message.message()  # raises ValueError before anything is submitted
        if not may_submit():
            return Outcome("withdrawn", "api")
        try:
            self.backend.open()
            sent = self.backend.send_messages([message])
        except AnymailRecipientsRefused as error:
            return Outcome("refused", "api", text=str(error))
        except AnymailAPIError as error:
            return _answered_by_provider(error)
        except AnymailError as error:  # before anything was posted
            return Outcome("refused", "api", text=str(error))
        except ConnectionRefusedError as error:
            raise Outage(UNREACHABLE) from error
        except OSError as error:
            return Outcome("unknown", "api", text=str(error))
        return _reported(message) if sent else Outcome("refused", "api")

    def close(self) -> None:
        self.backend.close()


def _reported(message: EmailMessage) -> Outcome:
    """An outcome from what Anymail says of a message that went through; other backends say nothing, which is a yes."""
    report = getattr(message, "anymail_status", None)
    status, provider_id = getattr(report, "status", None) or set(), getattr(report, "message_id", None)
    if status & {"rejected", "invalid", "failed"}:
        return Outcome("refused", "api", text=", ".join(sorted(status)))
    if status == {"unknown"} and not provider_id:
        return Outcome("unknown", "api")
    return Outcome("accepted", "api", provider_id=str(provider_id or ""))


def _answered_by_provider(error: Any) -> Outcome:
    """An outcome from a provider's HTTP answer, or from the lack of one. Raises Outage."""
    code = error.status_code
    if code is None:
        if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
            raise Outage(UNREACHABLE) from error
        return Outcome("unknown", "api", text=str(error))
    if code in (401, 403):
        raise Outage(f"The mail provider does not let us in (it answered {code}).") from error
    if code < 400 or code in (408, 502, 504):  # an unreadable yes, or somebody in between gave up waiting
        return Outcome("unknown", "api", code, str(error))
    if code == 429 or code >= 500:
        return Outcome("later", "api", code, str(error), retry_after=_retry_after(error))
    return Outcome("refused", "api", code, str(error))


def _never_connected(error: Any) -> bool:
    """Whether a connection error came before the first byte: no such host, or nobody listening."""
    reason = getattr(getattr(error.__cause__, "args", [None])[0], "reason", None)
    return isinstance(reason, NewConnectionError)


def _retry_after(error: Any) -> timedelta | None:
    """Retry-After in seconds (RFC 9110, 10.2.3), if the provider named it so."""
    seconds = error.response.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 86_400)) if seconds.isascii() and seconds.isdigit() else None
