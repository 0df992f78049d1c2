"""Reads what stands above an article's first paragraph: title, author, date. Standard library only."""

from dataclasses import dataclass, replace

from resources import boilerplate
from resources.blocks import Block, text_of
from resources.structure import is_title_like

FRONT_BLOCKS = 15
KICKER_WORDS = 12


@dataclass
class Front:
    """The title and author, and all other blocks; those that are not the reading carry their reason."""

    title: str
    author: str
    blocks: list[Block]


def read_front(blocks: list[Block], title: str = "", author: str = "") -> Front:
    """Takes title and author from the top of a text. A title known from elsewhere (a page's own) is kept."""
    at = _title_at(blocks, title)
    title = blocks[at].text if at >= 0 else title
    above = [_judged(blocks, n, boilerplate.ABOVE_TITLE) for n in range(max(at, 0))]
    below: list[tuple[Block, str]] = []
    for n in range(at + 1, min(len(blocks), FRONT_BLOCKS)):
        judged = _judged(blocks, n)
        if not judged[0].reason:
            break
        below.append(judged)
    known = above + below
    author = next((name for _, name in known if name), author)
    kept = [block for block, name in known if not (name == author and _bare(block.text) == name)]
    return Front(title, author, kept + blocks[at + 1 + len(below) :])


def _title_at(blocks: list[Block], title: str) -> int:
    """Where the title stands: the main heading, or else the first line not about the text; -1 if nowhere."""
    top = blocks[:FRONT_BLOCKS]
    for at, block in enumerate(top):
        if block.kind == "heading" and block.level == 1:
            if all(b.reason or b.words <= KICKER_WORDS for b in top[:at]):
                return at
            break
    first = next((n for n in range(len(top)) if not _judged(top, n)[0].reason), -1)
    if first < 0 or not is_title_like(top[first]):
        return -1
    return first if not title or same_words(top[first].text, title) else -1


def same_words(one: str, other: str) -> bool:
    return [c for c in one.casefold() if c.isalnum()] == [c for c in other.casefold() if c.isalnum()]


def _bare(text: str) -> str:
    return text.strip(" -–—•·|")


def _lines(block: Block) -> list[str]:
    """The lines of a block: the items of a list, or the text itself."""
    pieces = block.html.split("<li>") if block.kind == "list" else [block.html]
    return [text for text in map(text_of, pieces) if text]


def _judged(blocks: list[Block], at: int, otherwise: str = "") -> tuple[Block, str]:
    """A block with the reason why it is not the reading (if any) and the author's name in it (if any)."""
    block = blocks[at]
    read = [boilerplate.read_line(line) for line in _lines(block)]
    name = next((name for _, name in read if name), "")
    reasons = [reason for reason, _ in read if reason]
    about_text = (
        read and all(reason or name for reason, name in read) and (reasons or _beside_a_date(blocks, at))
    )
    if (
        block.kind == "heading"
        or block.reason == boilerplate.STRUCK
        or (block.kind == "text" and not about_text)
    ):
        name = ""
    if block.reason:
        return block, name
    if block.kind == "heading" or not about_text:
        return replace(block, reason=otherwise), ""
    return replace(block, reason=reasons[0] if len(read) == 1 and reasons else boilerplate.BYLINE), name


def _beside_a_date(blocks: list[Block], at: int) -> bool:
    """Whether the line above or below is a date, a reading time or such: then a bare name is the author's."""
    return any(
        boilerplate.read_line(b.text)[0] for b in blocks[max(0, at - 1) : at] + blocks[at + 1 : at + 2]
    )
