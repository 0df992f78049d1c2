"""What a phone shows of an email to whoever is near it, and a module's sensitive words in that."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from html import unescape
from typing import Self

from django.conf import settings
from django.utils.translation import get_language_info, gettext, gettext_noop

from practice.mailing.editions import Compiled, Source, compiled
from practice.people.in_words import listed
from practice.people.models import Client, Practice
from resources.cautions import Caution, caution
from resources.models import Module, Step
from resources.sensitive import found_in, words_of

#: So many characters of a letter's beginning are shown by the phones that show the most.
SHOWN = 140
TAG = re.compile(r"<[^>]*>")
#: Ours ends the beginning of a letter: see templates/email/base.html.
FILLING = "\u034f"

SENDER, SUBJECT, PREHEADER = "sender", "subject", "preheader"
WHERE = {
    SENDER: gettext_noop(
        "Your sensitive word “%(word)s” stands in the sender’s name: “%(line)s”. A phone shows that to whoever is near "
        "it."
    ),
    SUBJECT: gettext_noop(
        "Your sensitive word “%(word)s” stands in the subject: “%(line)s”. A phone shows that to whoever is near it."
    ),
    PREHEADER: gettext_noop(
        "Your sensitive word “%(word)s” stands in the line below the subject: “%(line)s”. A phone shows that to "
        "whoever is near it."
    ),
}
#: Of those that differ from language to language.
WHERE_IN_SOME = {
    SUBJECT: gettext_noop(
        "Your sensitive word “%(word)s” stands in the subject in %(languages)s: “%(line)s”. A phone shows that to "
        "whoever is near it."
    ),
    PREHEADER: gettext_noop(
        "Your sensitive word “%(word)s” stands in the line below the subject in %(languages)s: “%(line)s”. A phone "
        "shows that to whoever is near it."
    ),
}
ADVICE = {
    SENDER: gettext_noop(
        "It is the same for the whole practice. Whoever runs Interlude can change it under Practice."
    ),
    SUBJECT: gettext_noop(
        "Every email has the same one. If this word tells nothing there, take it off the module’s list; if it "
        "does, ask whoever runs Interlude to change the subject before you assign this."
    ),
    PREHEADER: gettext_noop(
        "It is the same in every email. If this word tells nothing there, take it off the module’s list; if "
        "it does, ask whoever runs Interlude to change the line before you assign this."
    ),
}


@dataclass(frozen=True)
class LockScreen:
    """The three lines: the sender's name, or the address where there is none; the subject; how the letter begins."""

    sender: str
    subject: str
    preheader: str

    @classmethod
    def of(cls, sender: str, subject: str, html: str) -> Self:
        """From the header of the sender, the subject, and the HTML part."""
        return cls(
            sender=parseaddr(sender)[0] or parseaddr(sender)[1], subject=subject, preheader=begins(html)
        )

    @classmethod
    def of_compiled(cls, email: Compiled) -> Self:
        return cls.of(dict(email.headers)["From"], email.subject, email.html)

    def holds(self, words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
        """The words that stand in it: (word, which line, the line itself)."""
        for part, line in ((SENDER, self.sender), (SUBJECT, self.subject), (PREHEADER, self.preheader)):
            yield from ((word, part, line) for word in found_in(line, words))


def begins(html: str) -> str:
    """The beginning of a letter as mail programs show it: its first text, up to the filling."""
    body = html.partition("<body")[2].partition(">")[2]
    text = unescape(TAG.sub(" ", body)).partition(FILLING)[0]
    return " ".join(text.split())[:SHOWN]


@caution
def sensitive_words(module: Module, languages: Collection[str]) -> list[Caution]:
    """Where the emails of a module would show one of its sensitive words, in any of these languages."""
    words = words_of(module.sensitive_words)
    if not words:
        return []
    steps = Step.objects.in_use().filter(module=module).select_related("module__practitioner")
    return noticed(words, list(steps.prefetch_related("prompts")), languages)


def noticed(words: list[str], steps: Iterable[Step], languages: Collection[str]) -> list[Caution]:
    """The same for some of its steps: which word, in which line, and what can be done."""
    practice = Practice.current()
    found: dict[tuple[str, str, str], set[str]] = {}
    for step in steps:
        source = Source.of(step, practice, settings.LANGUAGE_CODE, Client.Discretion.FULL)
        for language in languages:
            # The reading itself begins too far below to be seen, and would take most of the time.
            email = compiled(replace(source, language=language, body="", prompts=()))
            for held in LockScreen.of_compiled(email).holds(words):
                found.setdefault(held, set()).add(language)
    return [Caution(_told(*held, sorted(where)), gettext(ADVICE[held[1]])) for held, where in found.items()]


def _told(word: str, part: str, line: str, languages: list[str]) -> str:
    if part not in WHERE_IN_SOME or len(languages) == len(settings.LANGUAGES):
        return gettext(WHERE[part]) % {"word": word, "line": line}
    named = listed(get_language_info(language)["name_translated"] for language in languages)
    return gettext(WHERE_IN_SOME[part]) % {"word": word, "line": line, "languages": named}
