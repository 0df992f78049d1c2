"""Days on which nothing comes to a client, of any series. What would leave then takes the next usual slot after."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments import holds
from practice.assignments.outlook import Hold, Span, held_by_blackout
from practice.assignments.schedule import local_day
from practice.people.clocks import clock_of
from practice.people.models import Client
from practice.people.ownership import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from practice.assignments.models import Assignment


class BlackoutQuerySet(OwnedQuerySet):
    """Days without emails, asked for in plain words."""

    def not_over(self, today: date) -> Self:
        """Those that go on, or are still to come, on this day of the client's calendar."""
        return self.filter(last_on__gte=today)

    def to_come(self) -> Self:
        """Those that are not over on every calendar on earth."""
        return self.not_over(timezone.now().date() - timedelta(days=1))

    def in_force(self, clients: Collection[int] | QuerySet[Any, Any], now: datetime) -> set[int]:
        """The ids of those of these clients, named by theirs, to whom nothing comes on the day that it is for them at
        `now`. One query, and none for nobody."""
        day = timedelta(days=1)  # no calendar on earth is further from that of UTC
        near = self.filter(client__in=clients, first_on__lte=now.date() + day, last_on__gte=now.date() - day)
        spans = near.order_by().values_list("client", "client__time_zone", "first_on", "last_on")
        return {client for client, zone, first, last in spans if first <= local_day(now, zone) <= last}

    def spans_of(self, clients: Iterable[int]) -> dict[int, tuple[Span, ...]]:
        """The days of these clients, by their ids. One query."""
        found: dict[int, tuple[Span, ...]] = {}
        for row in self.filter(client__in=set(clients)):
            found[row.client_id] = (*found.get(row.client_id, ()), row.span)
        return found


class Blackout(Owned):
    """Days of a client's own calendar on which nothing comes to them, the first and the last included."""

    owner_path = "client__practitioner"

    #: No index of its own: `blackout_of_client` begins with it.
    client = models.ForeignKey(Client, models.CASCADE, related_name="blackouts", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()
    #: Whether it is the client's choice, and not their practitioner's.
    by_client = models.BooleanField()

    objects: ClassVar = BlackoutQuerySet.as_manager()

    class Meta:
        ordering = ("first_on", "last_on", "pk")
        verbose_name = gettext_lazy("days without emails")
        verbose_name_plural = gettext_lazy("days without emails")
        constraints = (
            models.CheckConstraint(
                name="last_after_first", condition=models.Q(last_on__gte=models.F("first_on"))
            ),
            # The same named twice is named once.
            models.UniqueConstraint(fields=("client", "first_on", "last_on"), name="blackout_named_once"),
        )
        indexes = (models.Index(fields=("client", "last_on"), name="blackout_of_client"),)

    def __str__(self) -> str:
        return _("No emails %(days)s") % {"days": self.span.in_words()}

    @property
    def span(self) -> Span:
        return Span(self.first_on, self.last_on)


def at_next_slot() -> Subquery:
    """For a query of assignments: the days that the next slot of each lies in, as JSON; NULL if it is free."""
    days = Blackout.objects.filter(
        client=OuterRef("client"), first_on__lte=OuterRef("next_on"), last_on__gte=OuterRef("next_on")
    )
    words = JSONObject(first_on="first_on", last_on="last_on", by_client="by_client")
    return Subquery(days.order_by("-last_on").values(words=words)[:1])


def covering(assignments: Sequence["Assignment"]) -> dict[int, Blackout]:
    """The days without emails in which the next email of each would leave, by the assignment's id.

    One query at most, and none where `with_blackout` has asked already.
    """
    found, unknown = {}, []
    for row in assignments:
        if row.next_due_at and (row.sooner_at or "blackout" not in vars(row)):
            unknown.append(row)
        elif row.next_due_at and (said := vars(row)["blackout"]):
            found[row.pk] = _read(said)
    return found | _asked(unknown)


def _asked(assignments: Sequence["Assignment"]) -> dict[int, Blackout]:
    """The same for rows of which it is not known yet. One query, if there are any."""
    of_client: dict[int, list[Blackout]] = {}
    clients = {row.client_id for row in assignments}
    for blackout in Blackout.objects.filter(client__in=clients) if clients else ():
        of_client.setdefault(blackout.client_id, []).append(blackout)
    found = {}
    for row in assignments:
        if row.next_due_at and (named := of_client.get(row.client_id)):
            day = local_day(row.next_due_at, row.client.time_zone)
            those = [one for one in named if one.span.covers(day)]
            if those:
                found[row.pk] = max(those, key=lambda one: one.last_on)
    return found


def without_emails_today(client: Client, now: datetime) -> str:
    """That it is such a day for this client at `now` (UTC), and by whose choice, in words; nothing when it is not."""
    today = local_day(now, client.time_zone)
    those = Blackout.objects.filter(client=client, first_on__lte=today, last_on__gte=today)
    found = those.order_by("last_on").last()
    return held_by_blackout(found.span, found.by_client).why if found else ""


def free_from(client: Client, moment: datetime) -> datetime:
    """This moment; or, on a day without emails, nine in the morning of the first day after, on the client's clock."""
    spans = Blackout.objects.spans_of([client.pk]).get(client.pk, ())
    today = day = local_day(moment, client.time_zone)
    while span := next((span for span in spans if span.covers(day)), None):
        day = span.last + timedelta(days=1)
    clock = clock_of(client.time_zone) or UTC
    return moment if day == today else datetime.combine(day, time(9), clock).astimezone(UTC)


def _read(said: dict[str, Any]) -> Blackout:
    days = {name: date.fromisoformat(said[name]) for name in ("first_on", "last_on")}
    return Blackout(**days, by_client=bool(said["by_client"]))


@holds.reason
def blackout(assignments: Sequence["Assignment"]) -> dict[int, Hold]:
    """Those whose next email would leave on such a day."""
    return {pk: held_by_blackout(found.span, found.by_client) for pk, found in covering(assignments).items()}
