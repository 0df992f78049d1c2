"""What a module says, apart from whose it is: what starters, copies and files have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from resources.blocks import count_words
from resources.draft import WORDS_A_MINUTE, DraftPrompt

LONGEST_TITLE = 200


@dataclass(frozen=True)
class ContentStep:
    """One step: its reading as clean HTML, and its questions in order."""

    title: str
    body: str
    minutes: int = 1
    content_note: str = ""
    prompts: list[DraftPrompt] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "content_note": self.content_note,
            "minutes": self.minutes,
            "body": self.body,
            "prompts": [prompt.as_json() for prompt in self.prompts],
        }


@dataclass(frozen=True)
class Content:
    """A module's title, description and steps in order, and how its author wants it handled."""

    title: str
    description: str = ""
    steps: list[ContentStep] = field(default_factory=list)
    #: One on each line, and whether it is held while its practitioner is away: as `Module` has them.
    sensitive_words: str = ""
    holds_while_away: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "description": self.description,
            "sensitive_words": self.sensitive_words,
            "holds_while_away": self.holds_while_away,
            "steps": [step.as_json() for step in self.steps],
        }

    def as_copy(self) -> Content:
        """The same under the title “Copy of …”."""
        return replace(self, title=(_("Copy of %(title)s") % {"title": self.title})[:LONGEST_TITLE])


def minutes_for(html: str) -> int:
    """Minutes to read, at 200 words a minute and at least one."""
    return max(1, round(count_words(html) / WORDS_A_MINUTE))
