"""Turns the blocks of an article into steps: one a section, none too short, none too long.

What is not the reading travels along in its place, marked with its reason, and ends in the draft's left_out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from resources import boilerplate
from resources.blocks import Block, heading, join_blocks
from resources.draft import Draft, DraftStep, ImportProblem, LeftOut
from resources.front import read_front
from resources.structure import find_headings, find_lists

SHORTEST = 60
LONGEST = 600
CLOSING_WORDS = 130
INTERRUPTION_WORDS = 80
TITLE_LENGTH = 60
CLOSING_REASONS = (boilerplate.INVITATION, boilerplate.NEWSLETTER)
MOST_WORDS = 50_000
OF_A_PART = gettext_noop("%(title)s (part %(part)s)")
TOO_LONG = gettext_lazy("This text is longer than a book. Paste one article at a time.")
NO_WORDS = gettext_lazy(
    "There are no words to read in this. Paste the text of the article, or choose another file."
)


@dataclass
class Section:
    """A heading and what stands under it. The opening has level 0: its title is the article's own."""

    title: str
    level: int
    blocks: list[Block]

    @property
    def words(self) -> int:
        return sum(block.words for block in self.blocks if not block.reason)


def make_draft(blocks: list[Block], *, title: str = "", author: str = "", plain: bool = False) -> Draft:
    """The proposal for an article. `plain` says that its lists may be recognised by a colon alone.

    Raises ImportProblem when there is nothing to read.
    """
    if not any(block.words and not block.reason for block in blocks):
        raise ImportProblem(NO_WORDS)
    if sum(block.words for block in blocks) > MOST_WORDS:
        raise ImportProblem(TOO_LONG)
    front = read_front(blocks, title, author)
    body = find_headings(find_lists(front.blocks, plain))
    body = mark_interruptions(mark_ending(body))
    title = front.title or _first_words(body)
    steps, left_out = assemble(split_long(merge_short(cut(body, title))))
    return Draft(title, front.author, steps, left_out)


