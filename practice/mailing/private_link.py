"""What an email with a private link keeps of it: enough to rebuild the token, and only its SHA-256 to find it by."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from practice.mailing import links
from practice.people.ownership import Owned, OwnedQuerySet


class LinkedQuerySet(OwnedQuerySet):
    """Emails, found by their links."""

    def by_token(self, token: str, now: datetime | None = None) -> Any:
        """The email behind a private link. A garbled, expired or revoked link finds nothing, nor does one in a mailbox
        that is no longer the client's, and all look the same."""
        open_still = self._not_revoked(token).at_their_address()
        return open_still.filter(link_expires_at__gt=now or timezone.now()).first()

    def by_token_even_expired(self, token: str) -> Any:
        """The same without regard to its age."""
        return self._not_revoked(token).at_their_address().first()

    def by_token_to_stop(self, token: str) -> Any:
        """The same, wherever it went: a link that stops the emails does so for whoever has the email."""
        return self._not_revoked(token).first()

    def at_their_address(self) -> Self:
        """Those that went to the address that their client has now, and those that have not left. Asked each time, so
        that whatever becomes of an address, in its old mailbox no link tells of what came after."""
        now = self.model.owner_path.replace("practitioner", "email")
        known = self.alias(went_to=Lower("to_address"), address=Lower(now))
        return known.filter(Q(to_address="") | Q(went_to=F("address")))

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

    def is_at_their_address(self) -> bool:
        """Whether it is one of `at_their_address`. One query: how things stand at this moment."""
        emails: Any = type(self).objects
        return bool(emails.filter(pk=self.pk).at_their_address().exists())

    @property
    def token(self) -> str:
        """The token of its private link, rebuilt. Raises links.LostKey."""
        return links.token_of(self.nonce, self.token_sha256)


def new_link(expires_at: datetime) -> dict[str, Any]:
    """The fields of a new link, which is open until then."""
    nonce = links.new_nonce()
    sha256 = links.digest_of(links.token_of(nonce))
    return {"nonce": nonce, "token_sha256": sha256, "link_expires_at": expires_at}
