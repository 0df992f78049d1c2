"""Tasks carry no data: the database says what has been kept long enough."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from practice.desk import purging

#: For how many seconds clients are erased, before the rest is left to the next day.
ERASING = 100


@shared_task(expires=3600)
def purge_expired() -> None:
    """Once a day, at night by UTC: erase and delete what was kept long enough. Twice is harmless."""
    ends = monotonic() + ERASING
    purging.purge(timezone.now(), lambda: monotonic() < ends)
