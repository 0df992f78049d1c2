"""What `manage.py check`, `migrate` and `serve` refuse: settings with which what clients write back would be lost."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from practice.mailing.bounces import is_address
from practice.mailing.checks import SHORTEST, only_a_provider_can_post


@register
def inbound_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Where clients write back is an address of its own, and somebody fetches or posts what comes to it."""
    address = settings.INBOUND_ADDRESS
    if not address:
        says = "INBOUND_MAILBOX is set without an INBOUND_ADDRESS, so no client could write to it."
        return [Error(says, id="replies.E001")] if settings.INBOUND_MAILBOX else []
    if not is_address(address):
        return [
            Error(
                "INBOUND_ADDRESS must be a bare address such as reply@example.com: at most 30 characters before "
                "the @, and no + among them.",
                id="replies.E002",
            )
        ]
    if address.lower() == settings.BOUNCE_ADDRESS.lower():
        return [Error("INBOUND_ADDRESS and BOUNCE_ADDRESS must be two addresses.", id="replies.E003")]
    if not settings.INBOUND_MAILBOX and not only_a_provider_can_post():
        return [
            Error(
                "INBOUND_ADDRESS is set, and nothing would bring what clients write to it.",
                hint="Set INBOUND_MAILBOX to its mailbox, or a WEBHOOK_SECRET in ANYMAIL (a name, a colon and "
                f"{SHORTEST} random characters or more), and let a provider post mails to {settings.PUBLIC_BASE_URL}"
                "/hooks/postmark/inbound/, with its own name for postmark.",
                id="replies.E004",
            )
        ]
    return []
