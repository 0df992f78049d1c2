"""Names and searches as people type them: the same text, whichever keyboard wrote it. Pure."""

from unicodedata import category, normalize

ALIKE = str.maketrans(dict.fromkeys("‘’ʼ´`", "'") | dict.fromkeys("‐‑‒–—−", "-"))


def as_typed(text: str) -> str:
    """Text without what is written one way or the other: capitals, accents on or beside their letter, apostrophes,
    dashes, spaces, and marks that nobody sees."""
    seen = "".join(letter for letter in text.translate(ALIKE) if category(letter) != "Cf")
    return " ".join(normalize("NFKC", seen).casefold().split())
