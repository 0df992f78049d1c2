"""Mails about emails, for practices without a provider that posts events: bounces (RFC 3464) and complaints (RFC 5965).

The envelope's sender of each email is BOUNCE_ADDRESS with the email's id and a signature in it (VERP), so whatever
comes back says by its address which email it is about, however little else of it can be read.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

from practice.mailing import reasons
from practice.mailing.feedback import Event
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery

SOURCE = "bounce mail"
ADDRESS = re.compile(r"([a-z0-9._-]{1,30})@([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
#: RFC 3464, 2.3.3. Of several recipients behind one address, the first of these that is told stands.
ACTIONS = ("failed", "delivered", "delayed")
#: RFC 5965, 7.3: of its kinds, those by which a person says that an email is not wanted.
COMPLAINTS = ("abuse", "fraud")
#: As `Delivery.planned` makes it: nobody who has not seen the email knows it.
MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@[a-z0-9.-]{1,80}>", re.IGNORECASE)


# --- The address ----------------------------------------------------------------------------------


def is_address(address: str) -> bool:
    """Whether this can be a BOUNCE_ADDRESS: there is room for an id and a signature in 64 characters (RFC 5321)."""
    return ADDRESS.fullmatch(address) is not None


def return_address(delivery: Delivery) -> str | None:
    """The envelope's sender for this email, whose `to_address` is set; None without a BOUNCE_ADDRESS."""
    if not settings.BOUNCE_ADDRESS:
        return None
    local, _, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{int_to_base36(delivery.pk)}-{_signature(delivery, settings.SECRET_KEY)}@{domain}"


def _signature(delivery: Delivery, key: str | bytes) -> str:
    """80 bits, in letters and digits that survive a change of case. It fits one email to one address."""
    said = f"{delivery.pk} {delivery.to_address.lower()}"
    mac = salted_hmac("practice.mailing.bounces", said, secret=key, algorithm="sha256").digest()
    return base64.b32encode(mac[:10]).decode().lower()


def _return_addresses(text: str) -> list[tuple[str, str]]:
    """(number, signature) of each return address in a text, whoever made it."""
    local, _, domain = settings.BOUNCE_ADDRESS.partition("@")
    if not local:
        return []
    ours = rf"\b{re.escape(local)}\+([0-9a-z]{{1,12}})-([a-z2-7]{{16}})@{re.escape(domain)}"
    return re.findall(ours, text.lower())


def _delivery_at(number: str, signature: str) -> Delivery | None:
    delivery = Delivery.objects.filter(pk=base36_to_int(number)).first()
    return delivery if delivery and _fits(signature, delivery) else None


def _fits(signature: str, delivery: Delivery) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(signature, _signature(delivery, key)) for key in keys)


# --- The mail -------------------------------------------------------------------------------------


def read(content: bytes) -> Event:
    """What a mail tells of an email of ours: nothing, if it is an absence note, a letter, or garbage. Never raises for
    what stands in it.
    """
    about: dict[str, Any] = {}
    try:
        mail = message_from_bytes(content)
        told, text = _told_by(mail)
        if told not in (Heard.UNKNOWN, Heard.UNREADABLE):
            about = _named_in(mail)
    except DatabaseError:
        raise
    except Exception:  # the standard library on a garbled mail
        told, text = Heard.UNREADABLE, ""
    return Event(SOURCE, told, event_id=hashlib.sha256(content).hexdigest(), text=text, **about)


def _named_in(mail: Message) -> dict[str, Any]:
    """How an Event names the email that this mail is about: by its return address, else by the Message-ID inside, since
    complaints come with every address blacked out. An address that does not fit is not overruled: it is an old one.
    """
    headers = [(name.lower(), str(value).strip()) for part in _parts(mail) for name, value in part.items()]
    addresses = [found for _, value in headers for found in _return_addresses(value)]
    for number, signature in addresses:
        if delivery := _delivery_at(number, signature):
            return {"delivery_id": delivery.pk}
    ids = [value for name, value in headers if name == "message-id" and MESSAGE_ID.fullmatch(value)]
    return {"provider_id": ids[-1]} if ids and not addresses else {}


def _parts(mail: Message) -> Iterator[Message]:
    """The mail, the parts of a report in it, and the email inside, of which there may be the headers alone."""
    for part in mail.walk():
        yield part
        content = part.get_payload(decode=True) if part.get_content_type() == "text/rfc822-headers" else None
        if isinstance(content, bytes):
            yield message_from_bytes(content)


def _told_by(mail: Message) -> tuple[Heard, str]:
    if mail.get_content_type() == "multipart/report" and _param(mail, "report-type") == "feedback-report":
        return _complaint(mail), ""
    reports = {action: text for action, text in _reports(mail) if action in ACTIONS}
    for action in ACTIONS:
        if action in reports:
            return _meaning(action, reports[action]), reports[action]
    if mail["X-Failed-Recipients"]:  # what Exim before 4.88 had instead of a report
        text = _text(mail)
        return _meaning("failed", text), text
    return Heard.UNKNOWN, ""


def _param(mail: Message, name: str) -> str:
    return str(mail.get_param(name)).lower()


def _complaint(mail: Message) -> Heard:
    """What a feedback report tells by its kind, such as: this is unwanted, or this was no spam after all."""
    for part in mail.walk():
        if part.get_content_type() == "message/feedback-report" and part.is_multipart():
            for fields in part.get_payload():
                if isinstance(fields, Message) and fields["Feedback-Type"]:
                    kind = str(fields["Feedback-Type"]).strip().lower()
                    return Heard.COMPLAINED if kind in COMPLAINTS else Heard.UNKNOWN
    return Heard.UNREADABLE


def _meaning(action: str, text: str) -> Heard:
    if action == "failed":
        return Heard.GONE if reasons.is_gone(text) else Heard.RETURNED
    return Heard.DELIVERED if action == "delivered" else Heard.DELAYED


def _reports(mail: Message) -> Iterator[tuple[str, str]]:
    """(action, the server's words) for each recipient in the report, if there is one."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for group in part.get_payload():
            if isinstance(group, Message) and group["Action"]:
                # The remote server's words first: some servers put a status of their own, such as 5.0.0, beside them.
                words = (group["Diagnostic-Code"], group["Status"])
                action = str(group["Action"]).strip().lower()
                yield action, " ".join(str(word) for word in words if word)


def _text(mail: Message) -> str:
    """The first readable part."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode(errors="replace") if isinstance(content, bytes) else ""
    return ""
