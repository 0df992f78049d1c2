"""What an import proposes: a title, steps with prompts, and what was left out. Only the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from resources.blocks import count_words

WORDS_A_MINUTE = 200


class ImportProblem(ValueError):
    """The text cannot become steps. The message says what is wrong and what to do, in plain words."""


@dataclass
class DraftPrompt:
    """One question. kind is text, scale, choice or checklist; a scale's options are its two end labels."""

    kind: str
    text: str
    options: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "text": self.text, "options": self.options}


@dataclass
class DraftStep:
    """One week's reading: clean HTML, one block a line."""

    title: str
    html: str
    prompts: list[DraftPrompt] = field(default_factory=list)

    @property
    def words(self) -> int:
        return count_words(self.html)

    @property
    def minutes(self) -> int:
        """Minutes to read, at 200 words a minute and at least one."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "words": self.words,
            "minutes": self.minutes,
            "html": self.html,
            "prompts": [prompt.as_json() for prompt in self.prompts],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DraftStep:
        prompts = [DraftPrompt(p["kind"], p["text"], list(p["options"])) for p in data["prompts"]]
        return cls(data["title"], data["html"], prompts)


@dataclass
class LeftOut:
    """A piece that is in no step, why, and where it would go back: into `step`, before its block number `at`.

    When a whole step was left out, `whole` keeps it with its prompts, and it goes back before step `step`.
    """

    html: str
    reason: str
    step: int
    at: int = 0
    whole: DraftStep | None = None

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"html": self.html, "reason": self.reason, "step": self.step, "at": self.at}
        return data | ({"whole": self.whole.as_json()} if self.whole else {})

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LeftOut:
        whole = DraftStep.from_json(data["whole"]) if "whole" in data else None
        return cls(data["html"], data["reason"], data["step"], data["at"], whole)


@dataclass
class Draft:
    """An article as it was understood, ready to be reviewed."""

    title: str
    author: str
    steps: list[DraftStep]
    left_out: list[LeftOut]

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "author": self.author,
            "left_out": [piece.as_json() for piece in self.left_out],
            "steps": [step.as_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Draft:
        steps = [DraftStep.from_json(step) for step in data["steps"]]
        left_out = [LeftOut.from_json(piece) for piece in data["left_out"]]
        return cls(data["title"], data["author"], steps, left_out)
