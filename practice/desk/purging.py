"""What goes by itself, once a day: records that were kept long enough, and what is of no use to anybody any more."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from practice.desk.erasing import NotNow, erase
from practice.desk.models import SignedIn
from practice.desk.retention import expired, months_away
from practice.mailing.models import Notice, ProviderEvent
from practice.people.models import Client, Practice
from practice.replies.flood import KEPT_FOR
from practice.replies.models import InboundMail, Writes

log = logging.getLogger(__name__)

#: For so long what was told of an email, and a code that was sent, may still explain something.
OF_USE = timedelta(days=90)


def outdated(now: datetime) -> dict[str, Any]:
    """The rows that go, clients aside, each kind by its name."""
    before = now - OF_USE
    found: dict[str, Any] = {
        "news of emails": ProviderEvent.objects.filter(
            Q(findable_until=None) | Q(findable_until__lte=now), received_at__lt=before
        ),
        "codes that were sent": Notice.objects.filter(kind=Notice.Kind.CODE, link_expires_at__lt=before),
        "counts of how often a link was used": Writes.objects.filter(began_at__lte=now - KEPT_FOR),
        "sessions that ended": SignedIn.objects.filter(expire_date__lt=now),
    }
    keep = Practice.current().keep_months
    if keep is not None:
        came = InboundMail.objects.filter(received_at__lt=months_away(now, -keep))
        found["mails that became no reflection"] = came.exclude(state=InboundMail.State.REPLY)
    return found


def purge(now: datetime, may_go_on: Callable[[], bool] = lambda: True) -> dict[str, int]:
    """Erase and delete, and say how many of each kind. Whatever is left, because it may go on no longer or an email is
    on its way, goes the next time.
    """
    counts = {"clients": _erase_expired(now, may_go_on)}
    counts |= {name: rows.delete()[0] for name, rows in outdated(now).items()}
    log.info("purging: %s", ", ".join(f"{count} {name}" for name, count in counts.items()))
    return counts


def would_go(now: datetime) -> dict[str, int]:
    """What `purge` would erase and delete. Nothing is changed."""
    return {"clients": expired(now).count()} | {name: rows.count() for name, rows in outdated(now).items()}


def _erase_expired(now: datetime, may_go_on: Callable[[], bool]) -> int:
    erased = 0
    for client in expired(now).defer("private_note"):
        if not may_go_on():
            break
        erased += _erase_if_expired(client, now)
    return erased


def _erase_if_expired(client: Client, now: datetime) -> bool:
    """Erase a client, unless something happened with them just now. Returns whether that was done."""
    try:
        with transaction.atomic():
            Client.objects.select_for_update().only("pk").get(pk=client.pk)
            if not expired(now).filter(pk=client.pk).exists():
                return False
            erase(client, now)
            return True
    except (NotNow, Client.DoesNotExist):
        log.info("purging: client %s is left to the next time", client.pk)
        return False
