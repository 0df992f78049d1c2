"""How long anything here waits: until somebody else may take an email up, and until something is tried again."""

from datetime import datetime, timedelta

from django.conf import settings

#: Whoever has a lease may send until it ends. Longer than a task's time limit, and than a provider may take to answer:
#: so a lease never ends under somebody who lives.
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
#: A provider that posts what became of an email has done so by then, if it has the email.
TOLD_BY_THEN = timedelta(minutes=15)


def patience(since: datetime, now: datetime) -> timedelta:
    """How long to wait before the next try: as long as it has taken already, from a minute to an hour."""
    return min(max(now - since, SHORTEST_WAIT), LONGEST_WAIT)
