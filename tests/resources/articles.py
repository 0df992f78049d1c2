"""The articles of these tests: one of a real blog, and others of different shapes, all beside this file."""

import re
from html import escape
from pathlib import Path

from resources.blocks import text_of

FOLDER = Path(__file__).with_name("articles")
REAL = "relational-impact"


def data_of(name):
    return (FOLDER / name).read_bytes()


def words_in(text):
    """The words of a text, each as often as it stands there."""
    return sorted(re.findall(r"\w+", text))


def everything_in(draft):
    """All words of a draft: in its title, author, steps and what was left out; a list's numbers count."""
    htmls = [html for step in draft.steps for html in (f"<p>{escape(step.title)}</p>", step.html)]
    htmls += [piece.html for piece in draft.left_out]
    numbered = [re.sub(r"<ol(?: start=\"(\d+)\")?>.*?</ol>", _with_numbers, html) for html in htmls]
    return " ".join([draft.title, draft.author, *map(text_of, numbered)])


def _with_numbers(match):
    first = int(match[1] or 1)
    items = match[0].split("<li>")
    return items[0] + "".join(f"<li>{first + n} {item}" for n, item in enumerate(items[1:]))


def without_emphasis(html):
    return re.sub(r"</?(?:strong|em)>", "", html)
