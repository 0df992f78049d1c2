"""Series that hold while their practitioner is away. What is held goes on by itself, with one email at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from practice.assignments import holds
from practice.assignments.blackout import covering
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, held_while_away
from practice.people.away import Away, times_of


@holds.reason
def away(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those whose next email would leave while their practitioner is away, and whose module holds then."""
    return {pk: held_while_away(time.back_on) for pk, time in times_away(assignments).items()}


def times_away(assignments: Sequence[Assignment]) -> dict[int, Away]:
    """The time away that holds each, by id. Two queries at most, and one as long as nobody is away then; none for those
    whose modules are known and go on."""
    rows = [row for row in assignments if row.next_due_at and _holds(row) is not False]
    moments = {row.pk: row.next_due_at for row in rows if row.next_due_at}
    if not moments:
        return {}
    first, last = min(moments.values()).date(), max(moments.values()).date()
    day = timedelta(days=1)
    times = times_of((row.client for row in rows), Away.objects.overlapping(first - day, last + 2 * day))
    if not any(times.values()):
        return {}
    unknown = [row.pk for row in rows if _holds(row) is None]
    asked = Assignment.objects.filter(pk__in=unknown, module__holds_while_away=True).order_by()
    found = set(asked.values_list("pk", flat=True)) if unknown else set()
    return {
        row.pk: time
        for row in rows
        if _holds(row) or row.pk in found
        for time in times.get(row.client.practitioner_id, [])
        if time.covers(moments[row.pk])
    }


def _holds(row: Assignment) -> bool | None:
    """Whether its module holds while its practitioner is away; None when that is not known yet."""
    return row.module.holds_while_away if Assignment._meta.get_field("module").is_cached(row) else None


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
