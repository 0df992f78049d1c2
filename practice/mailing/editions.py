"""Compiles a step into an email once: subject, headers, HTML with its CSS inlined, and text, all with placeholders.

What differs from client to client (the name, a personal note, the token of the private link) is a placeholder between
two private-use characters. No article and no name can make one: they are stripped from both, and filling passes over a
text once.
"""

import hashlib
import html
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from practice.assignments.own_wording import OwnWording
from practice.mailing import links, personal, reply_address
from practice.mailing.letterhead import by_itself, letterhead, shown
from practice.mailing.models import Delivery, Edition
from practice.mailing.reading import Reading
from practice.people.away import Away
from practice.people.models import Client, Practice
from resources.models import Step
from resources.sanitize import clean, tidy

PLACEHOLDER = re.compile("\ue000([a-z]+)\ue001")
INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)
QUOTE = HtmlElement(display=Display.block, margin_before=1, margin_after=1, padding_inline=4)
PLAIN = ParserConfig(css=CSS_PROFILES["strict"] | {"blockquote": QUOTE})
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def placeholder(name: str) -> str:
    """The mark that stands for a value until an email is filled in."""
    return f"\ue000{name}\ue001"


NOTE = placeholder("note")
#: In the address that a client writes back to, where Interlude takes their mail.
REPLY = placeholder("reply")


