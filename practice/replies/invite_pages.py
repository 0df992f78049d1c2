"""At the desk: invite a client to receive emails. The client's side is `begin`."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.mailing import invitations, links, notices
from practice.mailing.models import Notice
from practice.mailing.viewing import View, look, shown_by
from practice.people import audit, consent
from practice.people.models import Client
from practice.people.ownership import practitioner_of
from practice.replies.client_pages import own_client

INVITATION = Notice.Kind.INVITATION
#: For so long an invitation can be taken back before it leaves.
TAKE_BACK = timedelta(minutes=2)


class InviteForm(forms.Form):
    """Nothing to fill in; only for somebody who wanted no emails before, that they changed their mind."""

    asked_again = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("Tick this if they told you so. Otherwise talk about it when you meet.")
        }
    )

    def __init__(self, client: Client, before: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not before:
            del self.fields["asked_again"]
        else:
            label = _("%(client)s told me since then that they would like to be invited")
            self.fields["asked_again"].label = label % {"client": client}


class InvitePages:
    """The page about inviting one client, by id: another practitioner's is a 404."""

    admin_site: Any
    _client_page: Any

    def invite_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("client/<int:client>/invite/", wrap(self.invite_view), name="replies_invite"),
            path("client/<int:client>/invite/email/", wrap(self.invite_frame), name="replies_invite_email"),
        ]

    def invite_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """Show the email that would leave, to whom; a POST lets it leave in two minutes, or takes it back."""
        row, now = own_client(request, client), timezone.now()
        if request.POST.get("do") == "take back":
            return _take_back(request, row)
        stop, last = invitations.stopped_at(row), invitations.last_of(row)
        if invitations.has_agreed(row, stop):
            messages.info(request, _("%(client)s has agreed already.") % {"client": row})
            return redirect(_page_of(row))
        obstacle = invitations.obstacle(row, stop, last, now)
        before = invitations.needs_their_word(stop, last)
        form = InviteForm(row, before, request.POST if request.POST.get("do") == "invite" else None)
        if form.is_valid() and not obstacle:
            return _invite(request, row, now, asked_again=bool(before))
        show = {"show": shown_by(request)}
        context = {
            "client": row,
            "form": form,
            "before": before,
            "obstacle": obstacle,
            "said": invitations.in_words(last, now) if last else "",
            "can_take_back": last is not None and last.state == Notice.State.WAITING,
            **look(
                request, _view(row, now), reverse("admin:replies_invite_email", args=(row.pk,), query=show)
            ),
        }
        title = _("Invite %(client)s") % {"client": row}
        return self._client_page(request, "invite", title, context, 422 if form.errors else 200)

    def invite_frame(self, request: HttpRequest, client: int) -> HttpResponse:
        """The HTML part alone, for the frame on that page."""
        view = _view(own_client(request, client), timezone.now())
        return view.as_page(dark=shown_by(request) == "dark")


def _view(client: Client, now: datetime) -> View:
    """The email exactly as it would leave, but for its link, which opens nothing."""
    invitation = notices.drafted(client, INVITATION, now)
    invitation.to_address = client.email
    return View(notices.letter(invitation, links.ONLY_TRIED), live=False)


def _invite(request: HttpRequest, client: Client, now: datetime, *, asked_again: bool) -> HttpResponse:
    with transaction.atomic():
        notices.post(client, INVITATION, now, TAKE_BACK, asked_again=asked_again)
        audit.note(practitioner_of(request), audit.Action.INVITED, client)
    done = _("The invitation to %(client)s leaves in two minutes. Until then you can take it back.")
    messages.success(request, done % {"client": client})
    return redirect(invite_url(client))


def _take_back(request: HttpRequest, client: Client) -> HttpResponse:
    if notices.withdraw(client, INVITATION):
        audit.note(practitioner_of(request), audit.Action.UNINVITED, client)
        messages.success(request, _("Taken back: no email went out."))
    else:
        messages.error(request, _("It has left already."))
    return redirect(invite_url(client))


@consent.way
def by_invitation(client: Client, agreed: bool) -> consent.Way | None:
    """For the client's page: how far an invitation has come, and the way to invite them."""
    if client.archived_at or (agreed and not invitations.asked_for_no_more(invitations.stopped_at(client))):
        return None
    last = invitations.last_of(client)
    said = invitations.in_words(last, timezone.now()) if last else ""
    return consent.Way(said, _("Invite %(client)s by email") % {"client": client}, invite_url(client))


def invite_url(client: Client) -> str:
    return reverse("admin:replies_invite", args=(client.pk,))


def _page_of(client: Client) -> str:
    return reverse("admin:people_client_change", args=(client.pk,))
