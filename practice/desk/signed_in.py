"""The page that shows a practitioner where they are signed in, and signs them out there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.contrib import admin, messages
from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from practice.desk.browser_words import in_words
from practice.desk.models import SignedIn
from practice.desk.session_ends import BROWSER, SEEN, SINCE, reason_to_end
from practice.people.models import Practitioner
from practice.people.ownership import practitioner_of


class Place(NamedTuple):
    """One browser in which a practitioner is signed in."""

    key: str
    handle: str
    browser: str
    since: datetime
    seen: datetime
    is_here: bool


def places_of(practitioner: Practitioner, here: str | None, now: datetime) -> list[Place]:
    """Where somebody is signed in: `here` (the key of a session) first, then those used last."""
    return sorted(
        _alive(practitioner, here, now), key=lambda place: (place.is_here, place.seen), reverse=True
    )


def _alive(practitioner: Practitioner, here: str | None, now: datetime) -> Iterator[Place]:
    password = practitioner.get_session_auth_hash()
    for row in SignedIn.objects.filter(practitioner=practitioner.pk, expire_date__gt=now):
        held = row.get_decoded()
        if held.get(HASH_SESSION_KEY) != password or reason_to_end(held, now.timestamp()):
            continue  # over: the next page in that browser is the sign-in page
        since, seen = (datetime.fromtimestamp(held.get(name, now.timestamp()), UTC) for name in (SINCE, SEEN))
        key = row.session_key
        yield Place(key, _handle(key), in_words(*held.get(BROWSER, ())), since, seen, key == here)


def _handle(key: str) -> str:
    """What stands on the page for a session: its key would open it."""
    return salted_hmac("practice.desk.signed_in", key).hexdigest()[:16]


def signed_in(request: HttpRequest) -> HttpResponse:
    """Show the browsers; sign out of one, or of all others."""
    here = request.session.session_key
    places = places_of(practitioner_of(request), here, timezone.now())
    if request.method != "POST":
        title = _("Where you are signed in")
        context = {**admin.site.each_context(request), "title": title, "browsers": places}
        return render(request, "admin/signed_in.html", context)
    which = request.POST.get("end")
    ended = [place for place in places if not place.is_here and which in ("others", place.handle)]
    SignedIn.objects.filter(session_key__in=[place.key for place in ended]).delete()
    messages.success(
        request, _("Signed out there.") if ended else _("There was nothing left to sign out of.")
    )
    return redirect("admin:signed_in")