def fill(text: str, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """Put values in place of their placeholders, in one pass: what a value contains is never read again.

    `escape` makes a value fit its surroundings. Raises KeyError when a value is missing.
    """
    return PLACEHOLDER.sub(lambda mark: escape(values[mark[1]]), text)


def in_html(value: str) -> str:
    """A value as HTML, with its line breaks."""
    return html.escape(value).replace("\n", "<br>\n")


def fill_html(text: str, values: Mapping[str, str]) -> str:
    """The same for the HTML part."""
    return fill(text, values, in_html)


def filling(delivery: Delivery, token: str | None = None) -> dict[str, str]:
    """What fills the placeholders of a delivery's edition; with `token`, that in place of the real one.

    The token and a personal note are not among its stored values: the one is rebuilt, the other kept encrypted.
    """
    if delivery.edition is None:
        raise ValueError("This email has no edition yet.")
    values = delivery.values | {"token": token or delivery.token}
    if any(REPLY in value for _, value in delivery.edition.headers):
        values["reply"] = token or reply_address.own_part(delivery, values["token"])
    if NOTE in delivery.edition.text:
        values["note"] = personal.note_in(delivery)
    return values


@dataclass(frozen=True)
class Source:
    """Everything that an email of a step is made from, apart from its client."""

    step_id: int
    reading: Reading
    title: str
    body: str
    minutes: int
    content_note: str
    prompts: tuple[str, ...]
    practitioner: str
    reply_to: str
    response_time: str
    sender: str
    postal_address: str
    help_lines: str
    language: str
    discretion: str
    base_url: str
    #: Whether there is room for a personal note.
    noted: bool = False
    #: Whether it says that no other follows by itself.
    last: bool = False
    #: The id of the assignment that it is worded for, if it is for one client alone.
    worded_for: int | None = None
    #: While the practitioner's account is closed, and their series go on.
    nobody_reads: bool = False
    #: While the practitioner is away: the day they are back, and what they say to their clients about it.
    back_on: date | None = None
    backup_name: str = ""
    backup_reach: str = ""
    away_words: str = ""

    @classmethod
    def of(
        cls,
        step: Step,
        practice: Practice,
        language: str,
        discretion: str,
        noted: bool = False,
        away: Away | None = None,
        words: OwnWording | None = None,
        last: bool = False,
    ) -> "Source":
        """Gather it; with `words`, the step in words for one client alone; as the `last` of its series.

        Asks for the step's module, practitioner and prompts.
        """
        practitioner, step = step.module.practitioner, personal.worded(step, words)
        with translation.override(language):
            head = letterhead(practitioner, practice, away, discretion)
        return cls(
            step_id=step.pk,
            reading=Reading.of_step(step),
            title=tidy(step.title),
            body=clean(step.body),
            minutes=step.minutes,
            content_note=tidy(step.content_note),
            prompts=tuple(tidy(prompt.text) for prompt in step.prompts.all()),
            **head,
            reply_to=reply_address.reply_to(REPLY) if reply_address.is_on() else practitioner.email,
            language=language,
            discretion=discretion,
            base_url=settings.PUBLIC_BASE_URL,
            # A short notice says nothing of its own; the note is on the page behind its link.
            noted=noted and discretion != Client.Discretion.NOTICE,
            last=last and discretion != Client.Discretion.NOTICE,
            worded_for=words.assignment_id if words else None,
        )


@dataclass(frozen=True)
class Compiled:
    """An email with placeholders. `headers` are those that are the same for every client, in order."""

    subject: str
    headers: list[tuple[str, str]]
    html: str
    text: str
    reading: dict[str, Any]


@lru_cache(maxsize=200)
def compiled(source: Source) -> Compiled:
    """Compile; the same source is compiled once per process."""
    with translation.override(source.language):
        return Compiled(
            subject=" ".join(render_to_string("email/step_subject.txt").split()),
            headers=_headers(source),
            html=_html(source),
            text=_text(source),
            reading=source.reading.as_json(),
        )


def edition_of(source: Source) -> Edition:
    """The edition of this source: the one there is, or a new one when anything in it has changed."""
    email = compiled(source)
    content = [email.subject, email.headers, email.html, email.text, email.reading]
    whose = [source.worded_for] if source.worded_for else []
    made_of = [source.step_id, source.language, *content, *whose]
    digest = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
    edition, _ = Edition.objects.get_or_create(
        digest=digest,
        defaults={
            "step_id": source.step_id,
            "assignment_id": source.worded_for,
            "language": source.language,
            "discretion": source.discretion,
            **vars(email),
        },
    )
    return edition


class Editions:
    """The editions that one batch needs, each compiled and asked of the database once."""

    def __init__(self, deliveries: Collection[Delivery], now: datetime | None = None) -> None:
        self.practice = Practice.current()
        steps = Step.objects.select_related("module__practitioner").prefetch_related("prompts")
        self.steps = steps.in_bulk({row.step_id for row in deliveries})
        whose = {step.module.practitioner_id for step in self.steps.values()}
        self.away = Away.objects.going_on(whose, now or timezone.now())
        self.notes, self.wordings = personal.notes_of(deliveries), personal.wordings_of(deliveries)
        self.last = personal.last_ones(deliveries)
        self.found: dict[tuple[int, str, str, bool, bool, int | None], Edition] = {}

    def dress(self, delivery: Delivery) -> None:
        """Give an email the content that it has now: its step in the client's language, as openly as the client
        wants it, and what is for this client alone. Raises KeyError when the step is gone.
        """
        client, step_id = delivery.client, delivery.step_id
        delivery.note = self.notes.get(delivery.pk)
        words = self.wordings.get((delivery.assignment_id, step_id))
        last = delivery.pk in self.last
        key = (
            step_id,
            client.language,
            client.discretion,
            delivery.note is not None,
            last,
            words.pk if words else None,
        )
        if key not in self.found:
            step, noted = self.steps[step_id], delivery.note is not None
            away = self.away.get(step.module.practitioner_id)
            as_wanted = (client.language, client.discretion, noted, away, words, last)
            source = Source.of(step, self.practice, *as_wanted)
            self.found[key] = edition_of(source)
        delivery.edition = self.found[key]


def _headers(source: Source) -> list[tuple[str, str]]:
    domain = parseaddr(source.sender)[1].rpartition("@")[2]
    return [
        ("From", source.sender),
        ("Reply-To", source.reply_to),
        # RFC 2919. Neutral, as everything that a mail program may show.
        ("List-Id", f"<letters.{domain}>"),
        # RFC 8058: a POST to this address stops the series without another question.
        ("List-Unsubscribe", f"<{links.stop_url(placeholder('token'))}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        *by_itself(source.language),
    ]


def _context(source: Source) -> dict[str, object]:
    return {
        **vars(source),
        **shown(vars(source)),
        "name": placeholder("name"),
        "note": NOTE,
        "link": links.reflection_url(placeholder("token")),
        "pace_link": links.pace_url(placeholder("token")),
        "stop_link": links.stop_url(placeholder("token")),
    }


def _html(source: Source) -> str:
    body = mark_safe(source.body)  # noqa: S308 (cleaned by Source.of)
    return str(
        INLINER.inline(render_to_string(f"email/{_name(source)}.html", _context(source) | {"body": body}))
    )


def _text(source: Source) -> str:
    context = _context(source) | {"body": as_text(source.body)}
    return without_gaps(render_to_string(f"email/{_name(source)}.txt", context))


def without_gaps(text: str) -> str:
    """A text part as its template came out, with one empty line at most where parts of it were left out."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def as_text(reading: str) -> str:
    """A clean reading as plain text: paragraphs, lists, indented quotations, and the address behind each link."""
    return get_text(LINK.sub(_with_address, reading), PLAIN).strip("\n")


def _with_address(link: re.Match[str]) -> str:
    address, words = link[1].removeprefix("mailto:"), link[2]
    return words if address in words else f"{words} ({address})"


def _name(source: Source) -> str:
    return "notice" if source.discretion == Client.Discretion.NOTICE else "step"
