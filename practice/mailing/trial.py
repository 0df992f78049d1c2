"""The email of a step, sent to the practitioner alone, so that they meet it in their own mailbox first.

No client is involved and nothing is kept: there is no delivery, and no token that its private links could carry.
"""

import logging
from datetime import datetime
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext as _

from practice.mailing import reasons
from practice.mailing.letterhead import mailbox
from practice.mailing.messages import Letter
from practice.mailing.one_by_one import hand_over
from practice.mailing.outcome import Outage, Outcome
from practice.mailing.viewing import View
from practice.people.models import Practitioner
from practice.people.our_address import our_domain
from resources.models import Step
from resources.sanitize import tidy

log = logging.getLogger(__name__)

#: Begins the letter, in the desk's language. Subject and sender say no more than those of the real one.
LINE = gettext_noop("This is a trial that you sent to yourself. Its private links open nothing.")
IN_HTML = '<p lang="{}" style="margin: 0 0 18px; font-weight: bold">{}</p>'
#: One-click unsubscribing: there is nothing to stop.
LEFT_OUT = ("List-Unsubscribe", "List-Unsubscribe-Post")


def trial(step: Step, practitioner: Practitioner, discretion: str, language: str, now: datetime) -> Letter:
    """The email that the preview shows, addressed to the practitioner, with a line that says what it is."""
    email = View.preview(step, discretion, now, language).message
    line = format_html(IN_HTML, get_language() or settings.LANGUAGE_CODE, gettext(LINE))
    html = str(email.alternatives[0][0]).replace("<main>", f"<main>{line}", 1)
    email.alternatives.clear()
    email.attach_alternative(html, "text/html")
    email.body = f"{gettext(LINE)}\n\n{email.body}"
    email.to = [mailbox(" ".join(tidy(practitioner.name).split()), practitioner.email)]
    email.extra_headers["Message-ID"] = make_msgid(domain=our_domain())
    for name in LEFT_OUT:
        email.extra_headers.pop(name, None)
    vars(email).pop("metadata")  # it is no delivery of ours
    return email


def send(email: Letter, step_id: int) -> str:
    """Hand it over now. Returns why that did not work and what to do, in sentences; nothing when it did."""
    try:
        outcome = hand_over(email)
    except Outage as outage:
        log.warning("trial: step %s: the way out is closed", step_id)
        return _("%(why)s Try again later, or tell whoever runs Interlude.") % {
            "why": reasons.shown(str(outage))
        }
    if outcome.kind != "accepted":
        log.warning("trial: step %s: %s at %s", step_id, outcome.kind, outcome.phase)
    return in_words(outcome, parseaddr(email.to[0])[1])


def in_words(outcome: Outcome, address: str) -> str:
    """What became of it when it did not simply leave; empty when it did."""
    if outcome.kind == "accepted":
        return ""
    if outcome.kind == "later":
        return _("The mail server asks for patience. Try again in a few minutes.")
    if outcome.kind == "dropped":
        return _("The connection broke before it left. Try again in a few minutes.")
    if outcome.kind == "refused" and outcome.phase == "build":
        return _("Your name, your address or the sender’s cannot be written into an email. Look at them.")
    if outcome.phase == "mail":
        return reasons.shown(reasons.refused("mail", outcome.code, outcome.text))
    if outcome.kind == "refused":
        return _(
            "The mail server does not take it for %(address)s. Whoever runs Interlude can see there why."
        ) % {"address": address}
    return _("The connection broke on the way, so it may have arrived after all. Look in your mailbox first.")


def where_to_look(address: str) -> str:
    """What to say when it has left."""
    if not settings.EMAIL_IS_CAPTURED:
        return _("It is on its way to %(address)s, and to nobody else. Look in your mailbox in a moment.") % {
            "address": address
        }
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return _(
            "It was sent to %(address)s. Emails are captured on this machine, so it is not in your mailbox: it is the "
            "newest file in %(folder)s, and looks as on this page."
        ) % {"address": address, "folder": settings.EMAIL_FILE_PATH}
    return _(
        "It was sent to %(address)s. Emails are captured on this machine, so it is not in your mailbox."
    ) % {"address": address}
