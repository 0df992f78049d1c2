"""Starter modules: readings in our own words, which a practitioner takes over and changes. Each is a .toml file."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from resources.content import Content, ContentStep, minutes_for
from resources.draft import DraftPrompt
from resources.sanitize import clean

#: In the order in which they are offered.
NAMES = ("resting", "saying_no", "a_kinder_voice", "worry_at_night", "after_a_loss", "starting_again")


@dataclass(frozen=True)
class Starter:
    """A starter module. `name` is what it is known by when it is taken over."""

    name: str
    content: Content


@cache
def read(name: str) -> Starter:
    """One starter. Raises FileNotFoundError for a name that is none."""
    data = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))
    return Starter(name, Content(data["title"], data["description"], [_step(part) for part in data["steps"]]))


def every() -> list[Starter]:
    """All of them."""
    return [read(name) for name in NAMES]


def _step(part: dict) -> ContentStep:
    body = clean(MarkdownIt("commonmark").render(part["body"])).strip()
    prompts = [DraftPrompt(p.get("kind", "text"), p["text"], p.get("options", [])) for p in part["prompts"]]
    return ContentStep(part["title"], body, minutes_for(body), part.get("content_note", ""), prompts)
