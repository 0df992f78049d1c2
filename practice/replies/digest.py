"""For a session: what a client chose to share since the last one. Their own words, nothing counted or summed up."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from practice.people.models import Client
from practice.replies.models import ReplyQuerySet
from practice.replies.thread import Letter, letters, sent_by


@dataclass(frozen=True)
class Digest:
    """What was sent from the day `since` on (that day included; None is the beginning) up to the moment `until`."""

    client: Client
    since: date | None
    until: datetime
    letters: list[Letter]


def digest(client: Client, since: date | None, until: datetime, zone: tzinfo) -> Digest:
    """The reflections in the order they were sent. `since` is a day on the calendar of `zone`."""
    return Digest(client, since, until, letters(sent_between(client, since, until, zone)))


def sent_between(client: Client, since: date | None, until: datetime, zone: tzinfo) -> ReplyQuerySet:
    """What a digest of these days shows, the oldest first."""
    sent = sent_by(client).filter(sent_at__lte=until).order_by("sent_at", "pk")
    return sent.filter(sent_at__gte=datetime.combine(since, time.min, zone)) if since else sent
