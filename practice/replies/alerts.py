"""Short emails that somebody should look, while a reflection waits to be read first. They say nothing of it.

The database says what is to be sent: it is tried again until the mail server takes it, and may then arrive twice, but
never not at all. No transaction is open meanwhile.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people.away import Away
from practice.people.models import Practice, Practitioner
from practice.people.posting import post
from practice.replies.concerns import Concern

log = logging.getLogger(__name__)

#: After this long, another attempt: the first one failed, or its process died.
AGAIN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Standing:
    """What decides who is written to about a practitioner's reflections, at the moment `now`."""

    practitioner: Practitioner
    absent: bool
    wait: timedelta
    now: datetime


def _first(concern: Concern, standing: Standing) -> bool:
    return concern.alerted_at is None and standing.practitioner.is_active


def _again(concern: Concern, standing: Standing) -> bool:
    return (
        concern.reminded_at is None
        and concern.alerted_at is not None
        and standing.practitioner.is_active
        and standing.now >= concern.alerted_at + standing.wait
    )


def _second(concern: Concern, standing: Standing) -> bool:
    return (
        concern.second_alerted_at is None
        and bool(standing.practitioner.second_contact)
        and (standing.absent or standing.now >= concern.found_at + standing.wait)
    )


@dataclass(frozen=True)
class Kind:
    """One of the emails: the column that says when it was sent, when it is due, its subject and template."""

    column: str
    is_due: Callable[[Concern, Standing], bool]
    subject: str
    template: str
    to_second: bool = False


KINDS = (
    Kind("alerted_at", _first, gettext_noop("Please look at your desk"), "email/look_first.txt"),
    Kind(
        "second_alerted_at",
        _second,
        gettext_noop("Somebody should look"),
        "email/look_for_them.txt",
        to_second=True,
    ),
    Kind("reminded_at", _again, gettext_noop("Please look at your desk"), "email/look_first.txt"),
)


def send_alerts(now: datetime) -> int:
    """Send all that is due as of `now`, one email for all the reflections of a practitioner. Returns how many."""
    unfinished = Q(alerted_at=None) | Q(second_alerted_at=None) | Q(reminded_at=None)
    whose = "reply__client__practitioner"
    rows = Concern.objects.open().filter(unfinished).order_by(whose, "found_at", "pk")
    waiting = list(rows.select_related(whose).defer("reply__client__private_note"))
    if not waiting:
        return 0
    away = Away.objects.going_on({row.owner_id() or 0 for row in waiting}, now)
    wait = timedelta(hours=Practice.current().second_alert_hours)
    sent = 0
    for practitioner, theirs in groupby(waiting, lambda row: row.reply.client.practitioner):
        absent = practitioner.pk in away or not practitioner.is_active
        sent += _send(list(theirs), Standing(practitioner, absent, wait, now))
    return sent


def _send(concerns: Iterable[Concern], standing: Standing) -> int:
    due = {row.pk: [kind for kind in KINDS if kind.is_due(row, standing)] for row in concerns}
    mine = {pk: kinds for pk, kinds in due.items() if kinds and _take(pk, standing.now)}
    sent = 0
    for kind in KINDS:
        about = [pk for pk, kinds in mine.items() if kind in kinds]
        if about and _post(kind, standing.practitioner):
            Concern.objects.filter(pk__in=about).update(**{kind.column: standing.now})
            log.info("alerts: %s for %s", kind.column, about)
            sent += 1
    return sent


def _take(pk: int, now: datetime) -> bool:
    """Whether it is ours to write about. Only one process at a time, and not again in the same breath."""
    free = Q(tried_at=None) | Q(tried_at__lte=now - AGAIN_AFTER)
    return bool(Concern.objects.open().filter(free, pk=pk).update(tried_at=now))


def _post(kind: Kind, practitioner: Practitioner) -> bool:
    desk = settings.PUBLIC_BASE_URL + reverse("admin:index")
    text = render_to_string(kind.template, {"desk": desk})
    if kind.to_second:
        return post(practitioner.second_contact, _(kind.subject), text, reply_to=practitioner.email)
    return post(practitioner.email, _(kind.subject), text)
