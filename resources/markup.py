"""Turns HTML into blocks: keeps paragraphs, headings, lists, quotations and emphasis, and every word.

What an email cannot carry (pictures, videos, forms), what is plainly the blog's (share bars, boxes) and what
its writer struck out becomes a block with a reason. Where the article stands in a whole page is found by pages.py.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from django.utils.translation import gettext as _
from lxml.html import HtmlElement

from resources.blocks import Block, count_words, heading, paragraph, text_of
from resources.boilerplate import STRUCK
from resources.page_parts import PICTURE, chrome_reason, is_text
from resources.sanitize import clean

BLOCK_TAGS = {
    "address", "article", "aside", "audio", "blockquote", "body", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "embed", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hgroup", "hr", "iframe", "legend", "li", "main", "nav", "object", "ol",
    "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    "video",
}  # fmt: skip
STRONG, EMPHASIS = {"b", "strong"}, {"i", "em", "cite", "dfn"}
STRUCK_TAGS = {"del", "s", "strike"}
HEADING_WORDS = 30
HEADING_LENGTH = 180


@dataclass
class _Walk:
    """The blocks made so far, and how many words the whole has, by which a box is told from the article."""

    total: int
    blocks: list[Block] = field(default_factory=list)


def html_blocks(root: HtmlElement) -> list[Block]:
    """The blocks of everything inside an element, in order."""
    walk = _Walk(total=count_words(" ".join(root.itertext())))
    _children(root, walk)
    return walk.blocks


def _children(element: HtmlElement, walk: _Walk) -> None:
    """Gathers what stands in a line into paragraphs, and hands on what is a block itself."""
    line = escape(element.text or "", quote=False)
    struck: list[Block] = []
    for child in element:
        if is_text(child):
            if _is_block(child) or chrome_reason(child, walk.total):
                _flush(line, walk, struck)
                line, struck = "", []
                _block(child, walk)
            else:
                line += _inline(child)
                struck += _struck(child, walk.total)
                if child.tag == "img" or child.find(".//img") is not None:
                    _flush(line, walk, struck)
                    line, struck = "", []
                    walk.blocks += _pictures(child)
        line += escape(child.tail or "", quote=False)
    _flush(line, walk, struck)


def _is_block(element: HtmlElement) -> bool:
    return element.tag in BLOCK_TAGS or any(
        e.tag in BLOCK_TAGS for e in element.iterdescendants() if is_text(e)
    )


def is_struck(element: HtmlElement) -> bool:
    """Whether its writer, or Word that tracks changes, struck it out: it is there to be seen, not to be read."""
    if element.tag in STRUCK_TAGS:
        return True
    if element.tag in BLOCK_TAGS and element.tag != "p":
        return False  # a list's item may look like its first word
    style = (element.get("style") or "").replace(" ", "").lower()
    is_crossed = re.search(r"text-decoration(-line)?:[^;]*line-through", style)
    return bool(is_crossed) or "msodel" in (element.get("class") or "").lower().split()


def _struck(element: HtmlElement, total: int) -> list[Block]:
    """What is struck out in an element that stands in a line, or of it."""
    if is_struck(element):
        return _left_out(element, STRUCK, total)
    return [block for child in element if is_text(child) for block in _struck(child, total)]


def _block(element: HtmlElement, walk: _Walk) -> None:
    reason = STRUCK if is_struck(element) else chrome_reason(element, walk.total)
    makers = {
        "ul": _list,
        "ol": _list,
        "menu": _list,
        "blockquote": _quote,
        "table": _table,
        "pre": _verbatim,
    }
    if reason:
        walk.blocks += _left_out(element, reason, walk.total)
    elif level := _heading_level(element):
        _heading(element, level, walk)
    elif element.tag == "hr":
        walk.blocks.append(Block("rule", "<hr>"))
    elif element.tag == "figure":
        walk.blocks += _figure(element, walk.total)
    elif element.tag in makers:
        makers[element.tag](element, walk)
    else:
        _children(element, walk)


def _left_out(element: HtmlElement, reason: str, total: int) -> list[Block]:
    """What a piece of the page says, each block with the same reason."""
    inner = _Walk(total)
    if element.tag in ("iframe", "video", "audio", "object", "embed"):
        address = element.get("src") or element.get("data") or ""
        inner.blocks.append(paragraph(element.get("title") or address or _("Video")))
    _children(element, inner)
    return [Block(b.kind, b.html, b.level, reason=reason) for b in inner.blocks if b.words]


def _figure(element: HtmlElement, total: int) -> list[Block]:
    """A picture with its caption is left out; a figure of words (a quotation, a table) is read."""
    inner = _Walk(total)
    _children(element, inner)
    if element.find(".//img") is None and element.find(".//picture") is None:
        return inner.blocks
    return [Block(b.kind, b.html, b.level, reason=PICTURE) for b in inner.blocks]


def _pictures(element: HtmlElement) -> list[Block]:
    images = [element] if element.tag == "img" else element.findall(".//img")
    said = [" ".join((image.get("alt") or "").split()) for image in images]
    return [
        Block("text", paragraph(alt or _("A picture without a description")).html, reason=PICTURE)
        for alt in said
    ]


def _heading_level(element: HtmlElement) -> int:
    if re.fullmatch(r"h[1-6]", element.tag):
        return int(element.tag[1])
    if element.get("role") == "heading":
        return int(element.get("aria-level") or 2) if (element.get("aria-level") or "2").isdigit() else 2
    return 0


def _heading(element: HtmlElement, level: int, walk: _Walk) -> None:
    """A heading, unless it has nothing to say or is a whole paragraph dressed as one."""
    text = line_of(element)
    if count_words(text) > HEADING_WORDS or len(text) > HEADING_LENGTH:
        _children(element, walk)
        return
    if text:
        walk.blocks.append(heading(text, level))
    walk.blocks += [*_struck(element, walk.total), *_pictures(element)]


def line_of(element: HtmlElement) -> str:
    """What an element says in one line."""
    return text_of(clean("".join(_inside(element))))


def _list(element: HtmlElement, walk: _Walk) -> None:
    """A list; one that lays out a page, with headings in it, is read as what it holds."""
    items: list[str] = []
    beside: list[Block] = []
    if any((text or "").strip() for text in (element.text, *(child.tail for child in element))):
        _children(element, walk)  # text stands between its items, where none should
        return
    for child in element:
        if is_text(child):
            inner = _Walk(walk.total)
            _children(child, inner) if child.tag == "li" else _block(child, inner)
            if any(block.kind == "heading" for block in inner.blocks):
                _children(element, walk)
                return
            beside += [block for block in inner.blocks if block.reason]
            kept = [block for block in inner.blocks if not block.reason and block.words]
            items += [f"<li>{_item(kept)}</li>"] if kept else []
    tag = "ol" if element.tag == "ol" else "ul"
    start = element.get("start") or ""
    start = f' start="{start}"' if tag == "ol" and start.isdigit() and start != "1" else ""
    if items:
        walk.blocks.append(Block("list", f"<{tag}{start}>{''.join(items)}</{tag}>"))
    walk.blocks += beside


def _item(blocks: list[Block]) -> str:
    """An item's first paragraph stands bare in it, as in a list of one-liners; the rest follows as it is."""
    first, rest = blocks[0], blocks[1:]
    return (
        first.inner if first.kind == "text" and not any(b.kind == "text" for b in rest) else first.html
    ) + "".join(block.html for block in rest)


