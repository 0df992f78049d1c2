"""Where a client begins: the page of an invitation, on which they say yes or no to emails. Their own yes is a consent.

A forwarded invitation could be answered by somebody else, so it only ever counts for the address that it went to.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from practice.mailing import invitations, notices
from practice.mailing.models import Notice, Suppression
from practice.people import audit
from practice.people.models import Client, Consent
from practice.replies.choosing import ChoicesForm
from practice.replies.private import not_open, private_page, render_for


def find_invitation(request: HttpRequest, token: str) -> Notice | None:
    """The invitation of an open link, while its client is at the address that it went to."""
    sent = Notice.objects.filter(kind=Notice.Kind.INVITATION).select_related("client__practitioner")
    found = sent.by_token(token, timezone.now())
    return found if found and may_be_answered(found, found.client) else None


def may_be_answered(invitation: Notice, client: Client) -> bool:
    """Whether an answer would be this client's own, and there is somebody to write to them."""
    same_address = invitation.to_address.lower() == client.email.lower()
    return same_address and client.archived_at is None and client.practitioner.is_active


@private_page(find_invitation)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, invitation: Notice) -> HttpResponse:
    """Show who asks for what; a POST says yes or no, or after a yes what suits. All may be changed while the link is
    open."""
    # `private_page` puts the language back afterwards.
    translation.activate(language_of(request, invitation.client))
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        return _page(request, invitation)
    with transaction.atomic():
        # Of two answers at once each sees what the other did.
        invitation.client = Client.objects.select_for_update().get(pk=invitation.client_id)
        if not may_be_answered(invitation, invitation.client):
            return not_open(request)
        return answer(request, invitation, timezone.now())


def _yes(request: HttpRequest, invitation: Notice, now: datetime) -> HttpResponse:
    wording = gettext(Consent.WORDING)
    if not constant_time_compare(request.POST.get("wording", ""), digest_of(wording)):
        return _page(request, invitation, changed=True, status=422)
    agree(invitation.client, wording, now)
    Notice.objects.filter(pk=invitation.pk).update(declined_at=None)
    return redirect(request.get_full_path())


def _no(request: HttpRequest, invitation: Notice, now: datetime) -> HttpResponse:
    decline(invitation.client, now)
    Notice.objects.filter(pk=invitation.pk).update(declined_at=now)
    return redirect(request.get_full_path())


def _choices(request: HttpRequest, invitation: Notice, now: datetime) -> HttpResponse:
    form = ChoicesForm(request.POST)
    if not invitations.has_agreed(invitation.client, invitations.stopped_at(invitation.client)):
        return redirect(request.path)
    if not form.is_valid():
        return _page(request, invitation, form=form, status=422)
    form.keep(invitation.client, now)
    # In the language that they chose.
    return redirect(f"{request.path}?kept#choices")


ANSWERS: dict[str, Callable[[HttpRequest, Notice, datetime], HttpResponse]] = {
    "yes": _yes,
    "no": _no,
    "choices": _choices,
}


def language_of(request: HttpRequest, client: Client) -> str:
    """The language that the address asks for, else the client's."""
    asked = request.GET.get("in", "")
    return asked if asked in dict(settings.LANGUAGES) else client.language


def digest_of(wording: str) -> str:
    """Goes along with the form, so that what is kept of a consent is what stood on the page."""
    return hashlib.sha256(wording.encode()).hexdigest()


def agree(client: Client, wording: str, now: datetime) -> None:
    """Record that the client themselves agreed to these words. Their address may be written to again, if they had asked
    that nothing comes there any more."""
    lift_stop(client.email, now)
    if client.has_consent():
        return
    consent = Consent.objects.create(client=client, how=Consent.How.LINK, wording=wording, given_at=now)
    audit.note(None, audit.Action.AGREED, consent, client)


def lift_stop(address: str, now: datetime) -> None:
    """Take back that somebody asked for no more emails at this address. What was agreed to there before that stays
    ended, also by whoever else has it: nobody hears again from a series that they stopped."""
    stops = Suppression.objects.select_for_update()
    stop = stops.filter(address=address.lower(), why=Suppression.Why.ASKED).first()
    if stop is None:
        return
    before = Consent.objects.filter(
        client__email__iexact=address, withdrawn_at=None, given_at__lte=stop.at
    ).select_related("client")
    for consent in before:
        consent.client.withdraw_consent(now)
        audit.note(None, audit.Action.WITHDREW, consent.client)
    stop.delete()


def decline(client: Client, now: datetime) -> None:
    """Nothing comes to the client: no other invitation that still waits, and nothing that they agreed to before."""
    notices.withdraw(client, Notice.Kind.INVITATION)
    if client.has_consent():
        client.withdraw_consent(now)
        audit.note(None, audit.Action.WITHDREW, client)


def _page(
    request: HttpRequest,
    invitation: Notice,
    *,
    form: ChoicesForm | None = None,
    changed: bool = False,
    status: int = 200,
) -> HttpResponse:
    client, wording = invitation.client, gettext(Consent.WORDING)
    stop = invitations.stopped_at(client)
    context = {
        "invitation": invitation,
        "agreed": invitations.has_agreed(client, stop),
        "cannot_be_reached": stop is not None,
        "wording": wording,
        "digest": digest_of(wording),
        "changed": changed,
        "choices": form or ChoicesForm.of(client, language_of(request, client)),
        "kept": "kept" in request.GET,
        "languages": [translation.get_language_info(code) for code, _ in settings.LANGUAGES],
    }
    return render_for(request, "begin.html", client, context, status)
