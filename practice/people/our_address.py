"""Where our emails come from, as DEFAULT_FROM_EMAIL has it."""

from email.utils import parseaddr

from django.conf import settings


def our_address() -> str:
    """The address alone, without a name."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def our_domain() -> str:
    """What ends our Message-IDs."""
    return our_address().rpartition("@")[2]
