"""The slots that a calendar passes over, as the planner will: those on days without emails, and those in times away of
the practitioner, if the module holds meanwhile.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from practice.assignments.blackout import Blackout
from practice.assignments.outlook import Span, calendar, held_by_blackout, spoken_day
from practice.assignments.schedule import Rhythm
from practice.people.away import Away, times_of
from practice.people.models import Client
from resources.models import Module

if TYPE_CHECKING:
    from practice.assignments.models import Assignment

#: A module that a client receives, or might, and when.
Series = tuple[Client, Module, Rhythm]


def kept_free(series: Sequence[Series]) -> list[tuple[Span, ...]]:
    """For each of these the days of the client's calendar in whose slots nothing leaves. Two queries at most."""
    without = Blackout.objects.spans_of(client.pk for client, *_more in series)
    holding = (client for client, module, _ in series if module.holds_while_away)
    away = times_of(holding, Away.objects.all())
    found = []
    for client, module, rhythm in series:
        times = away.get(client.practitioner_id, ()) if module.holds_while_away else ()
        found.append((*without.get(client.pk, ()), *(slots_in(time, rhythm) for time in times)))
    return found


def slots_in(time: Away, rhythm: Rhythm) -> Span:
    """From the first slot of a rhythm in a time away to the day before the first one after it; empty if it has none."""
    return Span(rhythm.day_from(time.starts_at()), rhythm.day_from(time.ends_at()) - timedelta(days=1))


def passed_over(times: Iterable[Away], rhythm: Rhythm, last: date) -> list[Away]:
    """Those of these times that have a slot of this rhythm in them, up to a last day."""
    spans = [(time, slots_in(time, rhythm)) for time in times]
    return [time for time, span in spans if span.first <= min(span.last, last)]


def away_in_words(time: Away) -> str:
    """That a calendar passes over this time away."""
    said = _(
        "You are away from %(first)s and back on %(back)s. This module holds meanwhile, and passes over that time."
    )
    return said % {"first": spoken_day(time.starts_on), "back": spoken_day(time.back_on)}


def what_is_passed_over(series: Series, last: date) -> list[str]:
    """Why slots of this series, from the first day of its rhythm up to a last one, are passed over. In whole sentences;
    three queries at most.
    """
    client, module, rhythm = series
    slots = list(takewhile(lambda day: day <= last, rhythm.days()))
    named = [
        held_by_blackout(days.span, days.by_client).why
        for days in Blackout.objects.filter(client=client)
        if any(days.span.covers(slot) for slot in slots)
    ]
    if not module.holds_while_away:
        return named
    times = Away.objects.of_each([client.practitioner_id]).get(client.practitioner_id, [])
    return [*(away_in_words(time) for time in passed_over(times, rhythm, last)), *named]


def next_free(rows: Iterable["Assignment"]) -> dict[int, datetime]:
    """The moment of the next slot of each in which something may leave, by its id. Two queries at most."""
    those = [(row, row.next_on) for row in rows if row.next_due_at and row.next_on and row.has_a_clock]
    spans = kept_free([(row.client, row.module, row.rhythm) for row, _ in those])
    return {
        row.pk: row.moment(calendar(row.rhythm, [""], first, days)[0].day)
        for (row, first), days in zip(those, spans, strict=True)
    }
