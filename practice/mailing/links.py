"""Private links: a token of 256 bits that a retry rebuilds, and that the database alone does not reveal."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_noop

LIFETIME = timedelta(days=180)
#: Stands where a token would be in what is only tried. It is too short to be one, so no page ever answers to it.
ONLY_TRIED = "only-a-trial"


class LostKey(ValueError):
    """A link cannot be rebuilt: SECRET_KEY has changed and the old one is not among SECRET_KEY_FALLBACKS."""


def new_nonce() -> str:
    """128 random bits. With the key, the token follows from them."""
    return secrets.token_hex(16)


def token_of(nonce: str, sha256: str | None = None) -> str:
    """The token of a link, 43 characters that need no quoting in an address.

    `sha256` is what was stored with the nonce: the key that fits it is taken. Raises LostKey when none does.
    """
    for token in _tokens(nonce):
        if sha256 is None or digest_of(token) == sha256:
            return token
    raise LostKey(
        gettext_noop("The private link of this email cannot be rebuilt, because SECRET_KEY has changed.")
    )


def _tokens(nonce: str) -> Iterator[str]:
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        mac = salted_hmac("practice.mailing.links", nonce, secret=key, algorithm="sha256")
        yield urlsafe_base64_encode(mac.digest())


def code_of(nonce: str) -> str:
    """Six digits that follow from a nonce and the key: nothing that the database alone reveals."""
    mac = salted_hmac("practice.mailing.links.code", nonce, algorithm="sha256")
    return f"{int.from_bytes(mac.digest()) % 10**6:06}"


def digest_of(token: str) -> str:
    """What is stored of a token: its SHA-256. Looking it up by this tells nothing by the time it takes."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def reflection_url(token: str) -> str:
    """The absolute address of the client's private page."""
    return _absolute("reflection", token)


def pace_url(token: str) -> str:
    """The absolute address of the page for resting, slowing down and carrying on."""
    return _absolute("pace", token)


def stop_url(token: str) -> str:
    """The absolute address of the page that stops the emails; also the target of one-click unsubscribing."""
    return _absolute("stop", token)


def own_page_url(token: str) -> str:
    """The absolute address of the client's own page: what they and their practitioner wrote to each other."""
    return _absolute("own_page", token)


def begin_url(token: str) -> str:
    """The absolute address of the page on which a client who is invited says yes or no."""
    return _absolute("begin", token)


def _absolute(page: str, token: str) -> str:
    # Reversed with a stand-in, so that a placeholder in place of the token is not percent-encoded.
    stand_in = "t" * 43
    return settings.PUBLIC_BASE_URL + reverse(page, args=[stand_in]).replace(stand_in, token)
