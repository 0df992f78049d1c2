"""Accounts at the desk: invited, joined, closed, opened again. Nothing is ever deleted with one.

Somebody who is invited has a row, no password, and cannot sign in before they follow the link of their invitation.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int
from django.utils.translation import gettext

from practice.people import audit
from practice.people.audit import Action
from practice.people.models import Practice, Practitioner
from practice.people.posting import post

#: How long the link of an invitation works.
OPEN_FOR = timedelta(days=3)


class InvitationTokens(PasswordResetTokenGenerator):
    """Tokens for the link of an invitation: of the last one only, and only until it is accepted or withdrawn."""

    key_salt = "practice.people.accounts.InvitationTokens"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.invited_at.isoformat()}"

    def check_token(self, user: Any, token: str | None) -> bool:
        """Whether it is theirs, whatever its age: `ends_at` knows how long an invitation is open."""
        moment, _, _ = (token or "").partition("-")
        try:
            made = self._make_token_with_timestamp(user, base36_to_int(moment), self.secret)
        except ValueError:
            return False
        return constant_time_compare(made, token or "")


_tokens = InvitationTokens()


def ends_at(practitioner: Practitioner) -> datetime | None:
    """When the link of an open invitation stops working; None when there is no invitation."""
    if practitioner.invited_at is None:
        return None
    return practitioner.invited_at + OPEN_FOR


# --- Invitations --------------------------------------------------------------------------------


def invite(practitioner: Practitioner, actor: Any, now: datetime) -> bool:
    """Open an invitation, in place of an earlier one, and send its link. Returns whether the email left.

    The row may be new. Somebody who has joined already is not invited: nothing happens.
    """
    with transaction.atomic():
        if practitioner._state.adding:
            practitioner.set_unusable_password()
        else:
            practitioner.refresh_from_db(from_queryset=Practitioner.objects.select_for_update())
        if practitioner.has_joined:
            return False
        practitioner.is_active, practitioner.invited_at = False, now
        practitioner.save()
        audit.note(actor, Action.INVITED, practitioner)
    return post(practitioner.email, gettext("Your invitation"), _words(practitioner))


def _words(practitioner: Practitioner) -> str:
    token = _tokens.make_token(practitioner)
    link = settings.PUBLIC_BASE_URL + reverse("admin:join", args=(practitioner.pk, token))
    context = {"name": practitioner.get_short_name(), "link": link, "ends_at": ends_at(practitioner)}
    return render_to_string("email/invitation.txt", context | {"practice": Practice.current()})


def withdraw(practitioner: Practitioner, actor: Any) -> bool:
    """Close an open invitation: its link no longer works. Returns whether there was one."""
    with transaction.atomic():
        withdrawn = Practitioner.objects.filter(pk=practitioner.pk).exclude(invited_at=None)
        if not withdrawn.update(invited_at=None):
            return False
        audit.note(actor, Action.UNINVITED, practitioner)
        return True


def invited(pk: int, token: str, now: datetime) -> Practitioner | None:
    """Whom the link of an invitation belongs to; None when it does not open (any more)."""
    practitioner = Practitioner.objects.exclude(invited_at=None).filter(pk=pk).first()
    until = ends_at(practitioner) if practitioner else None
    return practitioner if until and now < until and _tokens.check_token(practitioner, token) else None


def join(pk: int, token: str, password: str, zone: str, now: datetime) -> bool:
    """Accept an invitation with this password and time zone. Returns whether the link still opened at this moment."""
    with transaction.atomic():
        Practitioner.objects.select_for_update().filter(pk=pk).first()
        practitioner = invited(pk, token, now)
        if practitioner is None:
            return False
        practitioner.set_password(password)
        practitioner.time_zone = zone
        practitioner.is_active, practitioner.invited_at = True, None
        practitioner.save()
        audit.note(practitioner, Action.JOINED, practitioner)
        return True


# --- Another address ----------------------------------------------------------------------------


def tell_old_address(practitioner: Practitioner, old: str, actor: Any) -> bool:
    """Write to the address that was theirs that `actor` changed it. Returns whether the email left."""
    context = {"name": practitioner.get_short_name(), "actor": actor, "practice": Practice.current()}
    text = render_to_string("email/other_address.txt", context)
    return post(old, gettext("Your account has another address"), text)


# --- Closing ------------------------------------------------------------------------------------


def close(practitioner: Practitioner, actor: Any, series_go_on: bool) -> bool:
    """Let them sign in no more, and sign them out everywhere. Returns whether that changed anything.

    `series_go_on` says whether what their clients receive goes on, or is held until the account is open again.
    """
    with transaction.atomic():
        open_ones = Practitioner.objects.filter(pk=practitioner.pk, is_active=True)
        if not open_ones.update(is_active=False, series_go_on=series_go_on):
            return False
        _sign_out_everywhere(practitioner)
        audit.note(actor, Action.DEACTIVATED, practitioner)
        return True


def reopen(practitioner: Practitioner, actor: Any) -> bool:
    """Let them sign in again, with the password they had. Returns whether that changed anything."""
    if not practitioner.has_joined:
        return False
    with transaction.atomic():
        if not Practitioner.objects.filter(pk=practitioner.pk, is_active=False).update(is_active=True):
            return False
        audit.note(actor, Action.REACTIVATED, practitioner)
        return True


def _sign_out_everywhere(practitioner: Practitioner) -> None:
    """End their sessions, which would come to life again with the account."""
    # The reverse of a relation from a floor above.
    sessions: Any = practitioner.sessions
    sessions.all().delete()
