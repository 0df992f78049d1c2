"""A module's sensitive words, and where they stand in a line that others may read. Pure."""

import re
import unicodedata
from collections.abc import Iterable


def words_of(listed: str) -> list[str]:
    """The words of a list with one on each line, each once and in their order."""
    found: dict[str, str] = {}
    for line in listed.splitlines():
        if word := " ".join(line.split()):
            found.setdefault(word.casefold(), word)
    return list(found.values())


def found_in(text: str, words: Iterable[str]) -> list[str]:
    """Those of the words that stand in a text: whole words, in capitals or not, with accents as typed.

    A word of several parts is found across any space between them.
    """
    text = _composed(text)
    return [word for word in words if _pattern(word).search(text)]


def _pattern(word: str) -> re.Pattern[str]:
    parts = r"\s+".join(re.escape(part) for part in _composed(word).split())
    # Letters and digits make a word longer; a hyphen, an underscore or an apostrophe ends it.
    return re.compile(rf"(?<![^\W_]){parts}(?![^\W_])", re.IGNORECASE)


def _composed(text: str) -> str:
    """One way to write an accented letter. (Some keyboards send the letter and its accent apart.)"""
    return unicodedata.normalize("NFC", text)
