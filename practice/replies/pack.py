"""The goodbye pack: what a client wrote, as a file to read and as one for another program.

Their own words and the questions these answer, also what they kept for themselves. No draft, and nothing that their
practitioner wrote to them or about them.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice.mailing.models import Delivery, Notice
from practice.mailing.reading import Reading
from practice.people.fields import CannotDecrypt
from practice.people.models import Client
from practice.replies.models import Answer, Message, Reply
from practice.replies.own_page import find_own, is_open
from practice.replies.private import private_page, render_for
from resources.models import PromptKind

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """What they wrote to one step: its title as it was sent, when they finished it (UTC), and each answer in words."""

    step: str
    at: datetime
    was_sent: bool
    answers: list[Answer]


@dataclass(frozen=True)
class Pack:
    """All of it, the earliest first."""

    client: Client
    made_at: datetime
    pages: list[Page]
    messages: list[Message]


def pack(client: Client, now: datetime) -> Pack:
    """What this client wrote, and nobody else. Raises CannotDecrypt if any of it cannot be read: it would be missing
    without a sign."""
    messages = Message.objects.with_client(client).filter(by_client=True)
    return Pack(client, now, _pages(client), list(messages))


def _pages(client: Client) -> list[Page]:
    finished = Reply.objects.filter(client=client).finished().prefetch_related("answers")
    finished = finished.select_related("delivery__edition", "delivery__step")
    pages = [_page(reply) for reply in finished if reply.sent_at or reply.is_kept()]
    return [page for page in pages if page.answers]


def _page(reply: Reply) -> Page:
    at = reply.sent_at or reply.kept_at or reply.saved_at
    answered = [answer for answer in reply.answers.all() if answer.value]
    return Page(Reading.of_delivery(reply.delivery).title, at, reply.sent_at is not None, answered)


def as_html(pack: Pack) -> str:
    """One page in the client's language that needs nothing else, to read and to print."""
    return render_to_string("reflection/words.html", vars(pack) | {"practitioner": pack.client.practitioner})


def as_json(pack: Pack) -> str:
    """The same for another program. Days are ISO 8601 in UTC; `for` is "share", "keep" or "talk", as the client chose;
    a scale's `value` is a number from 0 to 10, a checklist's a list."""
    told = {
        "made_at": _iso(pack.made_at),
        "language": pack.client.language,
        "reflections": [_told(page) for page in pack.pages],
        "messages": [{"written_at": _iso(row.written_at), "text": row.text} for row in pack.messages],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def _told(page: Page) -> dict[str, Any]:
    answers = [
        {"question": answer.question, "kind": answer.kind, "value": _value(answer), "for": answer.is_for}
        for answer in page.answers
    ]
    when = "sent_at" if page.was_sent else "kept_at"
    return {"step": page.step, when: _iso(page.at), "answers": answers}


def _value(answer: Answer) -> str | int | list[str]:
    match answer.kind:
        case PromptKind.SCALE:
            return int(answer.value)
        case PromptKind.CHECKLIST:
            return answer.value.splitlines()
    return answer.value


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@private_page(find_own)
@require_safe
def words_to_read(request: HttpRequest, email: Delivery | Notice) -> HttpResponse:
    """The pack as a page to keep."""
    return _file(request, email.client, as_html, "html", "text/html; charset=utf-8")


@private_page(find_own)
@require_safe
def words_as_data(request: HttpRequest, email: Delivery | Notice) -> HttpResponse:
    """The pack as JSON."""
    return _file(request, email.client, as_json, "json", "application/json")


def _file(
    request: HttpRequest, client: Client, made: Callable[[Pack], str], ending: str, content_type: str
) -> HttpResponse:
    """The file, where this browser has the client's own page open; else the way to the code that opens it."""
    now = timezone.now()
    if not is_open(request, client, now):
        return redirect("own_page", **request.resolver_match.kwargs if request.resolver_match else {})
    try:
        content = made(pack(client, now))
    except CannotDecrypt:
        log.exception("pack: words of client %s fit none of FIELD_ENCRYPTION_KEYS", client.pk)
        return render_for(request, "words_unreadable.html", client, {}, status=500)
    # The name says nothing: it stands in the list of downloads, and on whatever it is copied to.
    name = f"my-words-{timezone.localdate(now):%Y-%m-%d}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
