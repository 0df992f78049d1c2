"""The address that a client writes back to: one for each email, and nobody can guess another's.

It is INBOUND_ADDRESS with the email's id and a code in it. The code follows from the token of the email's private link,
and not the other way round: whoever sees the address cannot make the link of it.
"""

import base64
import hmac
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int, int_to_base36

from practice.mailing.links import LostKey
from practice.mailing.models import Delivery

PURPOSE = b"practice.mailing.reply_address"


def is_on() -> bool:
    """Whether clients can write back by email to Interlude. Else their answers go to the practitioner's own mailbox."""
    return bool(settings.INBOUND_ADDRESS)


def reply_to(mark: str) -> str:
    """The address with this in place of an email's own part, such as a placeholder or what `own_part` gives."""
    local, _, domain = settings.INBOUND_ADDRESS.partition("@")
    return f"{local}+{mark}@{domain}"


def own_part(delivery: Delivery, token: str) -> str:
    """What makes the address this email's own: 80 bits in letters and digits that survive a change of case.

    `token` is that of its private link.
    """
    return f"{int_to_base36(delivery.pk)}-{_code(token)}"


def _code(token: str) -> str:
    mac = hmac.digest(token.encode(), PURPOSE, "sha256")
    return base64.b32encode(mac[:10]).decode().lower()


def named_in(text: str) -> list[tuple[str, str]]:
    """(number, code) of each reply address in a text, whoever made it."""
    local, _, domain = settings.INBOUND_ADDRESS.lower().partition("@")
    if not local:
        return []
    ours = (
        rf"(?<![\w.+-]){re.escape(local)}\+([0-9a-z]{{1,12}})-([a-z2-7]{{16}})@{re.escape(domain)}(?![\w.-])"
    )
    return re.findall(ours, text.lower())


def delivery_at(number: str, code: str) -> Delivery | None:
    """The email that this address belongs to; None for one that nobody was given."""
    pk = base36_to_int(number)
    found = (
        Delivery.objects.filter(pk=pk).select_related("assignment__client").first() if pk < 2**63 else None
    )
    try:
        fits = found is not None and constant_time_compare(code, _code(found.token))
    except LostKey:
        return None
    return found if fits else None
