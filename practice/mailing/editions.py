"""Compiles a step into an email once: subject, headers, HTML with its CSS inlined, and text, all with placeholders.

What differs from client to client (the name, the token of the private link) is a placeholder between two private-use
characters. No article and no name can make one: they are stripped from both, and filling passes over a text once.
"""

import hashlib
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr, quote
from functools import lru_cache

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from practice.mailing import links
from practice.mailing.models import Edition
from practice.people.models import Client, Practice
from resources.models import Step
from resources.sanitize import clean, tidy

PLACEHOLDER = re.compile("\ue000([a-z]+)\ue001")
INLINER = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)
QUOTE = HtmlElement(display=Display.block, margin_before=1, margin_after=1, padding_inline=4)
PLAIN = ParserConfig(css=CSS_PROFILES["strict"] | {"blockquote": QUOTE})
LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def placeholder(name: str) -> str:
    """The mark that stands for a value until an email is filled in."""
    return f"\ue000{name}\ue001"


def fill(text: str, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
    """Put values in place of their placeholders, in one pass: what a value contains is never read again.

    `escape` makes a value fit its surroundings. Raises KeyError when a value is missing.
    """
    return PLACEHOLDER.sub(lambda mark: escape(values[mark[1]]), text)


def mailbox(name: str, address: str) -> str:
    """A sender or recipient as text, not yet encoded: “"Maya" <maya@example.com>”."""
    return f'"{quote(name)}" <{address}>' if name else address


def fill_html(text: str, values: Mapping[str, str]) -> str:
    """The same for the HTML part."""
    return fill(text, values, html.escape)


@dataclass(frozen=True)
class Source:
    """Everything that an email of a step is made from, apart from its client."""

    step_id: int
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

    @classmethod
    def of(cls, step: Step, practice: Practice, language: str, discretion: str) -> "Source":
        """Gather it. Asks for the step's module, practitioner and prompts."""
        practitioner = step.module.practitioner
        return cls(
            step_id=step.pk,
            title=tidy(step.title),
            body=clean(step.body),
            minutes=step.minutes,
            content_note=tidy(step.content_note),
            prompts=tuple(tidy(prompt.text) for prompt in step.prompts.all()),
            practitioner=tidy(practitioner.name),
            reply_to=practitioner.email,
            response_time=tidy(practitioner.response_time),
            sender=mailbox(tidy(practice.sender_name), parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
            postal_address=tidy(practice.postal_address),
            help_lines=tidy(practice.help_lines),
            language=language,
            discretion=discretion,
            base_url=settings.PUBLIC_BASE_URL,
        )


@dataclass(frozen=True)
class Compiled:
    """An email with placeholders. `headers` are those that are the same for every client, in order."""

    subject: str
    headers: list[tuple[str, str]]
    html: str
    text: str


@lru_cache(maxsize=200)
def compiled(source: Source) -> Compiled:
    """Compile; the same source is compiled once per process."""
    with translation.override(source.language):
        return Compiled(
            subject=" ".join(render_to_string("email/step_subject.txt").split()),
            headers=_headers(source),
            html=_html(source),
            text=_text(source),
        )


def edition_of(source: Source) -> Edition:
    """The edition of this source: the one there is, or a new one when anything in it has changed."""
    email = compiled(source)
    parts = [source.step_id, source.language, email.subject, email.headers, email.html, email.text]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    edition, _ = Edition.objects.get_or_create(
        digest=digest,
        defaults={"step_id": source.step_id, "language": source.language, **vars(email)},
    )
    return edition


class Editions:
    """The editions that one batch needs, each compiled and asked of the database once."""

    def __init__(self) -> None:
        self.practice = Practice.current()
        self.found: dict[tuple[int, str, str], Edition] = {}

    def of(self, step: Step, client: Client) -> Edition:
        """The edition of a step in a client's language, as openly as the client wants it."""
        key = step.pk, client.language, client.discretion
        if key not in self.found:
            self.found[key] = edition_of(Source.of(step, self.practice, client.language, client.discretion))
        return self.found[key]


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
        # RFC 3834: nobody's vacation notice shall answer.
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", source.language),
    ]


def _context(source: Source) -> dict[str, object]:
    return {
        **vars(source),
        "name": placeholder("name"),
        "link": links.reflection_url(placeholder("token")),
        "pace_link": links.pace_url(placeholder("token")),
        "stop_link": links.stop_url(placeholder("token")),
        "preview_spaces": range(60),
        "help_lines": source.help_lines.split("\n") if source.help_lines.strip() else [],
    }


def _html(source: Source) -> str:
    body = mark_safe(source.body)  # noqa: S308 (cleaned by Source.of)
    return str(
        INLINER.inline(render_to_string(f"email/{_name(source)}.html", _context(source) | {"body": body}))
    )


def _text(source: Source) -> str:
    text = render_to_string(f"email/{_name(source)}.txt", _context(source) | {"body": as_text(source.body)})
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def as_text(reading: str) -> str:
    """A clean reading as plain text: paragraphs, lists, indented quotations, and the address behind each link."""
    return get_text(LINK.sub(_with_address, reading), PLAIN).strip("\n")


def _with_address(link: re.Match[str]) -> str:
    address, words = link[1].removeprefix("mailto:"), link[2]
    return words if address in words else f"{words} ({address})"


def _name(source: Source) -> str:
    return "notice" if source.discretion == Client.Discretion.NOTICE else "step"
