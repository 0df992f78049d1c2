"""The oracle: joins the provider's log with the database by Message-ID and says what became of every email."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery
from tests.faults.script import Accept

State = Delivery.State
OPEN = (State.DUE, State.CLAIMED, State.SUBMITTING)


@dataclass
class Verdict:
    """What became of the emails of one fault. `lost` and `failed` hold a sentence for each that is."""

    emails: int = 0
    duplicated: int = 0
    uncertain: int = 0
    failed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def judge(accepts: Iterable[Accept], recipients: Counter, now: datetime) -> Verdict:
    """Every email that should have left by `now`: `recipients` holds how many each address was to get.

    Lost is what was never planned, is said to be sent and is not in the log, is said to have failed and is, or is
    still on its way although it had time.
    """
    accepts = list(accepts)
    times = Counter(accept.message_id for accept in accepts)
    verdict = Verdict(emails=recipients.total(), duplicated=sum(times.values()) - len(times))
    planned: Counter = Counter()
    for row in Delivery.objects.select_related("assignment__client"):
        planned[row.client.email] += 1
        accepted = times.pop(row.message_id, 0)
        verdict.uncertain += row.state == State.UNCERTAIN
        if row.state == State.FAILED:
            verdict.failed.append(f"email {row.pk} failed after {row.attempts} attempts: {row.reason}")
        if wrong := what_is_wrong(row, accepted):
            verdict.lost.append(f"email {row.pk} ({row.state}, {row.reason or 'no reason'}) {wrong}")
    verdict.lost += [f"{count} for {to} never planned" for to, count in (recipients - planned).items()]
    verdict.lost += [f"{count} for {to} planned too often" for to, count in (planned - recipients).items()]
    verdict.lost += [f"{message_id} was accepted and is not in the outbox" for message_id in times]
    late = Assignment.objects.filter(state="active", next_due_at__lte=now)
    verdict.lost += [f"assignment {row.pk} was due at {row.next_due_at} and waits" for row in late]
    return verdict


def what_is_wrong(row: Delivery, accepted: int) -> str:
    """What the database tells of an email that is not so. Empty when it is as it says."""
    if row.state in OPEN:
        return "is still on its way"
    if row.state in Delivery.SENT and not accepted:
        return "was never accepted"
    if row.state in (State.FAILED, *Delivery.CALLED_BACK) and accepted:
        return "was accepted"
    if row.state in (State.FAILED, State.UNCERTAIN, *Delivery.CALLED_BACK) and not row.reason:
        return "has no reason"
    return ""
