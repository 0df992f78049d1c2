"""Why an email did not leave, in a practitioner's words. Pure."""

import re

# RFC 3463: the second and third number tell what is wrong, whatever language the server speaks.
BY_DETAIL = {
    "1.1": "There is no mailbox with this address. Ask your client for the right one.",
    "1.2": "There is no mail server for this address. Look at what comes after the @.",
    "1.3": "This address is not written in a way that their mail server understands.",
    "1.6": "The mailbox has moved and left no new address.",
    "1.10": "This address takes no mail.",
    "2.1": "The mailbox is switched off.",
    "2.2": "The mailbox is full.",
    "2.3": "The email is too long for this mailbox.",
    "3.4": "The email is too long for their mail server.",
    "4.6": "Their mail server sends the email in circles.",
}
BY_SUBJECT = {
    "1": "Their mail server does not accept this address.",
    "2": "The mailbox takes no mail.",
    "4": "Their mail server cannot be reached.",
    "5": "The mail servers did not understand each other.",
    "7": "Their mail server refused it under its rules, perhaps as unwanted.",
}
BY_CODE = {
    550: "Their mail server does not accept mail for this address.",
    551: "Their mail server does not accept mail for this address.",
    552: "The mailbox is full, or the email is too long for it.",
    553: "Their mail server does not accept this address.",
    554: "Their mail server refused it under its rules, perhaps as unwanted.",
}
DETAIL = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")

UNREADABLE = "The address or a name cannot be written into an email. Look at them on the client’s page."
PARKED = "It was tried three times, and each time something broke before there was an answer."
UNKNOWN = "The connection broke after the email was handed over and before the server confirmed it."
LEASE_ENDED = "The process that was handing it over stopped at that moment."
LAPSED = "It could not leave within six hours. The step comes with the next one’s turn."
UNWELCOME = (
    "It was called back: since it was planned, the emails were paused or stopped, or the agreement withdrawn."
)
SUPPRESSED = "It was called back: this address must not be written to."


def refused(phase: str, code: int | None, text: str) -> str:
    """Why a server refuses an email for good."""
    if phase == "build":
        return text or UNREADABLE
    if phase == "mail":
        return "The mail server does not accept our own sender address. Whoever runs Interlude can mend that."
    who = "The mail provider" if phase == "api" else "Their mail server"
    return _told(code, text) or f"{who} refused it."


def later(code: int | None, text: str) -> str:
    """Why a server asks for patience."""
    why = _told(code, text) if code and 400 <= code < 500 and DETAIL.search(text) else ""
    return f"{why or 'The mail server asked us to try later.'} It will be tried again."


def _told(code: int | None, text: str) -> str:
    detail = DETAIL.search(text)
    if detail:
        subject, number = detail.groups()
        found = BY_DETAIL.get(f"{subject}.{number}") or BY_SUBJECT.get(subject)
        if found:
            return found
    return BY_CODE.get(code or 0, "")
