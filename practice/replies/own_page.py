"""The client's own page, behind a code from their mailbox: what they and their practitioner wrote to each other, and
how emails come to them.

Any private link of theirs leads here, so a forwarded email does as well: it opens nothing without the code.
"""

from datetime import datetime, timedelta
from itertools import takewhile

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from practice.mailing import notices
from practice.mailing.models import Delivery, Notice
from practice.people.models import Client
from practice.replies.choosing import ChoicesForm
from practice.replies.legible import legible
from practice.replies.message_form import MessageForm
from practice.replies.models import Code, Message
from practice.replies.private import private_page, render_for

#: A page that nobody uses closes by itself.
OPEN_FOR = timedelta(minutes=30)
#: Within so long the same words are the same message: at a press of Back a browser may fill the box with them again.
SENT_TWICE = timedelta(minutes=10)


class DigitsForm(forms.Form):
    """The code from the mailbox, with or without a space in the middle."""

    digits = forms.RegexField(
        r"^\s*[0-9]{3}\s*[0-9]{3}\s*$",
        label=_("The six digits"),
        error_messages={"invalid": _("These are not six digits. Look at the newest email with a code.")},
    )


def find_own(request: HttpRequest, token: str) -> Delivery | Notice | None:
    """Whatever email the link came with. Not an invitation: its address has not yet shown to be the client's."""
    notices_that_tell = Notice.objects.exclude(kind=Notice.Kind.INVITATION)
    return Delivery.objects.by_token(token) or notices_that_tell.by_token(token, timezone.now())


@private_page(find_own)
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request: HttpRequest, email: Delivery | Notice) -> HttpResponse:
    """Show the messages, or the way to a code. A POST asks for one, opens the page with it, writes, chooses how emails
    come, or closes it."""
    client, now = email.client, timezone.now()
    if request.method != "POST":
        show = _messages if is_open(request, client, now) else _closed
        return show(request, client, now)
    match request.POST.get("do"):
        case "code":
            return _send_code(request, client, now)
        case "open":
            return _try_code(request, client, now)
        case "write" if is_open(request, client, now):
            return _write(request, client, now)
        case "choices" if is_open(request, client, now):
            return _choose(request, client, now)
        case "write" | "choices":
            return _closed(request, client, now)
        case "close":
            request.session.pop("own_page", None)
    return redirect(request.path)


def is_open(request: HttpRequest, client: Client, now: datetime) -> bool:
    """Whether this browser opened the page of this client, and used it lately."""
    opened = request.session.get("own_page", {})
    until = parse_datetime(opened.get("until", "")) if opened.get("client") == client.pk else None
    return until is not None and until > now


def _keep_open(request: HttpRequest, client: Client, now: datetime) -> None:
    request.session["own_page"] = {"client": client.pk, "until": (now + OPEN_FOR).isoformat()}


def _send_code(request: HttpRequest, client: Client, now: datetime) -> HttpResponse:
    if not Code.may_ask(client, now):
        return _closed(request, client, now, must_wait=True, status=429)
    notice = notices.post(client, Notice.Kind.CODE, now)
    code, _new = Code.objects.get_or_create(notice=notice)
    # Only the browser that asked may use it: whoever holds a forwarded link cannot guess along.
    request.session["code"] = code.pk
    return _closed(request, client, now)


def _try_code(request: HttpRequest, client: Client, now: datetime) -> HttpResponse:
    form, code = DigitsForm(request.POST), _asked(request, client, now)
    if code is None:
        return _closed(request, client, now, too_old=True, status=422)
    if not form.is_valid():
        return _closed(request, client, now, form=form, status=422)
    if not code.opens(form.cleaned_data["digits"], now):
        return _closed(request, client, now, form=form, wrong=True, status=422)
    del request.session["code"]
    request.session.cycle_key()
    _keep_open(request, client, now)
    if kept := request.POST.get("text", ""):
        return _messages(request, client, now, MessageForm.blank(text=kept))
    return redirect(request.path)


def _asked(request: HttpRequest, client: Client, now: datetime) -> Code | None:
    """The code that this browser asked for, while it can still be used."""
    alive = Code.objects.filter(
        notice__client=client, notice__made_at__gt=now - Code.LIFETIME, tries__lt=Code.TRIES, used_at=None
    )
    return alive.select_related("notice").filter(pk=request.session.get("code", 0)).first()


def _write(request: HttpRequest, client: Client, now: datetime) -> HttpResponse:
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _messages(request, client, now, form, status=422)
    text = form.cleaned_data["text"]
    if _said_just_before(client, text, now):
        return redirect(f"{request.path}?already#write")
    Message.write(client, text, form.cleaned_data["page"], now, by_client=True)
    return redirect(f"{request.path}#newest")


def _said_just_before(client: Client, text: str, now: datetime) -> bool:
    """Whether they sent these very words within the last minutes, and were not written to since."""
    newest_first = Message.objects.with_client(client).filter(written_at__gt=now - SENT_TWICE).reverse()
    theirs = takewhile(lambda found: found[0].by_client, legible(newest_first, "text"))
    return any(ok and message.text == text for message, ok in theirs)


def _choose(request: HttpRequest, client: Client, now: datetime) -> HttpResponse:
    choices = ChoicesForm(request.POST)
    if not choices.is_valid():
        return _messages(request, client, now, choices=choices, status=422)
    with transaction.atomic():
        choices.keep(Client.objects.select_for_update().get(pk=client.pk), now)
    return redirect(f"{request.path}?kept#choices")


def _messages(
    request: HttpRequest,
    client: Client,
    now: datetime,
    form: MessageForm | None = None,
    choices: ChoicesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    _keep_open(request, client, now)
    context = {
        "written": list(legible(Message.objects.with_client(client), "text")),
        "form": form or MessageForm.blank(),
        "choices": choices or ChoicesForm.of(client, client.language),
        "kept": "kept" in request.GET,
        "already": "already" in request.GET,
    }
    return render_for(request, "messages.html", client, context, status)


def _closed(
    request: HttpRequest,
    client: Client,
    now: datetime,
    form: DigitsForm | None = None,
    status: int = 200,
    **said: object,
) -> HttpResponse:
    # What was typed before the page closed travels along, and comes back once it is open again.
    kept = request.POST.get("text", "")
    context = {
        "code": _asked(request, client, now),
        "may_ask": Code.may_ask(client, now),
        "form": form or DigitsForm(),
        "kept": kept,
        **said,
    }
    return render_for(request, "code.html", client, context, status)
