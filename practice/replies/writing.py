"""Keeping what a client writes, so that nothing is lost: not to a second window, a second press or a late answer."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from practice.mailing.models import Delivery
from practice.replies.models import Reply
from practice.replies.page_names import name_for_other
from practice.replies.sharing import SHARE_ALL, Choice
from practice.replies.sheet import Sheet


@transaction.atomic
def write(
    delivery: Delivery,
    sheet: Sheet,
    values: Sequence[str],
    now: datetime,
    *,
    choice: Choice = SHARE_ALL,
    send: bool = False,
    pressed: bool = False,
    typed: int = 0,
) -> Reply | None:
    """Save the answers of one open page as a draft, or send them. Returns the reply that now holds them. `pressed` says
    that the client asked for it, as sending always does: what saves itself may come late, with words of before.
    `typed` is how much had been typed on that page by then, by which it is known what came late.

    Where the client keeps everything for themselves, nothing is sent: it stays a draft, which only they see.

    Returns None when there is nothing to keep: no answer, and no draft that was emptied. What was sent before stays
    as it is: the same page sent twice is one reply, and other words after it are another.
    """
    # One writer at a time for this email; a second press waits here and then finds the first.
    Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    reply = _reply_of(delivery, sheet, values)
    since = typed - reply.typed if reply and reply.page == sheet.page else 0
    if reply and reply.sent_at:
        if not (send or pressed or since > 0) or reply.values() == list(values):
            return reply
        sheet = replace(sheet, page=name_for_other(sheet.page, *values))
        reply = delivery.replies.filter(page=sheet.page).first()
        if reply and reply.sent_at:
            return reply
    elif reply and since < 0 and reply.values() != list(values):
        if not (send or pressed):
            return reply
        _set_apart(reply)
        reply = None
    tells = choice.tells(values)
    if reply is None and not any(values) and not tells:
        return None
    reply = reply or Reply(delivery=delivery)
    reply.page, reply.typed = sheet.page, typed
    # A draft that would tell something by now is not sent yet, and may still be kept after all.
    reply.kept_at = now if send and not tells else reply.kept_at
    reply.keep(sheet.questions, values, now, choice)
    if send and tells:
        reply.send(now)
    return reply


def _set_apart(newer: Reply) -> None:
    """Leave this draft to itself: its page wrote it after what only comes now."""
    newer.page = secrets.token_hex(16)
    newer.save(update_fields=("page",))


def _reply_of(delivery: Delivery, sheet: Sheet, values: Sequence[str]) -> Reply | None:
    """The reply that this page wrote, or the one it continues; None when it has to begin its own.

    A draft that another window has saved since is left to that window, so that neither overwrites the other.
    """
    if own := delivery.replies.filter(page=sheet.page).first():
        return own
    continued = delivery.replies.filter(pk=sheet.reply).first() if sheet.reply else None
    if continued is None:
        return None
    if continued.sent_at:
        return continued if continued.values() == list(values) else None
    return continued if continued.revision == sheet.revision else None
