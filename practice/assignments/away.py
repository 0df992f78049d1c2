"""Series that hold while their practitioner is away. What is held goes on by itself, with one email at most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from practice.assignments import holds
from practice.assignments.blackout import covering
from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, held_while_away
from practice.people.away import Away


@holds.reason
def away(assignments: Sequence[Assignment]) -> dict[int, Hold]:
    """Those whose next email would leave while their practitioner is away, and whose module holds then."""
    return {pk: held_while_away(time.back_on) for pk, time in times_away(assignments).items()}


def times_away(assignments: Sequence[Assignment]) -> dict[int, Away]:
    """The time away that holds each, by id. Two queries at most, and one as long as nobody is away then; none for those
    whose modules are known and go on."""
    assignments = [row for row in assignments if row.next_due_at and _may_hold(row)]
    moments = {row.pk: row.next_due_at for row in assignments if row.next_due_at}
    if not moments:
        return {}
    practitioners = {row.client.practitioner_id for row in assignments}
    first, last = min(moments.values()).date(), max(moments.values()).date()
    day = timedelta(days=1)
    times = Away.objects.overlapping(first - day, last + 2 * day).filter(practitioner__in=practitioners)
    by_practitioner: dict[int, list[Away]] = {}
    for time in times.select_related("practitioner"):
        by_practitioner.setdefault(time.practitioner_id, []).append(time)
    if not by_practitioner:
        return {}
    holding = Assignment.objects.filter(pk__in=moments, module__holds_while_away=True).order_by()
    return {
        pk: time
        for pk, practitioner in holding.values_list("pk", "client__practitioner")
        for time in by_practitioner.get(practitioner, [])
        if time.covers(moments[pk])
    }


def _may_hold(row: Assignment) -> bool:
    """Whether its module holds while its practitioner is away; or is not known, which is asked with all others."""
    return row.module.holds_while_away if Assignment._meta.get_field("module").is_cached(row) else True


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
