"""For how long records are kept of clients with whom nothing happens any more, as the practice has set it."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, Notice
from practice.people.audit import Action, AuditEntry
from practice.people.models import Client, Consent, Practice
from practice.replies.models import InboundMail, Meeting, Message, Reply

#: So long after the practice set or changed the time, nobody is erased by it: practitioners see it on the pages first.
NOTICE = timedelta(days=30)
#: What shows that something happened with a client: rows, the way from each to its client, and when it was.
SIGNS: tuple[tuple[type[Model], str, str], ...] = (
    (Client, "pk", "created_at"),
    (Client, "pk", "archived_at"),
    (Client, "pk", "handed_over_at"),
    (Consent, "client", "given_at"),
    (Consent, "client", "withdrawn_at"),
    (Assignment, "client", "created_at"),
    (Delivery, "assignment__client", "due_at"),
    (Notice, "client", "made_at"),
    (Reply, "client", "saved_at"),
    (Message, "client", "written_at"),
    (InboundMail, "delivery__assignment__client", "received_at"),
    (Meeting, "client", "met_on"),
)
#: What a practitioner saves on the client's page, or that they take them out of the archive, shows as well that they
#: are needed.
EDITED = Q(kind=Client._meta.label_lower, action__in=(Action.CHANGED, Action.UNARCHIVED))
#: A series that goes on, or will by itself.
GOING_ON = Q(state=Assignment.State.ACTIVE) | Q(state=Assignment.State.PAUSED, paused_until__isnull=False)


def expired(now: datetime) -> Any:
    """Clients whose records were kept long enough. None where the practice keeps them until they are erased."""
    practice = Practice.current()
    if practice.keep_months is None or (practice.keep_set_at or now) > now - NOTICE:
        return Client.objects.none()
    before = months_away(now, -practice.keep_months)
    quiet = [~Exists(rows.filter(**{f"{at}__gt": before})) for rows, at in _signs(OuterRef("pk"))]
    series = Assignment.objects.filter(GOING_ON, client=OuterRef("pk"))
    return Client.objects.filter(*quiet, ~Exists(series)).order_by("pk")


def kept_until(client: Client) -> date | None:
    """The day from which on this client is erased if nothing happens; None where they are not, or a series goes on."""
    series = Assignment.objects.filter(GOING_ON, client=client)
    # Both in one statement: the page that shows it asks for much already.
    practice = Practice.objects.filter(~Exists(series), keep_months__isnull=False).first()
    if practice is None or practice.keep_months is None:
        return None
    ends = months_away(_last_sign(client), practice.keep_months)
    return max(ends, (practice.keep_set_at or ends) + NOTICE).date()


def months_away(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months later, or earlier if negative: the last of a month that is too short."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _signs(client: Any) -> list[tuple[Any, str]]:
    """(rows, when) of each kind of sign of this client, which may be an OuterRef of their id."""
    signs = [(model._base_manager.filter(**{path: client}), at) for model, path, at in SIGNS]
    return [*signs, (AuditEntry.objects.filter(EDITED, client_id=client), "at")]


def _last_sign(client: Client) -> datetime:
    """When something happened with them the last time, in one statement."""
    first, *others = (
        rows.filter(**{f"{at}__isnull": False}).order_by().values_list(at) for rows, at in _signs(client.pk)
    )
    last: datetime
    (last,) = first.union(*others, all=True).order_by("-created_at").first()
    return last
