"""Series that hold while their practitioner is away. What is held goes on by itself, with one email at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from practice.assignments import holds
from practice.assignments.blackout import covering
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, held_while_away
from practice.people.away import Away, known_times


@holds.reason
def away(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those whose next email would leave while their practitioner is away, and whose module holds then."""
    return {pk: held_while_away(time.back_on) for pk, time in times_away(assignments).items()}


def times_away(assignments: Sequence[Assignment]) -> dict[int, Away]:
    """The time away that holds each, by id. Two queries at most, and one as long as nobody is away then; none for those
    whose modules are known and go on."""
    rows, unknown = _that_may_hold(assignments)
    moments = {row.pk: row.next_due_at for row in rows if row.next_due_at}
    if not moments:
        return {}
    times = known_times(row.client for row in rows)
    if others := {row.client.practitioner_id for row in rows} - times.keys():
        first, last = min(moments.values()).date(), max(moments.values()).date()
        day = timedelta(days=1)
        near = Away.objects.overlapping(first - day, last + 2 * day)
        times |= near.of_each(others)
    holding = {row.pk for row in rows} - unknown
    if unknown and any(times.values()):
        asked = Assignment.objects.filter(pk__in=unknown, module__holds_while_away=True).order_by()
        holding |= set(asked.values_list("pk", flat=True))
    return {
        row.pk: time
        for row in rows
        if row.pk in holding
        for time in times.get(row.client.practitioner_id, [])
        if time.covers(moments[row.pk])
    }


def _that_may_hold(assignments: Sequence[Assignment]) -> tuple[list[Assignment], set[int]]:
    """Those with an email to come whose modules hold while their practitioner is away, as far as is known; and the ids
    of those of whose modules it is not."""
    module = Assignment._meta.get_field("module")
    planned = [row for row in assignments if row.next_due_at]
    unknown = {row.pk for row in planned if not module.is_cached(row)}
    return [row for row in planned if row.pk in unknown or row.module.holds_while_away], unknown


def moment_to_expect(row: Assignment) -> datetime | None:
    """When the next email leaves, past times away, days without emails and a rest that ends by itself; None when none
    is planned."""
    moment = row.next_due_at or _after_rest(row)
    while moment:
        then = [as_of(row, moment)]
        if days := covering(then).get(row.pk):
            day = row.rhythm.day_after(days.last_on)
        elif time := times_away(then).get(row.pk):
            day = row.rhythm.day_from(time.ends_at())
        else:
            break
        moment = row.rhythm.moment(day)
    return moment


def _after_rest(row: Assignment) -> datetime | None:
    resting = row.state == Assignment.State.PAUSED and row.has_a_clock
    if not (resting and row.paused_until and row.may_resume()):
        return None
    over = datetime.combine(row.paused_until, datetime.min.time(), ZoneInfo(row.client.time_zone))
    return row.moment(row.day_to_resume(over))


def as_of(row: Assignment, moment: datetime) -> Assignment:
    """As if its next email left at this moment: for `covering` and `times_away`. Not to be saved."""
    return Assignment(pk=row.pk, client=row.client, next_due_at=moment)
