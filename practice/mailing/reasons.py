"""Why an email did not leave, in a practitioner's words. Pure.

A reason is stored in English, whatever language is active, and `shown` in that of whoever reads it.
"""

import re

from django.utils.translation import gettext, gettext_noop

from practice.mailing.heard import Heard

# RFC 3463: the second and third number tell what is wrong, whatever language the server speaks.
BY_DETAIL = {
    "1.1": gettext_noop("There is no mailbox with this address. Ask your client for the right one."),
    "1.2": gettext_noop("There is no mail server for this address. Look at what comes after the @."),
    "1.3": gettext_noop("This address is not written in a way that their mail server understands."),
    "1.6": gettext_noop("The mailbox has moved and left no new address."),
    "1.10": gettext_noop("This address takes no mail."),
    "2.1": gettext_noop("The mailbox is switched off."),
    "2.2": gettext_noop("The mailbox is full."),
    "2.3": gettext_noop("The email is too long for this mailbox."),
    "3.4": gettext_noop("The email is too long for their mail server."),
    "4.6": gettext_noop("Their mail server sends the email in circles."),
}
BY_SUBJECT = {
    "1": gettext_noop("Their mail server does not accept this address."),
    "2": gettext_noop("The mailbox takes no mail."),
    "4": gettext_noop("Their mail server cannot be reached."),
    "5": gettext_noop("The mail servers did not understand each other."),
    "7": gettext_noop("Their mail server refused it under its rules, perhaps as unwanted."),
}
BY_CODE = {
    550: gettext_noop("Their mail server does not accept mail for this address."),
    551: gettext_noop("Their mail server does not accept mail for this address."),
    552: gettext_noop("The mailbox is full, or the email is too long for it."),
    553: gettext_noop("Their mail server does not accept this address."),
    554: gettext_noop("Their mail server refused it under its rules, perhaps as unwanted."),
}
DETAIL = re.compile(r"(?<![\d.])[245]\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")

#: The details of RFC 3463 that say: nobody ever gets an email at this address.
GONE = {"1.0", "1.1", "1.2", "1.3", "1.4", "1.6", "1.9", "1.10", "2.1"}
#: Subjects that are about this email, these servers or this moment, however final they sound.
NOT_GONE = {"1", "2", "3", "6", "7"}
#: For servers that tell no detail. They all speak some English.
NO_SUCH_MAILBOX = re.compile(
    r"\b(?:no such|unknown|invalid) (?:user|recipient|mailbox|address|account|local part)"
    r"|\b(?:user|recipient|mailbox|address|account)\b.{0,40}?"
    r"\b(?:unknown|not found|does(?: not|n[’']t) exist|not exist|disabled|invalid)\b",
    re.IGNORECASE,
)
#: A server that speaks of the sender's address means ours.
OF_THE_SENDER = re.compile(
    r"\bsender(?:['’]s)? (?:e-?mail|address|domain|verif|reject|denied|not)", re.IGNORECASE
)
#: A server that refuses an email by such words may mean us, beside a detail or without one.
PERHAPS_OF_US = re.compile(r"\b(?:senders?|from|your)\b", re.IGNORECASE)
PERHAPS_OUR_ACCOUNT = re.compile(r"\baccounts?\b", re.IGNORECASE)

UNREADABLE = gettext_noop(
    "The address or a name cannot be written into an email. Look at them on the client’s page."
)
#: Ends a reason that is of the moment.
TRIED_AGAIN = gettext_noop("It will be tried again.")
PARKED = gettext_noop("It was tried three times, and each time something broke before there was an answer.")
BROKE = gettext_noop("Something broke before it left.")
DROPPED = f"{BROKE} {TRIED_AGAIN}"
UNKNOWN = gettext_noop(
    "The connection broke after the email was handed over and before the server confirmed it."
)
SAME_AGAIN = gettext_noop(
    "There was no clear answer. It is handed over again as the same email, so that it cannot arrive twice."
)
NOT_THERE = gettext_noop(
    "The mail provider was asked and does not have it, so it did not leave. It leaves again."
)
FOUND = gettext_noop("The mail provider has this email: it left.")
NOT_FOUND_YET = gettext_noop(
    "The mail provider does not show this email. Its list can lag behind, so this is no answer yet."
)
NO_ANSWER = gettext_noop("The mail provider gave no answer. Check again later.")
NOTHING_HEARD = gettext_noop(
    "The mail provider has told nothing of this email so far. When it does, the state here changes by itself."
)
#: Begins a reason of one that was to leave once more.
PERHAPS_BEFORE = gettext_noop("It may have arrived the first time. It was to leave once more, and did not.")
LEASE_ENDED = gettext_noop("The process that was handing it over stopped at that moment.")
SAID_BY_ANOTHER = gettext_noop("Another one that waits says the same.")
NOT_IN_TIME = gettext_noop("It could not leave in time.")
TOO_LATE = gettext_noop("It could not leave within six hours.")
LAPSED = gettext_noop("It could not leave within six hours. The step comes with the next one’s turn.")
NOT_TODAY = gettext_noop("It could not leave before days without emails began.")
UNWELCOME = gettext_noop(
    "It was called back: meanwhile the emails were paused, stopped or held, the agreement was withdrawn, or the "
    "practitioner’s account was closed."
)
#: By `Suppression.Why`: what a provider remembers of an address.
REMEMBERED = {
    "bounced": gettext_noop(
        "The mail provider sends nothing to this address any more, because an email came back from there before. "
        "When emails are wanted again, whoever runs Interlude has to tell the provider so, too."
    ),
    "complained": gettext_noop(
        "The mail provider sends nothing to this address any more, because an email was marked as unwanted there "
        "before. When emails are wanted again, whoever runs Interlude has to tell the provider so, too."
    ),
    "asked": gettext_noop(
        "The mail provider sends nothing to this address any more, because it was asked for no more emails there. "
        "When emails are wanted again, whoever runs Interlude has to tell the provider so, too."
    ),
}
SUPPRESSED = gettext_noop("It was called back: this address must not be written to.")
#: Ends a reason of one that came back this once.
NEXT_AS_PLANNED = gettext_noop("The next email is tried as planned.")

