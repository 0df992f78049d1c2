"""Short emails at work: post one, and hand over those that wait.

The promises are those of the outbox. A notice is marked as being handed over, in one statement, before it leaves; who
dies then leaves it uncertain, and it is not sent twice. They are few, so each goes by itself.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from practice.assignments.blackout import free_from
from practice.assignments.doorbell import ring
from practice.mailing import feedback, links, reasons
from practice.mailing.editions import INLINER, without_gaps
from practice.mailing.letterhead import by_itself, letterhead, mailbox, shown
from practice.mailing.messages import Letter, values_for
from practice.mailing.models import Suppression
from practice.mailing.notice import Notice
from practice.mailing.notice_words import KINDS
from practice.mailing.one_by_one import hand_over
from practice.mailing.outcome import Outage, Outcome
from practice.mailing.patience import LEASE, patience
from practice.people.away import Away
from practice.people.models import Client, Practice

log = logging.getLogger(__name__)

Kind, State = Notice.Kind, Notice.State


def drafted(
    client: Client, kind: Notice.Kind, now: datetime, wait: timedelta = timedelta(0), **more: Any
) -> Notice:
    """A notice that may leave `wait` from `now` on, with `more` of its columns. It is not saved."""
    kept = KINDS[kind]
    return Notice.make(client, kind, now, now + wait, kept.within, kept.link_for, **more)


def post(
    client: Client,
    kind: Notice.Kind,
    now: datetime,
    wait: timedelta = timedelta(0),
    **more: Any,
) -> Notice:
    """Let a notice leave once this transaction is in, `wait` from `now` on. If one of its kind waits already, that one
    says it all, and is returned. `more` are further columns of it."""
    notice = drafted(client, kind, now, wait, **more)
    try:
        with transaction.atomic():
            notice.save()
    except IntegrityError:
        if waiting := Notice.objects.filter(client=client, kind=kind, state=State.WAITING).first():
            return waiting
        raise
    if not wait:
        transaction.on_commit(ring, robust=True)
    return notice


def withdraw(client: Client, kind: Notice.Kind) -> bool:
    """Take back a notice of this kind that has not left. Returns whether there was one."""
    waiting = Notice.objects.filter(client=client, kind=kind, state=State.WAITING)
    return waiting.update(state=State.WITHDRAWN) > 0


def say_after_all(client: Client, kind: Notice.Kind, now: datetime) -> None:
    """After the last notice of this kind was withdrawn: let the one before it leave that had made room for it."""
    last_two = Notice.objects.filter(client=client, kind=kind).order_by("-made_at", "-pk")[:2]
    made_room = Notice.objects.filter(pk__in=[notice.pk for notice in last_two[1:]], state=State.WITHDRAWN)
    again = {"state": State.WAITING, "reason": "", "due_at": now, "expires_at": now + KINDS[kind].within}
    try:
        with transaction.atomic():
            made_room.filter(reason=reasons.SAID_BY_ANOTHER).update(**again)
    except IntegrityError:  # a newer one waits by now, and says it
        return
    transaction.on_commit(ring, robust=True)


def any_to_do(now: datetime) -> bool:
    """Whether any waits that may leave, or was left behind by a process that died. One look at a small index."""
    # Not state__in, in which SQLite would see no use for `notice_open`.
    to_do = Q(state=State.WAITING) | Q(state=State.SUBMITTING)
    return Notice.objects.filter(to_do, due_at__lte=now).exists()


def send_waiting(clock: Callable[[], datetime] = timezone.now) -> None:
    """Hand over one after the other until none waits, or the server is away."""
    recover(clock())
    while notice := claim(clock()):
        try:
            outcome = hand_over(letter(notice))
        except Outage as outage:
            log.warning("notices: %s They wait for the next minute.", outage)
            outcome = Outcome("later", "connect", text=str(outage))
        except (ValueError, links.LostKey):
            outcome = Outcome("refused", "build")
        record(notice, outcome, clock())
        if outcome.phase == "connect":
            return


def recover(now: datetime) -> None:
    """Say of those whose process died while it handed them over that nobody can know. They are not sent again."""
    left = Notice.objects.filter(state=State.SUBMITTING, lease_until__lte=now)
    left.update(state=State.UNCERTAIN, reason=reasons.LEASE_ENDED, lease_until=None)


def claim(now: datetime) -> Notice | None:
    """The next one that may leave, marked as being handed over. What is no longer wanted is taken out on the way."""
    waiting = Notice.objects.waiting(now)
    while notice := waiting.select_related("client__practitioner", "delivery__assignment").first():
        mine = Notice.objects.filter(pk=notice.pk, state=State.WAITING)
        if why := obstacle(notice, now):
            mine.update(state=State.WITHDRAWN, reason=why)
            continue
        if wait := _wait(notice, now):
            mine.update(due_at=now + wait, expires_at=notice.expires_at + wait)
            continue
        notice.to_address, notice.submitted_at = notice.client.email, now
        taken = mine.update(
            state=State.SUBMITTING, submitted_at=now, lease_until=now + LEASE, to_address=notice.to_address
        )
        if taken:
            return notice
    return None


def obstacle(notice: Notice, now: datetime) -> str:
    """Why a notice may not leave, in words; nothing when it may."""
    if notice.expires_at <= now:
        return reasons.NOT_IN_TIME
    if unwanted := notice.unwanted(now):
        return unwanted
    # Who asked for no more emails may still ask for a code, or to be invited; a mailbox that is not there gets nothing.
    why = Suppression.objects.filter(address=notice.client.email.lower())
    if notice.kind in Notice.ASKED_FOR:
        why = why.exclude(why=Suppression.Why.ASKED)
    elif notice.asked_again:
        why = why.exclude(why=Suppression.Why.ASKED, at__lte=notice.made_at)
    return reasons.SUPPRESSED if why.exists() else ""


def _wait(notice: Notice, now: datetime) -> timedelta:
    """For how long a notice waits: this is a day without emails for its client, or the usual hour is another by now."""
    if notice.kind in Notice.ASKED_FOR:
        return timedelta(0)
    begins = now
    if notice.kind == Kind.REMINDER and notice.delivery:
        begins = max(now, notice.delivery.assignment.reminder_at(notice.delivery.due_at))
    return free_from(notice.client, begins) - now


def letter(notice: Notice, token: str | None = None) -> Letter:
    """The email of a notice. With `token`, its link carries that in place of the real one.

    Raises links.LostKey, and ValueError when a name or address cannot be written.
    """
    client = notice.client
    with translation.override(client.language):
        context = _context(notice, token)
        message = Letter(
            subject=str(context["subject"]),
            body=without_gaps(render_to_string("email/account.txt", context)),
            from_email=context["sender"],
            to=[mailbox(context["name"], notice.to_address)],
            reply_to=[client.practitioner.email],
            headers={
                "Date": format_datetime(notice.submitted_at or notice.made_at),
                "Message-ID": notice.message_id,
                **dict(by_itself(client.language)),
            },
        )
        html = INLINER.inline(render_to_string("email/account.html", context))
    message.attach_alternative(html, "text/html")
    vars(message).update(metadata={"notice": str(notice.pk)}, track_opens=False, track_clicks=False)
    return message


def _context(notice: Notice, token: str | None) -> dict[str, Any]:
    client, kept = notice.client, KINDS[Kind(notice.kind)]
    away = Away.objects.going_on([client.practitioner.pk], notice.made_at).get(client.practitioner.pk)
    head = letterhead(client.practitioner, Practice.current(), away, client.discretion)
    return {
        **head,
        **shown(head),
        "subject": kept.subject,
        "paragraphs": kept.paragraphs,
        "code": notice.code if notice.kind == Kind.CODE else "",
        "button": kept.button,
        "link": kept.leads_to(notice, token or notice.token) if kept.button else "",
        "name": values_for(client)["name"],
        "language": client.language,
        "discretion": client.discretion,
    }


def record(notice: Notice, outcome: Outcome, now: datetime) -> None:
    """Write down what became of it."""
    ours = Notice.objects.filter(pk=notice.pk, state=State.SUBMITTING)
    if outcome.kind == "accepted":
        became: dict[str, Any] = {"state": State.SENT, "provider_id": outcome.provider_id}
    elif outcome.kind in ("later", "dropped", "withdrawn"):
        again = now + (outcome.retry_after or patience(notice.made_at, now))
        became = {"state": State.WAITING, "due_at": again}
    elif outcome.kind == "refused":
        why = reasons.refused(outcome.phase, outcome.code, outcome.text, outcome.unwanted or "")
        became = {"state": State.FAILED, "reason": why}
    else:
        became = {"state": State.UNCERTAIN, "reason": reasons.UNKNOWN}
    try:
        with transaction.atomic():
            ours.update(lease_until=None, **became)
    except IntegrityError:  # while it was tried, another of its kind was written, and waits
        ours.update(lease_until=None, state=State.WITHDRAWN, reason=reasons.SAID_BY_ANOTHER)
    if outcome.kind == "refused":
        feedback.refused(notice, outcome.phase, outcome.text, now, outcome.unwanted)
    log.info("notices: notice %s %s (%s)", notice.pk, outcome.kind, outcome.phase)
