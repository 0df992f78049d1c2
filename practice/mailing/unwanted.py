"""Providers that write to an address no more, and say so when they are handed an email for it: why is that?

Not all of them do: some take the email, and tell it later as an event (hooks.py).
"""

from collections.abc import Iterator
from typing import Any

from anymail.backends import postmark
from anymail.message import AnymailStatus

from practice.mailing.lookups import NoAnswer, suppressed_in_postmark
from practice.mailing.models import Suppression

Why = Suppression.Why

#: In the words of MailerSend, Mandrill, Postmark and Unisender Go. Whatever else they say is not about the person, such
#: as a list that somebody at the practice made, or a limit of the account.
WORDS = {
    **dict.fromkeys(("hard-bounce", "hard_bounced", "HardBounce", "permanent_unavailable"), Why.BOUNCED),
    **dict.fromkeys(("spam", "spam_complaint", "SpamComplaint"), Why.COMPLAINED),
    **dict.fromkeys(("unsub", "unsubscribed", "ManualSuppression"), Why.ASKED),
}


def why_unwanted(backend: Any, report: AnymailStatus, address: str) -> Why | None:
    """Why nothing may leave for the one recipient that a provider has just refused; None when it does not say."""
    if report.status != {"rejected"}:
        return None
    if isinstance(backend, postmark.EmailBackend):
        return _in_postmark(backend, address)
    response: Any = report.esp_response
    return _in_words(response.json())


def _in_postmark(backend: Any, address: str) -> Why:
    """It says that the address is “inactive”, and why in its list. Without that: the commonest reason and the lightest,
    which any other overrules that is heard later.
    """
    try:
        return _in_words(suppressed_in_postmark(backend, address)) or Why.BOUNCED
    except NoAnswer:
        return Why.BOUNCED


def _in_words(answer: Any) -> Why | None:
    """The weightiest reason in a provider's answer, wherever in it the word stands."""
    said = [WORDS[word] for word in _texts(answer) if word in WORDS]
    return max(said, key=Why.values.index, default=None)


def _texts(answer: Any) -> Iterator[str]:
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from _texts(part)
