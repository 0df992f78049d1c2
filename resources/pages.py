"""Finds the article in a saved web page, between menus, cookie bars and comments.

What stands outside the article is the page's and is not listed; nothing inside it is lost (see markup.py).
"""

import logging
import re
from dataclasses import dataclass

import lxml.html
from django.utils.translation import gettext_lazy as _
from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata

from resources import boilerplate
from resources.blocks import Block, count_words
from resources.draft import ImportProblem
from resources.front import same_words
from resources.markup import html_blocks, line_of
from resources.page_parts import is_text
from resources.sanitize import tidy

# A piece pasted from a page has none of these; all of it is the article then.
PAGE_SIGNS = ("title", "article", "main", "nav", "footer")
# The first line of an XHTML page. It speaks of bytes, and lxml takes no text that begins with it.
XML_DECLARATION = re.compile(r"\A[\s\ufeff]*<\?xml\b[^>]*>", re.IGNORECASE)
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns about every short page
BROKEN = _("This page could not be read. Copy the text of the article in your browser and paste it instead.")


@dataclass
class Page:
    """The article of a page as blocks, and the title and author that the page states."""

    blocks: list[Block]
    title: str = ""
    author: str = ""


def read_page(html: str) -> Page:
    """Reads a whole page, or a piece of one such as what was pasted from a browser.

    Raises ImportProblem when it is no HTML at all.
    """
    try:
        return _page(XML_DECLARATION.sub("", html))
    except (LxmlError, ValueError, RecursionError) as error:  # also what is nested thousands deep
        if isinstance(error, ImportProblem):
            raise
        raise ImportProblem(BROKEN) from error


def _page(html: str) -> Page:
    tree = lxml.html.document_fromstring(tidy(html), parser=lxml.html.HTMLParser(huge_tree=True))
    if not any(tree.find(f".//{sign}") is not None for sign in PAGE_SIGNS):
        return Page(html_blocks(tree))
    root = _marked_article(tree)
    if root is None:
        root = _found_article(tree, html)
    title, author = _stated(tree)
    blocks = html_blocks(root if root is not None else tree)
    inner = [b.text for b in blocks if b.kind == "heading" and b.level == 1]
    return Page(blocks, "" if inner else _title_outside(tree) or title, author)


def _words(element: HtmlElement) -> int:
    seen = (e.text or "" for e in element.iter() if is_text(e))
    return count_words(" ".join([*seen, *(e.tail or "" for e in element.iterdescendants())]))


def _marked_article(tree: HtmlElement) -> HtmlElement | None:
    """The longest element that the page itself marks as an article, or else as its main part."""
    for path in (
        "//article[not(ancestor::article or ancestor::aside or ancestor::footer or ancestor::nav)]",
        "//*[@role='article' or @itemprop='articleBody']",
        "//main",
        "//*[@role='main']",
    ):
        found = sorted((element for element in tree.xpath(path) if _words(element)), key=_words)
        if found and _words(found[-1]) * 3 >= _words(tree) / 2:
            return found[-1]
    return None


def _found_article(tree: HtmlElement, html: str) -> HtmlElement | None:
    """The smallest element that holds nearly all that trafilatura takes for the article."""
    document = bare_extraction(html, include_comments=False, favor_recall=True)
    body = getattr(document, "body", None)
    wanted = (
        {_letters(e) for e in body.iter() if e.tag in ("p", "head", "item")} if body is not None else set()
    )
    held = [
        e for e in tree.iter("p", "li", "h1", "h2", "h3", "h4", "div") if is_text(e) and _letters(e) in wanted
    ]
    held = [element for element in held if len(_letters(element)) > 20]
    smallest: HtmlElement | None = None
    ancestors: dict[HtmlElement, int] = {}
    for element in held:
        for above in element.iterancestors():
            ancestors[above] = ancestors.get(above, 0) + 1
    for element, count in ancestors.items():
        if count >= 0.9 * len(held) and (smallest is None or smallest in set(element.iterancestors())):
            smallest = element
    return smallest


def _letters(element: HtmlElement) -> str:
    return "".join(c for c in "".join(str(t) for t in element.itertext()) if c.isalnum())


def _title_outside(tree: HtmlElement) -> str:
    """A page's one main heading, when it stands above the article and not in it."""
    heads = [line_of(h) for h in tree.iter("h1")]
    return heads[0] if len(heads) == 1 else ""


def _stated(tree: HtmlElement) -> tuple[str, str]:
    """Title and author as the page's head states them."""
    stated = extract_metadata(tree)
    author = (stated.author or "").split(";")[0].strip()
    title = stated.title or ""
    if same_words(title, stated.sitename or ""):
        title = ""
    return tidy(title), author if boilerplate.read_line(author)[1] == author else ""
