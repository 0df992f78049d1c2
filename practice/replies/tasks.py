"""Tasks carry no data: the database and the mailbox say what there is to do."""

import logging
from time import monotonic

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from practice.mailing.mailbox import Unreadable, new_mails
from practice.replies import alerts
from practice.replies.inbound import MOST_BYTES, take_bytes
from practice.replies.verdicts import Told

log = logging.getLogger(__name__)

#: For how many seconds mails are read, before the rest is left to the next time.
READING = 60


@shared_task(expires=55)
def alert() -> None:
    """Once a minute: write to whoever should look."""
    alerts.send_alerts(timezone.now())


@shared_task(expires=110)
def read_mails() -> None:
    """Every two minutes, with an INBOUND_MAILBOX: take what clients wrote back. Two at once take each mail once."""
    ends = monotonic() + READING
    try:
        for content in new_mails(settings.INBOUND_MAILBOX, "INBOUND_MAILBOX", MOST_BYTES):
            if monotonic() > ends:
                return
            take_bytes(content, "mailbox", timezone.now(), Told(is_cut=len(content) >= MOST_BYTES))
    except Unreadable as error:
        log.warning("inbound: %s", error)
