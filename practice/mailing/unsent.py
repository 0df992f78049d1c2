"""How an email ends that cannot leave. One that may have arrived the time before is never called unsent."""

from typing import Any

from practice.mailing import reasons
from practice.mailing.models import Delivery

State = Delivery.State


def unsent(resent: bool, state: str, why: str) -> dict[str, Any]:
    """The fields of an email that does not leave: this state, and why in words.

    `resent` says that it was to leave once more because nobody could know of the first time. Whatever keeps it from
    that says nothing of the first time: it stays uncertain, and its step stays passed.
    """
    if resent:
        state, why = State.UNCERTAIN, f"{reasons.PERHAPS_BEFORE} {why}"
    return {"state": state, "lease_until": None, "reason": why[:300]}