def _quote(element: HtmlElement, walk: _Walk) -> None:
    inner = _Walk(walk.total)
    _children(element, inner)
    said = [block for block in inner.blocks if not block.reason]
    if any(block.kind == "heading" for block in said) or sum(b.words for b in said) > 300:
        walk.blocks += inner.blocks
        return
    if said:
        walk.blocks.append(
            Block("quote", f"<blockquote>{''.join(block.html for block in said)}</blockquote>")
        )
    walk.blocks += [block for block in inner.blocks if block.reason]


def _table(element: HtmlElement, walk: _Walk) -> None:
    """A table's rows become lines; a table that lays out a page is read cell by cell."""
    rows = [[c for c in row if is_text(c) and c.tag in ("td", "th")] for row in element.iter("tr")]
    cells = [_cell_html(cell) for row in rows for cell in row]
    nested = element.find(".//table") is not None or any(
        _heading_level(e) for e in element.iter() if is_text(e)
    )
    struck = _struck(element, walk.total)
    read = sum(map(count_words, cells)) + sum(block.words for block in struck)
    astray = read < count_words(" ".join(element.itertext()))
    if (
        nested
        or astray
        or max(map(len, rows), default=0) < 2
        or any(count_words(cell) > 40 for cell in cells)
    ):
        _children(element, walk)
        return
    for caption in element.findall("caption"):
        _flush("".join(_inside(caption)), walk)
    for row in rows:
        _flush(" – ".join(html for cell in row if text_of(html := _cell_html(cell))), walk)
    walk.blocks += struck


