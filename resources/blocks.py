"""A reading as a row of blocks: a paragraph, a heading, a list, a quotation, a rule.

Every format becomes such a row first; everything else works on the row. Only the standard library.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from html.parser import HTMLParser

VOID = {"br", "hr", "img"}


@dataclass(frozen=True)
class Block:
    """One block of a text.

    kind is "text", "heading", "list", "quote" or "rule"; html is clean and complete ("<p>..</p>");
    level is 1 to 6 for a heading and 0 otherwise; gap is how many blank lines stood above it;
    reason says why it does not belong to the reading, and is empty when it does.
    """

    kind: str
    html: str
    level: int = 0
    gap: int = 0
    reason: str = ""

    @cached_property
    def text(self) -> str:
        return text_of(self.html)

    @property
    def inner(self) -> str:
        """What stands between the outer tags."""
        return self.html[self.html.index(">") + 1 : self.html.rindex("<")]

    @cached_property
    def words(self) -> int:
        return count_words(self.html)

    @property
    def is_bold(self) -> bool:
        """Whether all of it is in bold: a heading by someone who knows no heading styles."""
        outside = re.sub(r"<(strong|b)>.*?</\1>", "", self.html)
        return "<strong>" in self.html and not re.search(r"\w", text_of(outside))


def paragraph(text: str, gap: int = 0) -> Block:
    """A paragraph of plain text."""
    return Block("text", f"<p>{escape(' '.join(text.split()), quote=False)}</p>", gap=gap)


def heading(text: str, level: int = 2) -> Block:
    """A heading. Inside a step every heading is an <h3>: the step's title stands above it."""
    return Block("heading", f"<h3>{escape(' '.join(text.split()), quote=False)}</h3>", level=level)


def text_of(html: str) -> str:
    """The words of some HTML, with single spaces; blocks and line breaks part words."""
    apart = re.sub(r"<(?:br|hr|/?(?:p|h\d|li|ul|ol|blockquote))\b[^>]*>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]*>", "", apart)).split())


def count_words(html: str) -> int:
    """How many words a reader meets; a lone dash or bullet is none."""
    return sum(1 for word in text_of(html).split() if any(c.isalnum() for c in word))


class _TopLevel(HTMLParser):
    """Notes where the top-level elements of a reading begin and end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.depth = 0

    def _add(self, raw: str) -> None:
        if self.depth == 0 or not self.parts:
            self.parts.append(raw)
        else:
            self.parts[-1] += raw

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(self.get_starttag_text() or "")
        self.depth += tag not in VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.parts[-1] += f"</{tag}>"
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth or data.strip():
            self._add(data)

    def handle_entityref(self, name: str) -> None:
        self._add(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._add(f"&#{name};")


def split_blocks(html: str) -> list[str]:
    """The top-level elements of a clean reading, in order; join_blocks puts them together again."""
    parser = _TopLevel()
    parser.feed(html)
    parser.close()
    return parser.parts


def join_blocks(parts: list[str]) -> str:
    return "\n".join(parts)
