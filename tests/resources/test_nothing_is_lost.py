"""Whatever the text: each of its words stands in the title, the author, a step, or what was left out."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import fromstring

from resources.blocks import split_blocks
from resources.importing import import_html, import_text
from tests.resources.articles import everything_in, words_in

WORDS = st.sampled_from(
    re.split(
        r"\s+",
        """the Calm 1. 2) - • * — rest: Why? what’s “home” über ¿Qué? 2024 July 27 by By Ada Ray min read Comments
        share Facebook book a free call now Subscribe newsletter <b> & Step x ALL CAPS … http://a.example ' |""",
    )
)
LINES = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\n\n\n", "\n  "])
TEXTS = (
    st.lists(st.tuples(LINES, ENDS), min_size=1, max_size=40)
    .map(lambda parts: "".join(line + end for line, end in parts))
    .filter(lambda text: any(c.isalnum() for c in text))
)
LETTERS = st.from_regex(r"[A-Za-z]{2,9}( [A-Za-z]{2,9}[.?:]?){0,12}", fullmatch=True)
TAGS = st.sampled_from(
    re.split(
        " ",
        "p div h1 h2 h3 li ul ol table tr span strong em b i blockquote section td a figure pre s del dl details",
    )
)
TREES = st.recursive(
    LINES.map(lambda line: line.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{' '.join(parts)}</{tag}>", TAGS, st.lists(inner, max_size=5)
    ),
    max_leaves=25,
)


def seen_in(html):
    return " ".join(fromstring(f"<div>{html}</div>").itertext())


def lost(text, draft):
    return set(words_in(text)) - set(words_in(everything_in(draft)))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_no_word_of_a_plain_text_is_lost(text):
    assert not lost(text, import_text(text))


@given(st.lists(st.tuples(st.sampled_from(["# ", "## ", "", "- ", "> "]), LETTERS), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_word_of_pasted_markdown_is_lost(lines):
    text = "\n\n".join(mark + line for mark, line in [("# ", "It begins"), *lines])
    assert not lost(text, import_text(text))


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_no_word_of_any_html_is_lost(html):
    page = f"<p>It begins here.</p>{html}"
    assert not lost(seen_in(page), import_html(page))


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_each_piece_left_out_names_a_place_that_exists(text):
    draft = import_text(text)
    for piece in draft.left_out:
        blocks = split_blocks(draft.steps[piece.step].html)
        assert 0 <= piece.at <= len(blocks)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_draft_survives_being_stored(text):
    draft = import_text(text)
    assert type(draft).from_json(draft.as_json()) == draft
