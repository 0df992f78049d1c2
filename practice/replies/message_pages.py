"""At the desk: what a practitioner and one client write to each other. The client's side is `own_page`."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments.blackout import free_from
from practice.assignments.outlook import spoken_day
from practice.assignments.schedule import local_day
from practice.mailing import notices
from practice.mailing.models import Notice, Suppression
from practice.people import audit
from practice.people.models import Client
from practice.people.owned_admin import Textarea
from practice.people.ownership import practitioner_of
from practice.replies.client_pages import own_client
from practice.replies.forms import LONGEST, OwnWords
from practice.replies.legible import legible
from practice.replies.message_form import MessageForm
from practice.replies.models import Message

#: For so long a message can be taken back before the client hears of it.
TAKE_BACK = timedelta(minutes=2)


class WritingBackForm(MessageForm):
    """One message to a client."""

    text = OwnWords(
        label=gettext_lazy("Your message"),
        max_length=LONGEST,
        widget=Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("It is encrypted, and is never part of an email."),
    )


class MessagePages:
    """The page about one client's messages, by id: another practitioner's is a 404."""

    admin_site: Any
    _client_page: Any

    def message_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("client/<int:client>/messages/", wrap(self.messages_view), name="replies_messages")]

    def messages_view(self, request: HttpRequest, client: int) -> HttpResponse:
        """Show them; a POST writes one, takes the last ones back, or marks what the client wrote as read."""
        row, now = own_client(request, client), timezone.now()
        form = WritingBackForm.blank()
        match request.POST.get("do"):
            case "write":
                form = WritingBackForm(request.POST)
                if form.is_valid():
                    return self._write(request, row, form.cleaned_data, now)
            case "take back":
                return self._take_back(request, row, now)
            case "read":
                Message.objects.with_client(row).unread().update(read_at=now)
                return redirect(messages_url(row))
        audit.note(practitioner_of(request), audit.Action.READ, row)
        written = list(legible(Message.objects.with_client(row), "text"))
        context = {
            "client": row,
            "written": written,
            "unread": any(message.by_client and not message.read_at for message, _ in written),
            "form": form,
            "can_take_back": _fresh(row).exists(),
            "obstacle": why_no_notice(row),
            "told_on": _told_on(row, now),
        }
        status = 422 if form.is_bound else 200
        title = _("Messages with %(client)s") % {"client": row}
        return self._client_page(request, "messages", title, context, status)

    def _write(
        self, request: HttpRequest, client: Client, said: dict[str, Any], now: datetime
    ) -> HttpResponse:
        with transaction.atomic():
            written, new = Message.write(client, said["text"], said["page"], now, by_client=False)
            if new:
                audit.note(practitioner_of(request), audit.Action.ADDED, written, client)
        Message.objects.with_client(client).unread().update(read_at=now)
        if why_no_notice(client):
            done = _("Your message is on %(client)s’s page. No email goes out about it.")
            messages.success(request, done % {"client": client})
        else:
            at = free_from(client, now + TAKE_BACK)
            notices.post(client, Notice.Kind.MESSAGE, now, wait=at - now)
            when = _told_on(client, now) or _("in two minutes")
            done = _("Your message is on %(client)s’s page. A short email tells them so %(when)s.")
            messages.success(request, done % {"client": client, "when": when})
        return redirect(messages_url(client))

    def _take_back(self, request: HttpRequest, client: Client, now: datetime) -> HttpResponse:
        fresh = list(_fresh(client).values_list("pk", flat=True))
        if notices.withdraw(client, Notice.Kind.MESSAGE):
            with transaction.atomic():
                Message.objects.filter(pk__in=fresh).delete()
                things = [(Message(pk=pk), client) for pk in fresh]
                audit.note_each(practitioner_of(request), audit.Action.TOOK_BACK, things)
                notices.say_after_all(client, Notice.Kind.MESSAGE, now)
            messages.success(request, _("Taken back: the message is gone, and no email went out."))
        else:
            messages.error(request, _("%(client)s has been told already, so it stays.") % {"client": client})
        return redirect(messages_url(client))


def _fresh(client: Client) -> Any:
    """What the practitioner wrote and the client has not been told of yet."""
    waiting = Notice.objects.filter(
        client=client, kind=Notice.Kind.MESSAGE, state=Notice.State.WAITING
    ).first()
    mine = Message.objects.with_client(client).filter(by_client=False)
    return mine.filter(written_at__gte=waiting.made_at) if waiting else mine.none()


def _told_on(client: Client, now: datetime) -> str:
    """The day on which an email would tell this client of a message, where days without emails come before."""
    at = free_from(client, now + TAKE_BACK)
    if at == now + TAKE_BACK:
        return ""
    return _("on %(day)s") % {"day": spoken_day(local_day(at, client.time_zone))}


def why_no_notice(client: Client) -> str:
    """Why no email would tell this client of a message, in words; nothing when one would."""
    if not client.has_consent():
        return _("%(client)s has not agreed to emails, so none tells them of it.") % {"client": client}
    if Suppression.objects.filter(address=client.email.lower()).exists():
        why = _("Nothing is sent to %(client)s’s address at the moment, so no email tells them of it.")
        return why % {"client": client}
    return ""


def messages_url(client: Client) -> str:
    return reverse("admin:replies_messages", args=(client.pk,))
