"""What a newer text changes in the steps of a module: what belongs together, each paragraph. Standard library only.

Words are compared, not their emphasis or links.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import product
from typing import Protocol

from resources.blocks import split_blocks, text_of

#: How alike two readings must be to be taken for the same step, from 0 to 1.
ALIKE = 0.35


class Text(Protocol):
    """A step's title and reading, wherever it comes from."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """Some words of a paragraph: kind is "same", "added" or "removed"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of either text: kind is "same", "added", "removed" or "changed"; that has its words in pieces."""

    kind: str
    text: str
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """A step of the module and the part of the new text that belongs to it, by their numbers from 0; one may miss."""

    old: int | None
    new: int | None


def pairs(olds: Sequence[Text], news: Sequence[Text]) -> list[Pair]:
    """Every step and every part once, in the order of the new text; what is no longer in it stands where it stood."""
    partner = _partners(olds, news)
    found = [Pair(partner.get(number), number) for number in range(len(news))]
    taken = set(partner.values())
    for number in range(len(olds)):
        if number not in taken:
            before = [at for at, pair in enumerate(found) if pair.old is not None and pair.old < number]
            found.insert(max(before, default=-1) + 1, Pair(number, None))
    return found


def _partners(olds: Sequence[Text], news: Sequence[Text]) -> dict[int, int]:
    """From the number of a part to that of its step: equal titles first, then the most alike; each taken once."""
    every = list(product(range(len(olds)), range(len(news))))
    equal = [(o, n) for o, n in every if olds[o].title.casefold() == news[n].title.casefold()]
    partner: dict[int, int] = {}
    for some, least in ((equal, 0.0), (every, ALIKE)):
        free = [(o, n) for o, n in some if n not in partner and o not in partner.values()]
        scored = ((_alike(olds[o].body, news[n].body, least), -abs(o - n), o, n) for o, n in free)
        for score, _, o, n in sorted(scored, reverse=True):
            if score >= least and n not in partner and o not in partner.values():
                partner[n] = o
    return partner


def _alike(old: str, new: str, least: float) -> float:
    """How alike two readings are, from 0 to 1; 0 when it is less than `least` at first sight."""
    matcher = SequenceMatcher(None, text_of(old).split(), text_of(new).split(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= least else 0


def paragraphs(old: str, new: str) -> list[Paragraph]:
    """How the paragraphs of one reading (clean HTML) became those of another, in reading order."""
    before, after = ([text_of(block) for block in split_blocks(html)] for html in (old, new))
    found: list[Paragraph] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Paragraph("same", text) for text in before[a:b]]
            continue
        both = min(b - a, d - c)
        found += [_changed(*texts) for texts in zip(before[a : a + both], after[c : c + both], strict=True)]
        found += [Paragraph("removed", text) for text in before[a + both : b]]
        found += [Paragraph("added", text) for text in after[c + both : d]]
    return found


def _changed(old: str, new: str) -> Paragraph:
    return Paragraph("changed", new, list(_pieces(old.split(), new.split())))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", " ".join(old[a:b]))
            continue
        if b > a:
            yield Piece("removed", " ".join(old[a:b]))
        if d > c:
            yield Piece("added", " ".join(new[c:d]))