def _first_words(blocks: list[Block]) -> str:
    """A title for a text without one: its first sentence, or as much of it as fits."""
    text = next((block.text for block in blocks if block.words and not block.reason), _("Untitled"))
    sentence = re.split(r"(?<=[.!?…])\s", text)[0].rstrip(".")
    if len(sentence) <= TITLE_LENGTH:
        return sentence
    return sentence[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


# What is not the reading


def mark_ending(blocks: list[Block]) -> list[Block]:
    """Marks what stands below an article: comments, related posts, share bars, an invitation to book."""
    end = len(blocks)
    below = _end_mark_at(blocks)
    blocks = blocks[:below] + _marked_below(blocks[below:])
    while reason_at := _closing(blocks, end):
        end, reason = reason_at
        blocks = blocks[:end] + [_because(b, reason) for b in blocks[end:]]
    return blocks


def _because(block: Block, reason: str) -> Block:
    return block if block.reason else replace(block, reason=reason)


def _end_mark_at(blocks: list[Block]) -> int:
    """Where what stands below the article begins: at "2 comments" or "Related posts" in its second half."""
    total = sum(block.words for block in blocks)
    before = 0
    for at, block in enumerate(blocks):
        if (
            before * 2 >= total
            and before
            and boilerplate.end_mark(block.text)
            and block.kind in ("text", "heading")
        ):
            return at
        before += block.words
    return len(blocks)


def _marked_below(blocks: list[Block]) -> list[Block]:
    marked, reason = [], ""
    for block in blocks:
        reason = boilerplate.end_mark(block.text) or reason
        marked.append(_because(block, reason))
    return marked


def _closing(blocks: list[Block], end: int) -> tuple[int, str] | None:
    """Where the last passage before `end` begins and why it is not the reading; None when it is."""
    at = end - 1
    if at < 0 or not any(block.words for block in blocks[:at]):
        return None
    last = blocks[at]
    if last.reason or not last.words:
        return at, last.reason or boilerplate.NAVIGATION
    if reason := boilerplate.line_reason(last.text) or boilerplate.end_mark(last.text):
        return at, reason
    if last.kind == "heading" and end < len(blocks) and blocks[end].reason in CLOSING_REASONS:
        return at, blocks[end].reason  # what it stood above has just been left out
    return _closing_section(blocks, end) or _closing_paragraph(blocks, end)


def _closing_section(blocks: list[Block], end: int) -> tuple[int, str] | None:
    """A last section that invites as a whole: its heading says so, or it has hardly anything else to say."""
    head = next((n for n in range(end - 1, 0, -1) if blocks[n].kind == "heading"), 0)
    passage = [block for block in blocks[head:end] if not block.reason]
    words = sum(block.words for block in passage)
    if not head or words > CLOSING_WORDS:
        return None
    if about := boilerplate.end_mark(blocks[head].text):
        return head, about
    reason = boilerplate.closing_reason(" ".join(block.text for block in passage))
    return (
        (head, reason) if reason and (boilerplate.invites(blocks[head].text) or words <= SHORTEST) else None
    )


def _closing_paragraph(blocks: list[Block], end: int) -> tuple[int, str] | None:
    last = blocks[end - 1]
    reason = boilerplate.closing_reason(last.text) if last.words <= CLOSING_WORDS else ""
    return (end - 1, reason) if reason else None


def mark_interruptions(blocks: list[Block]) -> list[Block]:
    """Marks short passages in the middle, such as a sign-up with the line under it."""
    marked = list(blocks)
    for at, block in enumerate(blocks):
        reason = "" if block.reason else boilerplate.interruption_reason(block.text)
        if not reason:
            continue
        marked[at] = replace(block, reason=reason)
        if block.kind == "heading":
            end = next((n for n in range(at + 1, len(blocks)) if blocks[n].kind == "heading"), len(blocks))
            if sum(b.words for b in blocks[at:end]) <= INTERRUPTION_WORDS:
                marked[at:end] = [_because(b, reason) for b in blocks[at:end]]
    return marked


# Sections


def cut(blocks: list[Block], title: str) -> list[Section]:
    """A section for each heading of the topmost level used at least twice, and one for the opening."""
    levels = sorted(block.level for block in blocks if block.kind == "heading" and not block.reason)
    deepest = levels[1] if len(levels) > 1 else (levels or [0])[0]
    sections = [Section(title, 0, [])]
    for block in blocks:
        if block.kind == "heading" and not block.reason and block.level <= deepest:
            sections.append(Section(block.text, block.level, []))
        else:
            sections[-1].blocks.append(block)
    if len(sections) > 1 and not sections[0].words:
        sections[:2] = [_joined(*sections[:2])]
    return sections


def merge_short(sections: list[Section]) -> list[Section]:
    """Joins sections under 60 words to a neighbour; the heading of the later one stays inside as an <h3>."""
    at = 0
    while at < len(sections) and len(sections) > 1:
        if sections[at].words >= SHORTEST:
            at += 1
            continue
        first = at if at == 0 or _goes_on(sections, at) else at - 1
        sections[first : first + 2] = [_joined(sections[first], sections[first + 1])]
        at = first
    return sections


def _goes_on(sections: list[Section], at: int) -> bool:
    """Whether a short section belongs to the next: that is short too, or deeper, or the one above is full."""
    if at + 1 == len(sections):
        return False
    above, this, below = sections[at - 1 : at + 2]
    full = above.words + this.words > LONGEST and this.words + below.words <= LONGEST
    return below.words < SHORTEST or below.level > this.level or full


def _joined(one: Section, two: Section) -> Section:
    """Two sections as one. A short opening has no heading of its own: it stands above the next text."""
    if one.level == 0 and one.words < SHORTEST:
        return Section(two.title, two.level, one.blocks + two.blocks)
    return Section(one.title, one.level, [*one.blocks, heading(two.title), *two.blocks])


def split_long(sections: list[Section]) -> list[Section]:
    """Parts sections above 600 words between paragraphs, into pieces of about the same length."""
    return [part for section in sections for part in _parts(section)]


def _parts(section: Section) -> Iterator[Section]:
    left, part = section, 1
    while (pieces := ceil(left.words / LONGEST)) > 1 and (at := _best_cut(left, left.words / pieces)):
        yield Section(_title_of_part(section.title, part), section.level, left.blocks[:at])
        left = Section(section.title, section.level, left.blocks[at:])
        part += 1
    yield Section(_title_of_part(section.title, part), section.level, left.blocks)


def _title_of_part(title: str, part: int) -> str:
    return title if part == 1 else part_title(title, part)


def part_title(title: str, part: int) -> str:
    """What a later part of something long is called."""
    return _(OF_A_PART) % {"title": title, "part": part}


def _best_cut(section: Section, ideal: float) -> int:
    """The break nearest to `ideal` words, with a liking for one above a sub-heading; 0 when there is none."""
    before, total, best, best_cost = 0, section.words, 0, float("inf")
    for at, block in enumerate(section.blocks):
        fits = SHORTEST <= before <= total - SHORTEST and not _holds_on(section.blocks[at - 1])
        if fits and not block.reason:
            cost = abs(before - ideal) - (SHORTEST if block.kind == "heading" else 0)
            cost += 10_000 if before > LONGEST else 0
            if cost < best_cost:
                best, best_cost = at, cost
        before += 0 if block.reason else block.words
    return best


def _holds_on(block: Block) -> bool:
    """Whether a block must not be parted from the next: a heading, or a line that ends in a colon."""
    return block.kind == "heading" or block.text.endswith(":")


def assemble(sections: list[Section]) -> tuple[list[DraftStep], list[LeftOut]]:
    """The steps, and what was left out with the place where it would go back."""
    steps: list[DraftStep] = []
    left_out: list[LeftOut] = []
    for section in sections:
        kept: list[str] = []
        for reason, run in groupby(section.blocks, key=lambda block: block.reason):
            html = [block.html for block in run if block.words or not reason]
            if not reason:
                kept += html
            elif html:
                left_out.append(LeftOut(join_blocks(html), reason, len(steps), len(kept)))
        steps.append(DraftStep(section.title, join_blocks(kept)))
    return steps, left_out