def _cell_html(cell: HtmlElement) -> str:
    return clean("".join(_inside(cell))).replace("\n", " ").strip()


def _verbatim(element: HtmlElement, walk: _Walk) -> None:
    """Text whose line breaks count, such as a poem."""
    lines = "".join(_inside(element)).strip("\n").split("\n")
    _flush("<br>".join(lines), walk, _struck(element, walk.total))


def _inside(element: HtmlElement) -> Iterator[str]:
    """What stands in an element as inline HTML, emphasis and links kept."""
    yield escape(element.text or "", quote=False)
    for child in element:
        if is_text(child):
            yield _inline(child)
            yield " " if child.tag in BLOCK_TAGS else ""
        yield escape(child.tail or "", quote=False)


def _inline(element: HtmlElement) -> str:
    if element.tag in ("br", "img"):
        return "<br>" if element.tag == "br" else " "
    if is_struck(element):
        return ""
    inner = "".join(_inside(element))
    style = (element.get("style") or "").replace(" ", "").lower()
    is_plain = "font-weight:normal" in style or "font-weight:400" in style
    if inner.strip():
        if (element.tag in STRONG and not is_plain) or re.search(r"font-weight:(bold|[6-9]00)", style):
            inner = f"<strong>{inner}</strong>"
        if element.tag in EMPHASIS or "font-style:italic" in style:
            inner = f"<em>{inner}</em>"
        if element.tag in ("sub", "sup"):
            inner = f"<{element.tag}>{inner}</{element.tag}>"
        if element.tag == "a" and (element.get("href") or "").lower().startswith(
            ("http:", "https:", "mailto:")
        ):
            inner = f'<a href="{escape(element.get("href"))}">{inner}</a>'
    return inner


def _flush(line: str, walk: _Walk, beside: Sequence[Block] = ()) -> None:
    """Makes paragraphs of gathered inline HTML: two line breaks part them, as does a bold first line.

    What was left out of the line stands beside it, below.
    """
    line = re.sub(r"[ \t\r\n\f\xa0]+", " ", line)
    line = re.sub(r"^\s*(<strong>[^<]*</strong>)\s*<br>", r"\1<br><br>", line)
    for piece in re.split(r"(?:\s*<br>\s*){2,}", line):
        inner = clean(re.sub(r"^(?:\s*<br>)+|(?:<br>\s*)+$", "", piece).strip())
        inner = re.sub(r"\s+", " ", inner.replace("&nbsp;", " ")).strip()
        inner = re.sub(r"\s*<br>\s*", "<br>", inner)
        inner = re.sub(r"</(strong|em)>(\s*)<\1>", r"\2", inner)
        if text_of(inner):
            walk.blocks.append(Block("text", f"<p>{inner}</p>"))
    walk.blocks += beside
