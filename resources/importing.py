"""Turns what a practitioner has (pasted text, a file, a page) into a draft of steps with prompts.

Each function answers with a Draft or raises ImportProblem, whose message can be shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext_lazy, gettext_noop
from markdown_it import MarkdownIt

from resources import fetching, files, prompts
from resources.draft import Draft, DraftPrompt, DraftStep, ImportProblem, LeftOut
from resources.pages import read_page
from resources.sanitize import tidy
from resources.sections import NO_WORDS, make_draft
from resources.structure import text_blocks

__all__ = [
    "Draft", "DraftPrompt", "DraftStep", "ImportProblem", "LeftOut",
    "import_file", "import_html", "import_text", "import_url",
]  # fmt: skip

Library = Sequence[prompts.LibraryItem]
NOT_TEXT = gettext_lazy(
    "This contains characters that are not text. Copy the words of the article and paste them again."
)
SWITCHED_OFF = gettext_lazy(
    "Importing from a web address is switched off here. Copy the text of the page and paste it instead."
)


def import_text(text: str, *, title: str = "", library: Library = prompts.LIBRARY) -> Draft:
    """A draft from plain text, as copied from a blog or typed; Markdown headings in it are understood.

    `title` is used when the text has none. Raises ImportProblem.
    """
    _check(text)
    text = tidy(text)
    if files.looks_like_markdown(text):
        return import_markdown(text, title=title, library=library, raw_html=False)
    return _with_prompts(make_draft(text_blocks(text), plain=True, title=""), library)


def import_html(html: str, *, title: str = "", library: Library = prompts.LIBRARY) -> Draft:
    """A draft from HTML: a saved page, of which the article is found, or a piece pasted from a browser."""
    _check(html)
    page = read_page(html)
    return _with_prompts(make_draft(page.blocks, title=page.title or title, author=page.author), library)


def import_markdown(
    text: str, *, title: str = "", library: Library = prompts.LIBRARY, raw_html: bool = True
) -> Draft:
    """A draft from Markdown. In a file HTML is understood; in pasted text it is words like all others."""
    front, body = files.front_matter(text)
    markdown = MarkdownIt("commonmark", {"html": raw_html}).enable("table").disable("code")
    if not raw_html:
        markdown.disable("reference")
    page = read_page(markdown.render(body))
    draft = make_draft(page.blocks, title=front.title or title, author=front.author)
    draft.left_out[:0] = [LeftOut(html, gettext_noop("Settings of the blog"), 0) for html in front.rest]
    return _with_prompts(draft, library)


def import_file(name: str, data: bytes, *, library: Library = prompts.LIBRARY) -> Draft:
    """A draft from an uploaded file: .txt, .md, .html or .docx, known by its content more than its name."""
    kind = files.kind_of(name, data)
    if kind == "docx":
        return import_html(files.docx_html(data), library=library)
    text = files.decode(data, is_html=kind == "html")
    if kind == "html":
        return import_html(text, library=library)
    if kind == "md":
        _check(text)
        return import_markdown(tidy(text), library=library)
    return import_text(text, library=library)


def import_url(url: str, *, library: Library = prompts.LIBRARY) -> Draft:
    """A draft from a public web page. Raises ImportProblem also where this is switched off."""
    if not getattr(settings, "ARTICLE_URL_IMPORT", False):
        raise ImportProblem(SWITCHED_OFF)
    fetched = fetching.fetch(url)
    name = PurePath(fetched.path).name if fetched.is_plain else "page.html"
    return import_file(name or "page.html", fetched.body, library=library)


def _check(text: str) -> None:
    if "\x00" in text:
        raise ImportProblem(NOT_TEXT)
    if not text.strip():
        raise ImportProblem(NO_WORDS)


def _with_prompts(draft: Draft, library: Library) -> Draft:
    prompts.propose(draft.steps, library)
    return draft
