"""What an email with a private link keeps of it: enough to rebuild the token, and only its SHA-256 to find it by."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils import timezone

from practice.mailing import links
from practice.people.ownership import Owned, OwnedQuerySet


class LinkedQuerySet(OwnedQuerySet):
    """Emails, found by their links."""

    def by_token(self, token: str, now: datetime | None = None) -> Any:
        """The email behind a private link. A garbled, expired or revoked link finds nothing, and all look the same."""
        return self._not_revoked(token).filter(link_expires_at__gt=now or timezone.now()).first()

    def by_token_even_expired(self, token: str) -> Any:
        """The same without regard to its age: a link that stops the emails never grows too old to do so."""
        return self._not_revoked(token).first()

    def _not_revoked(self, token: str) -> Self:
        return self.filter(token_sha256=links.digest_of(token), link_revoked_at=None)


class Linked(Owned):
    """Base of an email with a private link."""

    nonce = models.CharField(max_length=32)
    token_sha256 = models.CharField(max_length=64)
    link_expires_at = models.DateTimeField()
    link_revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def token(self) -> str:
        """The token of its private link, rebuilt. Raises links.LostKey."""
        return links.token_of(self.nonce, self.token_sha256)


def new_link(expires_at: datetime) -> dict[str, Any]:
    """The fields of a new link, which is open until then."""
    nonce = links.new_nonce()
    sha256 = links.digest_of(links.token_of(nonce))
    return {"nonce": nonce, "token_sha256": sha256, "link_expires_at": expires_at}
