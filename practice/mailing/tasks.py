"""The doorbell. Tasks carry no data: the database says what is due, so a lost or repeated task changes nothing."""

from math import ceil

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from practice.mailing import asking, outbox, planning
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery

#: So few emails are left to one sender, before another one is called, up to SENDERS.
EMAILS_EACH = 50


@shared_task(expires=55)
def tick() -> None:
    """Once a minute: take up what was left, plan what is due, call senders for it, and ask about what is in doubt."""
    now = timezone.now()
    recover(now)
    called = 0
    for _ in planning.plan_in_batches(now):  # the first ones leave while others are planned
        waiting = Delivery.objects.due(now).count()
        wanted = min(settings.SENDERS, ceil(waiting / EMAILS_EACH))
        for _sender in range(wanted - called):
            deliver.delay()
        called = max(called, wanted)
    asking.ask()


@shared_task(expires=300)
def deliver() -> None:
    """Send for one shift, then ring for a fresh sender if there is more."""
    if outbox.deliver():
        deliver.delay()
