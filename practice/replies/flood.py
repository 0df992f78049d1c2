"""What keeps a flood from the private pages, and nobody's neighbours out: a budget for each link, and for misses.

What is written through one link is counted by the link, never by the address: a whole office may share that. By the
address only those links are counted that open nothing; one that opens is always served.
"""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from practice.people.network import network_address

WINDOW = timedelta(minutes=1)
#: How often one link may be written through in that time. A page that saves as somebody types does so once a second.
MOST_WRITES = 90
#: How many links that open nothing one address may try in that time, at each process of the web server. A mail scanner
#: that opens a year of emails for everybody in a house does not come near.
MOST_MISSES = 600
#: After that long nobody needs to know any more.
KEPT_FOR = timedelta(days=1)


class Writes(models.Model):
    """How often one link was written through since `began_at`. In the database, where every process counts along."""

    #: The SHA-256 of its token.
    link = models.CharField(max_length=64, primary_key=True)
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return _("%(count)s since %(moment)s") % {"count": self.count, "moment": self.began_at}

    @classmethod
    def wait(cls, link: str, now: datetime) -> timedelta | None:
        """Count one more. Returns how long to wait where that is one too many."""
        same = cls.objects.filter(link=link)
        if not same.filter(began_at__gt=now - WINDOW).update(count=models.F("count") + 1):
            cls.objects.filter(began_at__lte=now - KEPT_FOR).delete()
            cls.objects.update_or_create(link=link, defaults={"began_at": now, "count": 1})
            return None
        row = same.first()
        return row.began_at + WINDOW - now if row and row.count > MOST_WRITES else None


def misses_too_often(request: HttpRequest) -> bool:
    """Count one more link that opened nothing. Whether its address tried too many lately."""
    key = f"missed-{network_address(request)}"
    cache.add(key, 0, WINDOW.total_seconds())
    try:
        return cache.incr(key) > MOST_MISSES
    except ValueError:  # the minute has just ended
        return False
