"""Shows an email at the desk exactly as a client gets it, in a frame that can do nothing by itself.

The links of a preview are dead by construction: it never had a token. So are those of mail that really leaves: the
private token is not put in. Where it is captured on this machine, nobody but the practitioner can follow them, so they
open in a tab of their own.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from practice.assignments.models import Assignment
from practice.mailing import links, personal
from practice.mailing.editions import Source, compiled
from practice.mailing.lock_screen import LockScreen
from practice.mailing.messages import Letter, letter, letter_as_sent, values_for
from practice.mailing.models import Delivery, Edition
from practice.people.away import Away
from practice.people.models import Client, Practice
from resources.models import Step

#: Stands where the private token would be.
HIDDEN = "•••"
POPUPS = "allow-popups allow-popups-to-escape-sandbox"

#: How an email can be looked at: the choice in the address, and what it is called.
SHOWN = {
    "letter": gettext_noop("As on a computer"),
    "phone": gettext_noop("As on a phone"),
    "dark": gettext_noop("In dark colours"),
    "text": gettext_noop("Without design"),
    "lock": gettext_noop("On a lock screen"),
    "headers": gettext_noop("Technical details"),
}
#: The same within a sentence, of those that show it in a frame.
FRAMED = {
    "letter": gettext_noop("as on a computer"),
    "phone": gettext_noop("as on a phone"),
    "dark": gettext_noop("in dark colours"),
}


@dataclass(frozen=True)
class View:
    """One email to look at. `live` says that its links can be followed."""

    message: Letter
    live: bool

    def __post_init__(self) -> None:
        self.message.message()  # raises ValueError here rather than in the middle of a page

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """As it left; or, before that, as it would leave now. Raises ValueError when it cannot be put together."""
        live = settings.EMAIL_IS_CAPTURED
        token = None if live else HIDDEN
        if delivery.submitted_at is None:
            delivery.note = personal.notes_of([delivery]).get(delivery.pk)
            last = bool(personal.last_ones([delivery]))
            dressed(delivery, personal.step_of(delivery), delivery.client, last)
            return cls(letter(delivery, delivery.due_at, token), live)
        return cls(letter_as_sent(delivery, token), live)

    @classmethod
    def upcoming(cls, assignment: Assignment, step: Step, now: datetime) -> Self:
        """The email of a step to come, as its client would get it now. Raises ValueError like `of`."""
        delivery = Delivery(assignment=assignment, step=step, message_id="<preview@example.org>")
        delivery.note = personal.notes_of([delivery]).get(delivery.pk)
        last = list(assignment.remaining_steps()) == [step]
        dressed(delivery, personal.step_of(delivery), assignment.client, last)
        return cls(letter(delivery, assignment.next_due_at or now, links.ONLY_TRIED), live=False)

    @classmethod
    def preview(cls, step: Step, discretion: str, now: datetime, language: str = "en") -> Self:
        """A step that nobody has received yet, addressed to a sample client."""
        sample = Client(name="Alex", email="alex@example.org", discretion=discretion, language=language)
        delivery = Delivery(
            assignment=Assignment(client=sample), step=step, message_id="<preview@example.org>"
        )
        dressed(delivery, step, sample)
        return cls(letter(delivery, now, links.ONLY_TRIED), live=False)

    @property
    def sender(self) -> str:
        """The name that a mail program shows."""
        return parseaddr(self.message.from_email)[0]

    @property
    def subject(self) -> str:
        return str(self.message.subject)

    @property
    def text(self) -> str:
        return str(self.message.body)

    @property
    def html(self) -> str:
        return str(self.message.alternatives[0][0])

    @property
    def lock_screen(self) -> LockScreen:
        """What a phone shows of it before anybody has opened it."""
        return LockScreen.of(self.message.from_email, self.subject, self.html)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Every header, in the order in which they left, readable."""
        return [(name, " ".join(str(value).split())) for name, value in self.message.message().items()]

    @property
    def sandbox(self) -> str:
        """What the frame may do."""
        return POPUPS if self.live else ""

    def as_page(self, dark: bool = False) -> HttpResponse:
        """The HTML part alone, for the frame. It can load nothing, run nothing, send nothing."""
        html = in_colours(self.html, dark)
        html = html.replace("<head>", '<head><base target="_blank">', 1) if self.live else without_links(html)
        response = HttpResponse(html)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
            f"sandbox {self.sandbox}"
        ).strip()
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def dressed(delivery: Delivery, step: Step, client: Client, last: bool = False) -> None:
    """Give an email that has not left the content it would have now, as the `last` of its series. Nothing is saved."""
    noted, practitioner = delivery.note is not None, step.module.practitioner_id
    away = Away.objects.going_on([practitioner], timezone.now()).get(practitioner)
    practice = Practice.current()
    source = Source.of(step, practice, client.language, client.discretion, noted, away, last=last)
    delivery.edition = Edition(step=step, language=source.language, **vars(compiled(source)))
    delivery.to_address, delivery.values = client.email, values_for(client)


def without_links(html: str) -> str:
    """The same to look at, with nothing to click. The keyboard finds the whole letter instead, and can move it."""
    return re.sub(r'\shref="[^"]*"', "", html).replace("<body", '<body tabindex="0"', 1)


def in_colours(html: str, dark: bool) -> str:
    """The email as a light or a dark mail program shows it, whatever the browser around it prefers."""
    scheme, rules = ("dark", "all") if dark else ("light", "not all")
    html = html.replace('content="light dark"', f'content="{scheme}"')
    return re.sub(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)", f"@media {rules}", html)


def shown_by(request: HttpRequest) -> str:
    """The way to look at an email that an address asks for, one of `SHOWN`; else as on a computer."""
    asked = request.GET.get("show", "")
    return asked if asked in SHOWN else "letter"


def look(request: HttpRequest, view: View | None, frame_url: str) -> dict[str, Any]:
    """What `look.html` asks for: the email, how it is looked at, and its frame."""
    shown = shown_by(request)
    choices = [(way, gettext(label)) for way, label in SHOWN.items()]
    ways = {"shown": shown, "called": gettext(FRAMED.get(shown, "")), "choices": choices}
    return {"view": view, "frame_url": frame_url, **ways}