#: With a detail of the moment in them, such as a code or the name of an error.
SERVER_UNREACHABLE = gettext_noop("The mail server cannot be reached (%(detail)s).")
SERVER_BUSY = gettext_noop("The mail server does not take emails at the moment (it answered %(detail)s).")
PROVIDER_CLOSED = gettext_noop("The mail provider does not let us in (it answered %(detail)s).")
NOT_UNDERSTOOD = gettext_noop("The server's answer cannot be understood: %(detail)s")
WITH_DETAIL = (SERVER_UNREACHABLE, SERVER_BUSY, PROVIDER_CLOSED, NOT_UNDERSTOOD)


def refused(phase: str, code: int | None, text: str, unwanted: str = "") -> str:
    """Why a server refuses an email for good; `unwanted` (`Suppression.Why`) is what it remembers of the address."""
    if unwanted:
        return REMEMBERED[unwanted]
    if phase == "build":
        return text or UNREADABLE
    if phase == "mail":
        return gettext_noop(
            "The mail server does not accept our own sender address. Whoever runs Interlude can mend that."
        )
    if why := _told(code, text):
        return why
    if phase == "api":
        return gettext_noop("The mail provider refused it.")
    return gettext_noop("Their mail server refused it.")


def later(code: int | None, text: str) -> str:
    """Why a server asks for patience."""
    why = _told(code, text) if code and 400 <= code < 500 and DETAIL.search(text) else ""
    why = why or gettext_noop("The mail server asked us to try later.")
    return f"{why} {TRIED_AGAIN}"


def is_gone(text: str, said: bool | None = None) -> bool:
    """Whether a server's words mean that nobody gets emails at this address, now or later.

    `said` is what the provider makes of it, where it makes something of it. A detail (RFC 3463) in the words knows
    better: providers also call it final when a mailbox is full or an email looks like spam.
    """
    if OF_THE_SENDER.search(text):
        return False
    if detail := DETAIL.search(text):
        subject, number = detail.groups()
        if f"{subject}.{number}" in GONE:
            return detail[0][0] == "5"
        if subject in NOT_GONE or detail[0][0] != "5":
            return False
    return bool(NO_SUCH_MAILBOX.search(text)) if said is None else said


def refused_as_gone(phase: str, text: str, address: str) -> bool:
    """Whether a refusal in this phase means that nobody gets emails at this address.

    A detail says so wherever it stands. Words alone must be about the recipient: in the answer to RCPT, or where a
    provider names the address. What may be about us, such as our account, is no news of the client.
    """
    words = re.sub(re.escape(address), "", text, flags=re.IGNORECASE)
    if phase not in ("rcpt", "data", "dot", "api") or PERHAPS_OF_US.search(words):
        return False
    detail = DETAIL.search(words)
    if detail and ".".join(detail.groups()) in GONE:
        return is_gone(words)
    named = phase == "rcpt" or (phase == "api" and words != text)
    return named and not PERHAPS_OUR_ACCOUNT.search(words) and is_gone(words)


def status_in(text: str) -> str:
    """The status of RFC 3463 in a server's words, such as 5.1.1; empty when there is none."""
    detail = DETAIL.search(text)
    return detail[0] if detail else ""


def heard(told: Heard, text: str) -> str:
    """What was told of an email that left, when its state alone does not say it. `text` is the server's own."""
    if told == Heard.GONE:
        return _told(None, text) or BY_DETAIL["1.1"]
    if told == Heard.RETURNED:
        why = _told(None, text) or gettext_noop("Their mail server did not take it.")
        return f"{why} {NEXT_AS_PLANNED}"
    if told == Heard.REFUSED:
        return _told(None, text) or gettext_noop(
            "The mail provider did not send it. Whoever runs Interlude can see there why."
        )
    return ""


def shown(stored: str) -> str:
    """A reason as it was stored, or what an Outage says, in the language of whoever reads it: part by part, as it was
    put together. A server's own words stay what they are.
    """
    before = PERHAPS_BEFORE if stored.startswith(f"{PERHAPS_BEFORE} ") else ""
    after = next((end for end in (TRIED_AGAIN, NEXT_AS_PLANNED) if stored.endswith(f" {end}")), "")
    rest = stored.removeprefix(before).removesuffix(after).strip()
    return " ".join(_shown(part) for part in (before, rest, after) if part)


def _shown(part: str) -> str:
    for sentence in WITH_DETAIL:
        begin, _, end = sentence.partition("%(detail)s")
        if part.startswith(begin) and part.endswith(end):
            return gettext(sentence) % {"detail": part.removeprefix(begin).removesuffix(end)}
    return gettext(part)


def _told(code: int | None, text: str) -> str:
    detail = DETAIL.search(text)
    if detail:
        subject, number = detail.groups()
        found = BY_DETAIL.get(f"{subject}.{number}") or BY_SUBJECT.get(subject)
        if found:
            return found
    return BY_CODE.get(code or 0, "")
