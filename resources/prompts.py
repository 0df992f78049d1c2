"""Proposes one to three prompts for each step, by the themes of its reading. Only the standard library.

The prompts themselves stand in prompt_library.toml.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.blocks import text_of
from resources.draft import DraftPrompt, DraftStep

TEXT, SCALE, CHOICE, CHECKLIST = "text", "scale", "choice", "checklist"
#: The theme that fits any reading.
ANY = "Any reading"


@dataclass(frozen=True)
class LibraryItem:
    """One prompt of a library. A scale's options are the labels of its low and its high end."""

    theme: str
    kind: str
    text: str
    options: tuple[str, ...] = ()


_THEMES = tomllib.loads(Path(__file__).with_name("prompt_library.toml").read_text(encoding="utf-8"))["theme"]
STEMS: dict[str, list[str]] = {theme["name"]: theme["stems"] for theme in _THEMES}
LIBRARY = [
    LibraryItem(theme["name"], prompt["kind"], prompt["text"], tuple(prompt.get("options", ())))
    for theme in _THEMES
    for prompt in theme["prompt"]
]


def propose(steps: Iterable[DraftStep], library: Sequence[LibraryItem] = LIBRARY) -> None:
    """Gives each step its prompts; none comes twice until the whole library has been used."""
    used: Counter[LibraryItem] = Counter()
    library = list(dict.fromkeys(library))
    for step in steps:
        step.prompts = []
        themes = themes_of(f"{step.title} {step.title} {text_of(step.html)}", library)
        for _ in range(how_many(step.words)):
            item = _next(themes, library, used, step.prompts)
            if item:
                used[item] += 1
                step.prompts.append(DraftPrompt(item.kind, item.text, list(item.options)))


def how_many(words: int) -> int:
    """One prompt for a short reading, two for most, three for a long one."""
    return 1 if words < 75 else 2 if words < 250 else 3


def themes_of(text: str, library: Sequence[LibraryItem] = LIBRARY) -> list[str]:
    """The themes of a text, the most frequent first; last always the theme that fits any reading."""
    themes = dict.fromkeys(item.theme for item in library)
    text = text.casefold().replace("’", "'")
    found = Counter({theme: count for theme in themes if (count := _count(theme, text))})
    return [*(theme for theme, _ in found.most_common() if theme != ANY), ANY]


def _count(theme: str, text: str) -> int:
    """How often a theme's stems begin a word; a theme of the practitioner's own is found by its name."""
    stems = STEMS.get(theme) or [word.casefold() for word in theme.split() if len(word) > 3]
    return len(re.findall(rf"\b(?:{'|'.join(map(re.escape, stems))})", text)) if stems else 0


def _next(
    themes: list[str], library: list[LibraryItem], used: Counter[LibraryItem], chosen: list[DraftPrompt]
) -> LibraryItem | None:
    """The least used prompt that fits best; a step begins with a written answer and then varies its kinds."""
    texts = {prompt.text for prompt in chosen}
    kinds = {prompt.kind for prompt in chosen}

    def order(item: LibraryItem) -> tuple[int, int]:
        far = themes.index(item.theme) if item.theme in themes else len(themes)
        wrong_kind = item.kind in kinds if kinds else item.kind != TEXT
        return used[item], 2 * far + 3 * wrong_kind

    return min((item for item in library if item.text not in texts), key=order, default=None)
