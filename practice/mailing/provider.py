"""Providers by Anymail, and any other of Django's backends: one call that nobody can look into."""

from datetime import datetime, timedelta
from email.utils import parseaddr, parsedate_to_datetime
from functools import cached_property
from ssl import SSLCertVerificationError
from typing import Any

import requests
from anymail.backends.base import AnymailBaseBackend
from anymail.backends.base_requests import AnymailRequestsBackend
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailUnsupportedFeature,
)
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import gettext_noop
from urllib3.exceptions import NewConnectionError, ProxyError, SSLError

from practice.mailing import reasons
from practice.mailing.lookups import LOOKUPS
from practice.mailing.models import Delivery
from practice.mailing.outcome import CallTransport, Outage, Outcome
from practice.mailing.unwanted import why_unwanted

UNREACHABLE = gettext_noop("The mail provider cannot be reached.")
#: What we ask of a provider for each email, where it can be asked.
WISHES = {"metadata": {"delivery": "1"}, "track_opens": False, "track_clicks": False}


class BackendTransport(CallTransport):
    """Whatever EMAIL_BACKEND names, apart from SMTP. The point of no return is the call."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        super().__init__()
        self.backend = backend
        self.is_open = False
        #: For how long the provider takes the same email, handed over again, for the same.
        self.same_for: timedelta = getattr(backend, "same_for", timedelta(0))
        #: Whether the provider can be asked for an email, see `find`.
        self.can_find = type(backend) in LOOKUPS

    def send(self, message: EmailMessage) -> Outcome:
        if breaks_a_line(message):
            return Outcome("refused", "build")
        for wish in self.deaf_to:
            vars(message).pop(wish, None)
        try:
            self.open()
            sent = self.backend.send_messages([message])
        except AnymailRecipientsRefused:
            return self._reported(message)
        except AnymailAPIError as error:
            return self._answered(error)
        except (AnymailError, ValueError) as error:
            if _was_posted(message):
                return Outcome("unknown", "api", text=type(error).__name__)
            return Outcome("refused", "build", text=_lacks(error))
        except ConnectionRefusedError as error:
            raise Outage(UNREACHABLE) from error
        except OSError as error:
            return Outcome("unknown", "api", text=str(error))
        return self._reported(message) if sent else Outcome("refused", "api")

    @cached_property
    def deaf_to(self) -> frozenset[str]:
        """Which WISHES the provider's API has no word for. Anymail would refuse an email that asks for them."""
        return wishes_unheard(self.backend) if isinstance(self.backend, AnymailBaseBackend) else frozenset()

    def find(self, delivery: Delivery) -> str | None:
        """The provider's id of an email, if it has it. Raises lookups.NoAnswer. Only where `can_find`."""
        self.open()
        return LOOKUPS[type(self.backend)](self.backend, delivery)

    def open(self) -> None:
        """Keep one HTTP session from here to `close`."""
        if not self.is_open:
            self.backend.open()
            self.is_open = True
            if isinstance(self.backend, AnymailRequestsBackend) and self.backend.session:
                read_environment_once(self.backend.session, self.backend.api_url)

    def close(self) -> None:
        self.backend.close()
        self.is_open = False

    def _reported(self, message: EmailMessage) -> Outcome:
        """An outcome from what Anymail says of a message that was posted; other backends say nothing: that is a yes."""
        report = getattr(message, "anymail_status", None)
        status, provider_id = getattr(report, "status", None) or set(), getattr(report, "message_id", None)
        if report and status & {"rejected", "invalid", "failed"}:
            why = why_unwanted(self.backend, report, parseaddr(message.to[0])[1])
            # With RFC 3463's word for an address that nobody can write to.
            text = "5.1.3 invalid" if status == {"invalid"} else ", ".join(sorted(status))
            return Outcome("refused", "api", text=text, unwanted=why)
        if status == {"unknown"} and not provider_id:
            return Outcome("unknown", "api")
        return Outcome("accepted", "api", provider_id=str(provider_id or ""))

    def _answered(self, error: Any) -> Outcome:
        """An outcome from a provider's HTTP answer, or from the lack of one. Raises Outage."""
        code = error.status_code
        if code is None:
            if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
                raise Outage(UNREACHABLE) from error
            return Outcome("unknown", "api", text=str(error))
        if code in (401, 403):
            raise Outage(reasons.PROVIDER_CLOSED % {"detail": code}) from error
        if self.same_for and code == 400 and "duplicate_parameter" in str(error):
            return Outcome("accepted", "api", text=gettext_noop("It had this email already."))
        if self.same_for and (code == 409 or code >= 500):
            # With its key the same may go again. 409: the first of two is still at work, or was another. 500: it may
            # have been taken before something broke; dated anew it would be another email.
            return Outcome("unknown", "api", code, str(error), retry_after=_retry_after(error))
        if code < 400 or code in (408, 502, 504):  # an unreadable yes, or somebody in between gave up waiting
            return Outcome("unknown", "api", code, str(error))
        if code == 429 or code >= 500:
            return Outcome("later", "api", code, str(error), retry_after=_retry_after(error))
        return Outcome("refused", "api", code, str(error))


def breaks_a_line(message: EmailMessage) -> bool:
    """Whether an address or header has a line break: it could add a header of its own. The bodies may."""
    told = (message.subject, message.from_email, *message.to, *message.reply_to)
    return any("\n" in text or "\r" in text for text in (*told, *map(str, message.extra_headers.values())))


def wishes_unheard(backend: AnymailBaseBackend) -> frozenset[str]:
    """The WISHES at which Anymail says that this provider does not support them."""
    unheard = set()
    for wish, value in WISHES.items():
        probe = EmailMessage(
            "Hello", "Hello", "from@example.com", ["to@example.com"], headers={"Date": "", "Message-ID": ""}
        )
        setattr(probe, wish, value)
        try:
            backend.build_message_payload(probe, {})
        except AnymailUnsupportedFeature:
            unheard.add(wish)
    return frozenset(unheard)


def read_environment_once(session: requests.Session, url: str) -> None:
    """Proxies and certificates from the environment, as requests reads them; but not for every email anew."""
    told = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify, session.trust_env = told["proxies"], told["verify"], False


def _lacks(error: Exception) -> str:
    """What the provider's API cannot do, if it was that."""
    return str(error) if isinstance(error, AnymailUnsupportedFeature) else ""


def _was_posted(message: EmailMessage) -> bool:
    return getattr(getattr(message, "anymail_status", None), "esp_response", None) is not None


def _never_connected(error: Any) -> bool:
    """Whether a connection error came before the first byte: no such host, nobody there, or somebody else."""
    reason: Any = getattr(getattr(error.__cause__, "args", [None])[0], "reason", None)
    if isinstance(reason, ProxyError):
        reason = reason.original_error
    told = reason.args[0] if isinstance(reason, SSLError) and reason.args else None
    return isinstance(reason, NewConnectionError) or isinstance(told, SSLCertVerificationError)


def _retry_after(error: Any) -> timedelta | None:
    """Retry-After (RFC 9110, 10.2.3), in seconds or as a date, if the provider named it; a day at most."""
    headers = getattr(error.response, "headers", {})
    told = headers.get("Retry-After", "")
    if told.isascii() and told.isdigit():
        return timedelta(seconds=min(int(told), 86_400))
    then, now = _moment(told), _moment(headers.get("Date", "")) or timezone.now()
    return min(max(then - now, timedelta(0)), timedelta(days=1)) if then else None


def _moment(told: str) -> datetime | None:
    """An HTTP date, on the provider's own clock."""
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
