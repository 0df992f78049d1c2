"""How far an assignment has come: every step of its module, in plain words, for its page at the desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.assignments.outlook import on_the_clock, spoken
from practice.assignments.own_wording import OwnWording
from practice.assignments.passed import PassedStep
from resources.models import Step


@dataclass(frozen=True)
class StepLine:
    """A step, where it stands ("Sent", "Next", ...), when, and where to look at its email or bring it back."""

    step: Step
    state: str
    when: str = ""
    own_when: str = ""
    remark: str = ""
    email_url: str = ""
    may_return: bool = False
    is_ahead: bool = False


def course(assignment: Assignment, now: datetime) -> list[StepLine]:
    """Every step of the module in order, with its state as of `now`; one that was taken out only if it was passed."""
    passed = {row.step_id: row for row in assignment.passed.all()}
    # The reverse of a relation from the floor above: there only once that floor is built.
    emails: dict[tuple[int, str], Any] = {
        (email.step_id, email.kind): email for email in assignment.deliveries.all()
    }
    steps = [
        step
        for step in assignment.module.steps.order_by("position", "pk")
        if not step.taken_out or step.pk in passed
    ]
    worded = OwnWording.objects.filter(assignment=assignment)
    changed = _("Changed for %(client)s alone.") % {"client": assignment.client}
    own = dict.fromkeys(worded.values_list("step_id", flat=True), changed)
    # From the steps as read here: a worker may be handing one over at this very moment.
    planned = iter(assignment.plan([step for step in steps if step.pk not in passed]))
    lines, is_next = [], True
    for step in steps:
        if step.pk in passed:
            lines.append(_behind(assignment, step, passed[step.pk], emails.get((step.pk, "step"))))
            if again := emails.get((step.pk, "again")):
                lines.append(_again(assignment, step, again))
        else:
            slot = next(planned, None)
            leaves = is_next and assignment.sooner_at is not None and assignment.sooner_at <= now
            lines.append(
                StepLine(step, _("Leaving now"))
                if leaves
                else _ahead(assignment, step, slot.at if slot else None, is_next, own.get(step.pk, ""))
            )
            is_next = False
    return lines


def _behind(assignment: Assignment, step: Step, passed: PassedStep, email: Any) -> StepLine:
    if passed.skipped:
        return StepLine(step, _("Skipped"), *_times(assignment, passed.at), may_return=not step.taken_out)
    if email is None:
        return StepLine(step, _("Handed over"), *_times(assignment, passed.at))
    when = _times(assignment, email.accepted_at or email.due_at)
    return StepLine(step, email.get_state_display(), *when, remark=email.why, email_url=_email_page(email))


def _again(assignment: Assignment, step: Step, email: Any) -> StepLine:
    """The same step, sent once more."""
    when = _times(assignment, email.accepted_at or email.due_at)
    state = _("Once more: %(state)s") % {"state": email.get_state_display().lower()}
    return StepLine(step, state, *when, remark=email.why, email_url=_email_page(email))


def _ahead(assignment: Assignment, step: Step, at: datetime | None, is_next: bool, remark: str) -> StepLine:
    state = _("Next") if is_next else _("Planned")
    if at is None:
        running = assignment.state in (Assignment.State.ACTIVE, Assignment.State.PAUSED)
        when = _("when it carries on") if running else ""
        return StepLine(step, state if running else _("Not sent"), when, remark=remark, is_ahead=True)
    return StepLine(step, state, *_times(assignment, at), remark=remark, is_ahead=True)


def _times(assignment: Assignment, at: datetime) -> tuple[str, str]:
    """A moment on the client's clock; and on the practitioner's, where that is another one."""
    theirs, own = assignment.client.time_zone, assignment.client.practitioner.time_zone
    same = on_the_clock(at, theirs) == on_the_clock(at, own)
    return spoken(at, theirs), "" if same else spoken(at, own)


def _email_page(email: Any) -> str:
    try:
        return reverse("admin:mailing_delivery_change", args=(email.pk,))
    except NoReverseMatch:
        return ""
