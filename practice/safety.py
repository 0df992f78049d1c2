"""What would be unsafe to run a practice with. Knows no settings: they are handed in before Django has them."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from cryptography.fernet import Fernet

#: For trying out.
UNSAFE_SECRET_KEY = "only-for-trying-out-and-never-for-a-practice"  # noqa: S105
UNSAFE_ENCRYPTION_KEY = "b25seS1mb3ItdHJ5aW5nLW91dC1uZXZlci1mb3ItcmU="
#: That somebody is at the desk is noted once a minute: with less than this even who is busy would be signed out.
FEWEST_IDLE_MINUTES = 2
#: A sender works in shifts of a part of the lease. With less than this hardly an email would fit into one.
SHORTEST_LEASE_SECONDS = 10


def unsafe_settings(chosen: Mapping[str, Any]) -> list[str]:
    """What of the chosen settings, by name, is unsafe: each as a sentence that says what to set."""
    keys = chosen["FIELD_ENCRYPTION_KEYS"]
    rules = {
        "SECRET_KEY must be set to 32 random characters or more.": (
            len(chosen["SECRET_KEY"]) >= 32 and chosen["SECRET_KEY"] != UNSAFE_SECRET_KEY
        ),
        "FIELD_ENCRYPTION_KEYS must be set to a key of your own.": UNSAFE_ENCRYPTION_KEY not in keys,
        "FIELD_ENCRYPTION_KEYS must hold Fernet keys, with commas between them.": (
            bool(keys) and all(map(_is_encryption_key, keys))
        ),
        "PUBLIC_BASE_URL must begin with https:// because links in emails are private.": chosen["SECURE"],
        "ALLOWED_HOSTS must name your hosts and not be *.": "*" not in chosen["ALLOWED_HOSTS"],
        "EMAIL_URL (or EMAIL_BACKEND) must be set, or no email would reach anyone.": (
            not chosen["EMAIL_IS_CAPTURED"]
        ),
        "DEFAULT_FROM_EMAIL must be an address of your practice.": _is_address(chosen["DEFAULT_FROM_EMAIL"]),
        f"IDLE_MINUTES must be {FEWEST_IDLE_MINUTES} or more, or nobody could stay signed in.": (
            chosen["IDLE_MINUTES"] >= FEWEST_IDLE_MINUTES
        ),
        "SENDERS and CONNECTIONS must be 1 or more, or no email would leave.": (
            min(chosen["SENDERS"], chosen["CONNECTIONS"]) >= 1
        ),
        f"LEASE_SECONDS must be {SHORTEST_LEASE_SECONDS} or more, or emails would be taken from a slow sender.": (
            chosen["LEASE_SECONDS"] >= SHORTEST_LEASE_SECONDS
        ),
        "HOLD_MINUTES must be 0 or more.": chosen["HOLD_MINUTES"] >= 0,
    }
    return [rule for rule, is_kept in rules.items() if not is_kept]


def _is_encryption_key(key: str) -> bool:
    """Whether this is 32 bytes in URL-safe base64, as Fernet asks for."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _is_address(sender: str) -> bool:
    """Whether a sender such as `Letters <letters@example.com>` has an address on some other machine."""
    name, _, host = parseaddr(sender)[1].rpartition("@")
    return bool(name) and host not in ("", "localhost")
