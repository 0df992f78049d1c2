"""The doorbell. Tasks carry no data: the database says what is due, so a lost or repeated task changes nothing."""

import logging
from math import ceil
from time import monotonic

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing import asking, bounces, feedback, notices, outbox, planning
from practice.mailing.doubt import recover
from practice.mailing.mailbox import Unreadable, new_mails
from practice.mailing.models import Delivery

log = logging.getLogger(__name__)

#: So few emails are left to one sender, before another one is called, up to SENDERS.
EMAILS_EACH = 50
#: For how many seconds bounce mails are read, before the rest is left to the next time: emails that are due come first.
READING = 60


@shared_task(expires=55)
def tick() -> None:
    """Once a minute: take up what was left, call senders for what is due, and ask about what is in doubt."""
    now = timezone.now()
    feedback.look_again(now)
    recover(now)
    planning.look_after(now)
    most = settings.SENDERS * EMAILS_EACH
    waiting = Delivery.objects.due(now).order_by("due_at").values_list("pk")[:most]
    due = Assignment.objects.due(now).order_by("next_due_at").values_list("pk")[:most]
    for _ in range(min(settings.SENDERS, ceil((len(waiting) + len(due)) / EMAILS_EACH))):
        deliver.delay()
    if notices.any_to_do(now):
        send_notices.delay()
    asking.ask()


@shared_task(expires=300)
def deliver() -> None:
    """Plan and send for one shift, then ring for a fresh sender if there is more."""
    if outbox.deliver():
        deliver.delay()


@shared_task(expires=55)
def send_notices() -> None:
    """Hand over the short emails that wait. Any number of these at once: each takes what no other has."""
    notices.send_waiting()


@shared_task(expires=240)
def read_bounces() -> None:
    """Every few minutes, with a BOUNCE_MAILBOX: learn which emails came back. Two at once take each mail once."""
    ends = monotonic() + READING
    try:
        for mail in new_mails(settings.BOUNCE_MAILBOX):
            if monotonic() > ends:
                return
            feedback.take(bounces.read(mail), timezone.now())
    except Unreadable as error:
        log.warning("bounces: %s", error)
