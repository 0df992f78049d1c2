"""Whether a mail really comes from whom it names: what the mail server that took it says of that, where it says so.

Only the bad news counts. Good news in a header may be the forger's own; and the reply address is a secret besides.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from practice.replies.mail_in import Mail

FAILS = ("fail", "softfail", "permerror", "hardfail")


@dataclass(frozen=True)
class Told:
    """What came with a mail: its envelope's sender (None where nobody knows), whether the provider takes it for spam,
    the provider's own words on "spf", "dkim" and "dmarc", such as "pass" or "fail", and whether only the beginning of
    the mail could be read.
    """

    envelope_sender: str | None = None
    envelope_recipient: str = ""
    spam: bool = False
    words: Mapping[str, str] | None = None
    is_cut: bool = False


def doubt(mail: Mail, told: Told) -> str:
    """Why it may come from somebody else, as a sentence; empty where nothing speaks for that."""
    if told.spam:
        return gettext_noop("The mail provider takes it for spam.")
    words = {**_in_headers(mail), **{name: word.lower() for name, word in (told.words or {}).items() if word}}
    signed = words.get("dkim", "") == "pass"
    if words.get("dmarc") in FAILS:
        return gettext_noop("The mail provider says that it does not come from the address it names.")
    if words.get("spf") in FAILS and not signed:
        return gettext_noop(
            "The mail provider says that it does not come from where this address usually writes."
        )
    if words.get("dkim") in FAILS and words.get("spf") != "pass":
        return gettext_noop(
            "The mail provider says that it was changed on the way, or signed by somebody else."
        )
    if told.envelope_sender and not signed and not _akin(told.envelope_sender, mail.sender):
        return gettext_noop("It was sent by way of another address than the one it names.")
    return ""


def _in_headers(mail: Mail) -> dict[str, str]:
    """What the last server on the way wrote on top (RFC 8601 and older ways)."""
    found = re.findall(r"\b(spf|dkim|dmarc)=([a-z]+)", mail.header("authentication-results").lower())
    words: dict[str, str] = {}
    for name, word in found:
        # Of several signatures one good one is enough.
        words[name] = "pass" if "pass" in (word, words.get(name)) else word
    if spf := mail.header("x-mailgun-spf") or mail.header("received-spf"):
        words.setdefault("spf", spf.split()[0].strip(";:").lower())
    if dkim := mail.header("x-mailgun-dkim-check-result"):
        words.setdefault("dkim", dkim.split()[0].lower())
    return words


def _akin(one: str, other: str) -> bool:
    """Whether two addresses are of one domain, or of one below the other."""
    mine, theirs = (f".{address.strip('<> ').rpartition('@')[2].lower()}" for address in (one, other))
    return mine.endswith(theirs) or theirs.endswith(mine)
