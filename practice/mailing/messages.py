"""Builds the email of a delivery from its edition. Built again later, it is the same, byte for byte."""

import hashlib
from datetime import datetime
from email import charset
from email.message import Message
from email.utils import format_datetime
from typing import Any

from django.core.mail import EmailMultiAlternatives

from practice.mailing.editions import fill, fill_html, filling
from practice.mailing.letterhead import mailbox
from practice.mailing.models import Delivery
from practice.people.models import Client
from resources.sanitize import tidy

# Quoted-printable: seven bits and short lines, whatever is written and whichever servers stand between.
UTF8 = charset.Charset("utf-8")
UTF8.body_encoding = charset.QP


class Letter(EmailMultiAlternatives):
    """A message whose bytes follow from its content alone."""

    encoding: Any = UTF8

    def message(self, **kwargs: Any) -> Any:
        message: Message = super().message(**kwargs)
        seed = hashlib.sha256(self.extra_headers["Message-ID"].encode()).hexdigest()
        message.set_boundary(f"={seed[:32]}=")
        return message


def values_for(client: Client) -> dict[str, str]:
    """What fills an edition's placeholders for this client, the token aside. One line each."""
    return {"name": " ".join(tidy(client.greeted_as()).split())}


def letter(delivery: Delivery, at: datetime, token: str | None = None) -> Letter:
    """The email of a delivery whose `edition`, `to_address` and `values` are set, dated `at`.

    With `token`, the private links carry that in place of the real one. Raises ValueError when an address or header
    cannot be written (such as one with a line break).
    """
    if delivery.edition is None:
        raise ValueError("This email has no edition yet.")
    edition, values = delivery.edition, filling(delivery, token)
    headers = {name: fill(value, values) for name, value in edition.headers}
    message = Letter(
        subject=fill(edition.subject, values),
        body=fill(edition.text, values),
        from_email=headers.pop("From"),
        to=[mailbox(values["name"], delivery.to_address)],
        reply_to=[headers.pop("Reply-To")],
        headers={"Date": format_datetime(at), "Message-ID": delivery.message_id, **headers},
    )
    message.attach_alternative(fill_html(edition.html, values), "text/html")
    # For providers by Anymail: ids only, and nothing that watches a person.
    vars(message).update(metadata={"delivery": str(delivery.pk)}, track_opens=False, track_clicks=False)
    return message


def letter_as_sent(delivery: Delivery, token: str | None = None) -> Letter:
    """The email that left (or may have left), exactly. Raises links.LostKey, or ValueError when none ever left."""
    if delivery.submitted_at is None:
        raise ValueError("This email has not left yet.")
    return letter(delivery, delivery.submitted_at, token)
