"""A series to whose last steps nothing came back rests by itself, and one short email says so.

Nobody sees whether an email was opened. A step is quiet when its questions met no word and no pressed button.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from practice.assignments.many import insert_many
from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, Notice
from practice.mailing.notices import drafted
from resources.models import Prompt


def come_to_rest(rows: Sequence[Assignment], now: datetime) -> set[int]:
    """Let those of these rest that are about to, and whose last steps left. They are due, and locked by a planner.

    Returns their ids. The rows are not saved; the short emails are.
    """
    quiet = [row for row in rows if row.is_about_to_rest]
    last = _last_emails(quiet)
    notices = []
    for row in quiet:
        emails = last[row.pk][: row.rests_after]
        if len(emails) == row.rests_after and all(email.state in Delivery.LEFT for email in emails):
            row.fall_silent()
            notices.append(drafted(row.client, Notice.Kind.RESTING, now, delivery_id=emails[0].pk))
        else:  # some were never there to be answered, or in a mailbox that is no longer theirs
            row.quiet_steps = 0
    insert_many(notices, "delivery_id")
    return {row.pk for row in quiet if row.state_by == Assignment.By.SILENCE}


def count(rows: Sequence[Any], emails: Sequence[Delivery], now: datetime) -> None:
    """Count the next step of each of these, which is about to leave, as quiet until something comes back.

    Those are not saved. Where one short email shall follow a step of theirs, it is there from now on, and looks again
    at how things stand before it leaves. `emails` are those of the steps, in the same order.
    """
    asking = Prompt.objects.filter(step__in={row.next_step_id for row in rows}).order_by()
    steps = set(asking.values_list("step_id", flat=True).distinct() if rows else ())
    for row in rows:
        row.quiet_steps += row.next_step_id in steps
    following = [
        _reminder(row, email, now)
        for row, email in zip(rows, emails, strict=True)
        if row.remind_after and not row.no_reminders and email.pk and row.next_step_id in steps
    ]
    insert_many(following, "delivery_id")


def _last_emails(rows: Sequence[Assignment]) -> dict[int, list[Delivery]]:
    """The emails of the steps with questions of each, the latest first, by the assignment's id."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    if rows:
        emails = Delivery.objects.at_their_address().filter(
            Exists(Prompt.objects.filter(step=OuterRef("step"))),
            assignment__in=[row.pk for row in rows],
            kind=Delivery.Kind.STEP,
        )
        for email in emails.only("assignment_id", "state").order_by("-due_at", "-pk"):
            found[email.assignment_id].append(email)
    return found


def _reminder(row: Assignment, email: Delivery, now: datetime) -> Notice:
    wait = row.reminder_at(email.due_at) - now
    return drafted(row.client, Notice.Kind.REMINDER, now, wait, delivery_id=email.pk)
