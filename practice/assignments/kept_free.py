"""The slots that a calendar passes over, as the planner will: those on days without emails, and those in times away of
the practitioner, if the module holds meanwhile.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from practice.assignments.blackout import Blackout
from practice.assignments.outlook import Span, calendar
from practice.assignments.schedule import Rhythm
from practice.people.away import Away
from practice.people.models import Client
from resources.models import Module

if TYPE_CHECKING:
    from practice.assignments.models import Assignment

#: A module that a client receives, or might, and when.
Series = tuple[Client, Module, Rhythm]


def kept_free(series: Sequence[Series]) -> list[tuple[Span, ...]]:
    """For each of these the days of the client's calendar in whose slots nothing leaves. Two queries at most."""
    without = Blackout.objects.spans_of(client.pk for client, _, _ in series)
    holding = [client.practitioner_id for client, module, _ in series if module.holds_while_away]
    away = Away.objects.of_each(holding) if holding else {}
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


def next_free(rows: Iterable["Assignment"]) -> dict[int, datetime]:
    """The moment of the next slot of each in which something may leave, by its id. Two queries at most."""
    those = [(row, row.next_on) for row in rows if row.next_due_at and row.next_on and row.has_a_clock]
    spans = kept_free([(row.client, row.module, row.rhythm) for row, _ in those])
    return {
        row.pk: row.moment(calendar(row.rhythm, [""], first, days)[0].day)
        for (row, first), days in zip(those, spans, strict=True)
    }
