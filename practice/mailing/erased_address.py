"""An address that must not be written to although nobody here has it any more: only a keyed digest of it is left."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _


class ErasedAddress(models.Model):
    """That somebody who was erased wanted no more emails. With the address at hand it is found; from it, no address."""

    digest = models.CharField(max_length=64, unique=True)
    #: As in `Suppression`.
    why = models.CharField(max_length=10)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return _("Address %(digest)s") % {"digest": self.digest[:8]}


def digest_of(address: str, key: str | bytes | None = None) -> str:
    """The digest of an address, by SECRET_KEY or another `key`."""
    mac = salted_hmac("practice.mailing.erased", address.lower(), secret=key, algorithm="sha256")
    return mac.hexdigest()


def by_digest(addresses: Iterable[str]) -> dict[str, str]:
    """The addresses by their digests: by SECRET_KEY, and by each of those that it replaced."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return {digest_of(address, key): address for address in addresses for key in keys}
