"""Short plain emails about the practice itself: an invitation, another practitioner, what was not taken. Steps leave by
the outbox instead."""

import logging
from email.utils import formataddr, make_msgid

from django.core.mail import EmailMessage

from practice.people.models import Practice
from practice.people.our_address import our_address, our_domain

log = logging.getLogger(__name__)


def post(to: str, subject: str, text: str, reply_to: str = "", headers: dict[str, str] | None = None) -> bool:
    """Write a plain email and hand it over now, outside of any transaction. `headers` are further ones. Returns whether
    the mail server took it."""
    return hand_over(written(to, subject, text, reply_to, headers))


def written(
    to: str, subject: str, text: str, reply_to: str = "", headers: dict[str, str] | None = None
) -> EmailMessage:
    """The email, from the practice."""
    sender = formataddr((Practice.current().sender_name, our_address()))
    # By itself it would name this machine, which is nobody's business and looks like spam.
    headers = {"Message-ID": make_msgid(domain=our_domain()), **(headers or {})}
    message = EmailMessage(
        subject, text, sender, [to], reply_to=[reply_to] if reply_to else None, headers=headers
    )
    # For providers by Anymail: a link that is counted would no longer be the link.
    vars(message).update(track_opens=False, track_clicks=False)
    return message


def hand_over(message: EmailMessage) -> bool:
    """Returns whether the mail server took it. Asks no database."""
    try:
        return message.send() == 1
    except Exception as error:  # whatever the server or the provider's library raises: somebody can try again
        log.warning("posting: %s", type(error).__name__)  # its text may hold the address
        return False
