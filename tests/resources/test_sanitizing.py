"""Nothing that acts survives: scripts, handlers, frames, javascript links, placeholder marks."""

import pytest
from django_prose_editor.config import allowlist_from_extensions
from hypothesis import given
from hypothesis import strategies as st

from resources.importing import import_html, import_text
from resources.reading_field import EDITOR
from resources.sanitize import TAGS, clean
from tests.resources.articles import everything_in

EVIL = """
<h1>Title <script>alert(1)</script></h1>
<p onclick="alert(2)">One <img src=x onerror=alert(3)> two <a href="javascript:alert(4)">three</a>
<a href=" JaVa&#10;Script:alert(5)">four</a> <a href="data:text/html,hi">five</a> <a href="/relative">six</a></p>
<iframe src="https://evil.example/frame"></iframe><object data="x.swf"></object>
<svg onload=alert(6)><text>eight</text></svg>
<style>body { display: none }</style><p style="position:fixed">seven</p>
<math><mi xlink:href="javascript:alert(7)">x</mi></math>
"""


def test_an_article_with_script_in_it_keeps_its_words_and_nothing_else():
    draft = import_html(EVIL)
    html = "".join([step.html for step in draft.steps] + [piece.html for piece in draft.left_out])
    for evil in (
        "<script",
        "onclick",
        "onerror",
        "javascript:",
        "<iframe",
        "<object",
        "<style",
        "<img",
        "<svg",
    ):
        assert evil not in html.lower()
    for word in ["One", "two", "three", "four", "five", "six", "seven", "eight"]:
        assert word in everything_in(draft)


def test_what_was_embedded_is_listed_as_left_out():
    assert any("evil.example/frame" in piece.html for piece in import_html(EVIL).left_out)


@pytest.mark.parametrize("mark", ["\ue000", "&#xE000;", "&#57344;", "\uf8ff"])
def test_placeholder_marks_of_emails_cannot_be_smuggled_in(mark):
    assert clean(f"<p>a{mark}b</p>") == "<p>ab</p>"


def test_placeholder_marks_are_not_in_titles_either():
    draft = import_text("A \ue000Title\n\nSome words to read here, with a \uf000mark.")
    assert "\ue000" not in str(draft.as_json())
    assert "\uf000" not in str(draft.as_json())


def test_links_that_lead_to_the_web_or_to_mail_stay():
    html = '<a href="https://a.example/b?c=1&amp;d=2">x</a> <a href="mailto:a@b.example">y</a>'
    assert 'href="https://a.example/b?c=1&amp;d=2"' in clean(html)
    assert 'href="mailto:a@b.example"' in clean(html)


@given(st.text(alphabet="<>/=\"'& abpscript&#x;\r\n\ue000:") | st.sampled_from([EVIL]))
def test_cleaning_twice_changes_nothing_more(html):
    assert clean(clean(html)) == clean(html)


def test_the_small_editor_knows_whatever_may_stand_in_a_reading():
    known = allowlist_from_extensions(EDITOR["extensions"])["tags"]
    as_it_writes_them = {"b": "strong", "i": "em"}
    only_to_be_refused = {"s"}
    assert {as_it_writes_them.get(tag, tag) for tag in TAGS} | only_to_be_refused == known


@pytest.mark.parametrize("tag", ["s", "del", "strike"])
def test_what_is_struck_out_goes_with_its_words(tag):
    assert clean(f"<p>Rest, <{tag}>dear <b>Ada</b></{tag}>always.</p>") == "<p>Rest, always.</p>"
