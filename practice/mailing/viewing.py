"""Shows an email at the desk exactly as a client gets it, in a frame that can do nothing by itself.

Where mail really leaves, the links inside are dead by construction: the private token is never put in. Where it is
captured on this machine, nobody but the practitioner can follow them, so they open in a tab of their own.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Self

from django.conf import settings
from django.http import HttpResponse

from practice.assignments.models import Assignment
from practice.mailing.editions import Source, compiled
from practice.mailing.messages import Letter, letter, letter_as_sent, values_for
from practice.mailing.models import Delivery, Edition
from practice.people.models import Client, Practice
from resources.models import Step

#: Stands where the private token would be.
HIDDEN = "•••"
POPUPS = "allow-popups allow-popups-to-escape-sandbox"


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
            dressed(delivery, delivery.step, delivery.client)
            return cls(letter(delivery, delivery.due_at, token), live)
        return cls(letter_as_sent(delivery, token), live)

    @classmethod
    def preview(cls, step: Step, discretion: str, now: datetime) -> Self:
        """A step that nobody has received yet, addressed to a sample client."""
        sample = Client(name="Alex", email="alex@example.org", discretion=discretion)
        delivery = Delivery(
            assignment=Assignment(client=sample), step=step, message_id="<preview@example.org>"
        )
        dressed(delivery, step, sample)
        return cls(letter(delivery, now, HIDDEN), live=False)

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
    def headers(self) -> list[tuple[str, str]]:
        """Every header, in the order in which they left, readable."""
        return [(name, " ".join(str(value).split())) for name, value in self.message.message().items()]

    @property
    def sandbox(self) -> str:
        """What the frame may do."""
        return POPUPS if self.live else ""

    def as_page(self) -> HttpResponse:
        """The HTML part alone, for the frame. It can load nothing, run nothing, send nothing."""
        html = str(self.message.alternatives[0][0])
        html = html.replace("<head>", '<head><base target="_blank">', 1) if self.live else without_links(html)
        response = HttpResponse(html)
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
            f"sandbox {self.sandbox}"
        ).strip()
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def dressed(delivery: Delivery, step: Step, client: Client) -> None:
    """Give an email that has not left the content it would have now. Nothing is saved."""
    source = Source.of(step, Practice.current(), client.language, client.discretion)
    delivery.edition = Edition(step=step, language=source.language, **vars(compiled(source)))
    delivery.to_address, delivery.values = client.email, values_for(client)


def without_links(html: str) -> str:
    """The same to look at, with nothing to click."""
    return re.sub(r'\shref="[^"]*"', "", html)
