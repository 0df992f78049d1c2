"""Faults of a provider's HTTP API: Postmark has a list to look in, Resend and Brevo know an email by its key."""

from datetime import timedelta

from practice.mailing.models import Delivery
from tests.faults.fault import KEYED, fault
from tests.faults.stage import Stage

ALL = ("postmark", *KEYED)
PAUSE = 1200


@fault(mail=ALL)
def too_many_requests(stage: Stage) -> None:
    """429 is waited out for as long as Retry-After says."""
    now = stage.everybody_due(12)
    patience = {"Retry-After": str(PAUSE)}
    stage.provider.does({"phase": "API", "does": 429, "headers": patience, "times": 3})
    stage.send_due(now)
    stage.injected += 3
    asked = Delivery.objects.filter(code=429)
    stage.must(asked.exists(), "the outbox knows of it")
    earliest = now + timedelta(seconds=PAUSE)
    stage.must(
        not asked.filter(state="due", due_at__lt=earliest).exists(), "nobody knocks before Retry-After"
    )


@fault(mail=ALL)
def server_error(stage: Stage) -> None:
    """500 is tried again, and arrives once."""
    now = stage.everybody_due(12)
    stage.provider.does({"phase": "API", "does": 500, "times": 4})
    stage.send_due(now)
    stage.injected += 4


@fault(mail=ALL, failed=1)
def refused_for_good(stage: Stage) -> None:
    """422 has failed with a reason, and nothing else has."""
    now = stage.everybody_due(6)
    stage.provider.does({"phase": "API", "does": 422, "to": "client3@"})
    stage.send_due(now)
    stage.injected += 1


@fault(mail=ALL, policy=("hold", "resend"))
def silent_after_accept(stage: Stage) -> None:
    """No answer to an email that was taken: it is asked for by its key, or found in the list, and arrives once."""
    break_after_accept(stage, "accept-stall")


@fault(mail=ALL, policy=("hold", "resend"))
def dropped_after_accept(stage: Stage) -> None:
    """A broken connection instead of an answer: as without an answer."""
    break_after_accept(stage, "accept-drop")


@fault(mail=KEYED, policy=("hold", "resend"))
def error_after_accept(stage: Stage) -> None:
    """500 to an email that was taken: the same goes again under the same key, and arrives once."""
    break_after_accept(stage, "accept-500")


@fault(mail=ALL, policy=("hold", "resend"))
def dropped_before_accept(stage: Stage) -> None:
    """A request that broke and was never taken: it is handed over again once that is known, and arrives once."""
    break_after_accept(stage, "drop")


def break_after_accept(stage: Stage, does: str) -> None:
    now = stage.everybody_due(10)
    stage.provider.does(
        *({"phase": "API", "does": does, "times": 1, "to": f"client{number}@"} for number in (2, 7))
    )
    stage.send_due(now)
    stage.injected += 2
