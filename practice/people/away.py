"""When a practitioner is away, until when, and whom their clients can turn to meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.fields import one_line
from practice.people.in_words import day_in_words
from practice.people.ownership import Owned, OwnedQuerySet

if TYPE_CHECKING:
    from practice.people.models import Client


class AwayQuerySet(OwnedQuerySet):
    """Times away, asked for in plain words."""

    def not_over(self, today: date) -> Self:
        """Those that go on, or are still to come, on this day of the practitioner's calendar."""
        return self.filter(back_on__gt=today)

    def overlapping(self, starts_on: date, back_on: date) -> Self:
        """Those that share a day with the time from `starts_on` to the day before `back_on`."""
        return self.filter(starts_on__lt=back_on, back_on__gt=starts_on)

    def of_each(self, practitioners: Iterable[int]) -> "dict[int, list[Away]]":
        """All times away of these practitioners, by their ids. One query."""
        found: dict[int, list[Away]] = {}
        for row in self.filter(practitioner__in=set(practitioners)).select_related("practitioner"):
            found.setdefault(row.practitioner_id, []).append(row)
        return found

    def going_on(self, practitioners: Iterable[int], now: datetime) -> "dict[int, Away]":
        """Who of these practitioners (by id) is away at `now`, with that time. One query."""
        # The database cannot tell each practitioner's calendar; none on earth is more than a day from UTC.
        near = self.overlapping(now.date() - timedelta(days=1), now.date() + timedelta(days=2))
        rows = near.filter(practitioner__in=set(practitioners)).select_related("practitioner")
        return {row.practitioner_id: row for row in rows if row.covers(now)}


class Away(Owned):
    """A time during which a practitioner is away: from the beginning of one day of theirs to that of another."""

    practitioner = models.ForeignKey("people.Practitioner", models.CASCADE, related_name="away")
    starts_on = models.DateField(
        gettext_lazy("away from"), help_text=gettext_lazy("The first day you are away.")
    )
    back_on = models.DateField(
        gettext_lazy("back on"),
        help_text=gettext_lazy("The day you are back. Your clients are told this day."),
    )
    backup_name = models.CharField(
        gettext_lazy("who your clients can turn to"),
        max_length=120,
        blank=True,
        validators=[one_line],
        help_text=gettext_lazy(
            "A colleague’s name, for example. It stands on your clients’ pages and in their emails."
        ),
    )
    backup_reach = models.CharField(
        gettext_lazy("how to reach them"),
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text=gettext_lazy("A telephone number or address, and when they answer."),
    )
    words = models.CharField(
        gettext_lazy("a sentence for your clients"),
        max_length=300,
        blank=True,
        validators=[one_line],
        help_text=gettext_lazy("If you like. Write it so that a bystander who sees it learns nothing."),
    )

    objects: ClassVar = AwayQuerySet.as_manager()

    class Meta:
        ordering = ("starts_on", "pk")
        constraints = (
            models.CheckConstraint(
                name="back_after_leaving", condition=models.Q(back_on__gt=models.F("starts_on"))
            ),
        )

    def __str__(self) -> str:
        return _("Away from %(first_day)s, back on %(back_day)s") % {
            "first_day": day_in_words(self.starts_on),
            "back_day": day_in_words(self.back_on),
        }

    def covers(self, moment: datetime) -> bool:
        """Whether they are away at a moment, on their own calendar."""
        day = moment.astimezone(ZoneInfo(self.practitioner.time_zone)).date()
        return self.starts_on <= day < self.back_on

    def starts_at(self) -> datetime:
        """The beginning of the first day they are away."""
        return datetime.combine(self.starts_on, time.min, ZoneInfo(self.practitioner.time_zone))

    def ends_at(self) -> datetime:
        """The beginning of the day they are back."""
        return datetime.combine(self.back_on, time.min, ZoneInfo(self.practitioner.time_zone))


def times_of(clients: Iterable["Client"], among: AwayQuerySet) -> dict[int, list[Away]]:
    """The times away of the practitioners of these clients, by their ids. One query for those of these times that are
    theirs, and none where each of them knows all of theirs already (`Practitioner.times_away`).
    """
    known, others = {}, set()
    for client in clients:
        is_read = client._meta.get_field("practitioner").is_cached(client)
        if is_read and client.practitioner.knows_times_away:
            known[client.practitioner_id] = client.practitioner.times_away
        else:
            others.add(client.practitioner_id)
    return known | (among.of_each(others) if others else {})
