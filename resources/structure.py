"""Finds lists and headings in text without markup, by the shape of its lines. Standard library only."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from resources.blocks import Block, heading, paragraph

BULLET = re.compile(r"^(?:[•·‣◦▪●○∙■*–-]|o(?=\s{2,}))\s+(?=\S)")
NUMBER = re.compile(r"^(\d{1,3})[.)]\s+(?=\S)")
RULE = re.compile(r"(?:[*_=~–—-]\s*){3,}|[*⁂]")
NUMBERED_HEADING = re.compile(
    r"^(?:\d{1,3}[.):]|(?:step|part|chapter|week|day|schritt|teil|woche|paso|parte|semana)\s+\w+\b)", re.I
)
LIST_ITEM_WORDS = 35
LONGEST_LIST = 20
HEADING_WORDS = 16


def text_blocks(text: str) -> list[Block]:
    """Plain text as paragraphs: one a line, or hard-wrapped lines joined again."""
    lines = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).split("\n")
    width = _wrap_width(lines)
    blocks: list[Block] = []
    joined, gap = "", 0
    for line in [*lines, ""]:
        continues = (
            joined and line.strip() and not _opens(line) and _wraps(joined.rsplit("\n", 1)[-1], line, width)
        )
        if continues:
            joined += "\n" + line.rstrip()
            continue
        if joined:
            blocks.append(_line_block(joined, gap))
            gap = 0
        joined = line.rstrip()
        gap += not line.strip()
    return blocks


def _line_block(text: str, gap: int) -> Block:
    if RULE.fullmatch(text.strip()):
        return Block("rule", "<hr>", gap=gap)
    return paragraph(text, gap)


def _opens(line: str) -> bool:
    return bool(BULLET.match(line.strip()) or NUMBER.match(line.strip()) or RULE.fullmatch(line.strip()))


def _wraps(line: str, following: str, width: int) -> bool:
    """Whether the next line begins only because its first word did not fit any more."""
    return bool(width) and len(line) + 1 + len(following.split()[0]) > width


def _wrap_width(lines: list[str]) -> int:
    """The width at which the lines were wrapped by a program, or 0 when a line is a paragraph."""
    width = max((len(line.rstrip()) for line in lines), default=0)
    pairs = [(a.rstrip(), b) for a, b in pairwise(lines) if a.strip() and b.strip()]
    wrapped = sum(_wraps(a, b, width) for a, b in pairs)
    return width if 40 <= width <= 100 and len(pairs) >= 3 and wrapped >= 0.6 * len(pairs) else 0


def find_lists(blocks: list[Block], plain: bool) -> list[Block]:
    """Makes lists of bullets and of consecutive numbers; in plain text also of what follows a colon."""
    found: list[Block] = []
    at = 0
    while at < len(blocks):
        end, made = _list_at(blocks, at, plain)
        found += [made] if made else [blocks[at]]
        at = end
    return found


def _list_at(blocks: list[Block], at: int, plain: bool) -> tuple[int, Block | None]:
    """The list that begins at a block and where it ends, or the next block and None."""
    end = _run(blocks, at, lambda block: bool(BULLET.match(block.text)))
    if end > at and all(BULLET.match(b.inner) for b in blocks[at:end]):
        return end, _list("ul", blocks[at:end], BULLET)
    first = NUMBER.match(blocks[at].inner) if blocks[at].kind == "text" else None
    if first:
        end = at
        while end < len(blocks) and _number(blocks[end]) == int(first[1]) + end - at:
            end += 1
        if end - at >= 2:
            start = "" if first[1] == "1" else f' start="{int(first[1])}"'
            return end, _list("ol", blocks[at:end], NUMBER, start)
    if plain and at and blocks[at - 1].kind == "text" and blocks[at - 1].text.endswith(":"):
        end = _end_after_colon(blocks, at)
        if end - at >= 2:
            return end, _list("ul", blocks[at:end], BULLET)
    return at + 1, None


def _number(block: Block) -> int:
    match = NUMBER.match(block.inner) if block.kind == "text" else None
    return int(match[1]) if match else -1


def _run(blocks: list[Block], at: int, fits: Callable[[Block], bool]) -> int:
    end = at
    while end < len(blocks) and blocks[end].kind == "text" and not blocks[end].reason and fits(blocks[end]):
        end += 1
    return end


def _list(tag: str, blocks: list[Block], mark: re.Pattern[str], attributes: str = "") -> Block:
    items = "".join(f"<li>{mark.sub('', block.inner, count=1)}</li>" for block in blocks)
    return Block("list", f"<{tag}{attributes}>{items}</{tag}>", gap=blocks[0].gap)


def _ending(text: str) -> str:
    """How a line ends: "stop" for a sentence, "?" for a question, "," for a clause, "" for none."""
    last = text.rstrip("\"'”’»“)] ")[-1:]
    return {".": "stop", "!": "stop", "…": "stop", "?": "?", ",": ",", ";": ","}.get(last, "")


def _is_one_sentence(text: str) -> bool:
    return not re.search(r"[.!?…][\"'”’»)]*\s+[\"'“‘„«¿¡(]*[A-ZÀ-ÖØ-Þ]", text)


def _end_after_colon(blocks: list[Block], at: int) -> int:
    """Where the list after a colon ends: its items are single sentences of one shape, close together."""

    def alike(block: Block, first: Block) -> bool:
        a, b = _ending(first.text), _ending(block.text)
        same = a == b or (a == "," and b == "stop") or ((a == "" and b == ",") or (a == "," and b == ""))
        return same and not BULLET.match(block.text) and not block.text.endswith(":")

    end = _run(
        blocks,
        at,
        lambda b: (
            b.words <= LIST_ITEM_WORDS and _is_one_sentence(b.text) and alike(b, blocks[at]) and not b.is_bold
        ),
    )
    spacing = blocks[at + 1].gap if at + 1 < len(blocks) else 0
    for place in range(at + 1, end):
        closed = _ending(blocks[at].text) == "," and _ending(blocks[place - 1].text) == "stop"
        if blocks[place].gap > spacing or closed:
            end = place
            break
    return _without_heading_at_end(blocks, at, min(end, at + LONGEST_LIST))


def _without_heading_at_end(blocks: list[Block], at: int, end: int) -> int:
    """Without a last "item" that is the next heading: in title case, unlike the others, above a paragraph."""
    last = blocks[end - 1]
    if end - at < 2 or end == len(blocks) or _ending(last.text) not in ("", "?") or not _is_body(blocks[end]):
        return end
    others = [is_title_case(block.text) for block in blocks[at : end - 1]]
    stands_out = (is_title_case(last.text) and not any(others)) or NUMBERED_HEADING.match(last.text)
    return end - 1 if stands_out else end


def is_title_case(text: str) -> bool:
    """Whether most longer words begin with a capital, or all letters are capitals."""
    longer = [word for word in re.findall(r"[^\W\d_][\w'’-]*", text) if len(word) > 3]
    return len(longer) >= 2 and sum(word[0].isupper() for word in longer) >= 0.75 * len(longer)


def _is_strong(text: str) -> bool:
    return text.isupper() or bool(NUMBERED_HEADING.match(text)) or is_title_case(text)


def is_title_like(block: Block) -> bool:
    """Whether a block could be a title: short, and not a sentence that ends in a full stop."""
    text = block.text
    return (
        block.kind in ("text", "heading")
        and 0 < block.words <= 22
        and len(text) <= 180
        and text[-1] not in ".;,:…"
    )


def _could_head(block: Block) -> bool:
    text = block.text
    if block.kind != "text" or block.reason or not 0 < block.words <= HEADING_WORDS or len(text) > 120:
        return False
    return text[-1] not in ".;,:…" and text[0] not in '"“„«‘(—' and not BULLET.match(text)


def _is_body(block: Block) -> bool:
    return block.kind in ("list", "quote") or (block.kind == "text" and not _could_head(block))


def find_headings(blocks: list[Block]) -> list[Block]:
    """Marks the headings of a text without any: paragraphs all in bold if there are some, else by shape."""
    if any(block.kind == "heading" for block in blocks):
        return blocks
    bold = [
        at
        for at, block in enumerate(blocks)
        if (block.is_bold and _could_head(block)) or _is_bold_line(block)
    ]
    chosen = set(bold) if bold else _headings_by_shape(blocks)
    return [replace(heading(b.text), gap=b.gap) if at in chosen else b for at, b in enumerate(blocks)]


def _is_bold_line(block: Block) -> bool:
    """A bold line such as "Resting." or "The body:" is a heading too, for its bold says so."""
    return block.kind == "text" and block.is_bold and not block.reason and block.words <= HEADING_WORDS


def _headings_by_shape(blocks: list[Block]) -> set[int]:
    chosen: set[int] = set()
    at = 0
    while at < len(blocks):
        if not _could_head(blocks[at]):
            at += 1
            continue
        end = _run(blocks, at, _could_head)
        if end < len(blocks) and _is_body(blocks[end]):
            chosen |= _headings_of_run([block.text for block in blocks[at:end]], at)
        at = end
    return chosen


def _headings_of_run(texts: list[str], at: int) -> set[int]:
    """Which of some short lines above a paragraph are headings.

    One is; of two, both (a heading and its sub-heading), unless the second is a question in the text;
    of more, as in a poem or a row of questions, only those that stand out.
    """
    if len(texts) == 1:
        return {at}
    if all(text.endswith("?") for text in texts[1:]) and not texts[0].endswith("?"):
        return {at}
    if len(texts) == 2:
        return {at, at + 1}
    strong = {at + n for n, text in enumerate(texts) if _is_strong(text)}
    return strong if len(strong) < len(texts) else set()
