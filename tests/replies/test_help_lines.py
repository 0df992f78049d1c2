"""Help lines: one tap calls, and nothing that is no number becomes one."""

import re
from pathlib import Path

import pytest

from practice.replies.templatetags.help_lines import callable_lines

TEMPLATES = Path(__file__).parents[2] / "templates/reflection"
TAG = re.compile(r"{%\s*(\w+)")
#: What opens something that has an end: a condition, a block that another template fills, a repetition.
OPENING = {"if", "for", "block", "with", "ifchanged", "filter"}


def open_tags(text):
    """The tags of a template that are still open at the end of this much of it."""
    found = []
    for tag in TAG.findall(text):
        if tag in OPENING:
            found.append(tag)
        elif tag.startswith("end") and tag.removeprefix("end") in OPENING:
            assert found.pop() == tag.removeprefix("end")
    return found


def test_the_help_box_depends_on_nothing():
    base = (TEMPLATES / "base.html").read_text()
    before, _, rest = base.partition('<section class="help"')
    assert rest
    assert open_tags(before) == []
    box = rest.partition("</section>")[0]
    assert not {"if", "block"} & set(TAG.findall(box))


def test_every_page_of_a_client_has_it():
    # “Leave this page” leads to one that shall tell nobody anything; their own words leave as a file.
    others = ("base.html", "elsewhere.html", "words.html")
    pages = [path for path in TEMPLATES.glob("*.html") if path.name not in others]
    included = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r'"reflection/(.+?)"', path.read_text())
    }
    assert len(pages) > 8
    for page in pages:
        text = page.read_text()
        whole = text.startswith('{% extends "reflection/base.html" %}')
        assert whole or (page.name in included and "<body" not in text), page.name


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("Emergency: 112", "112"),
        ("TelefonSeelsorge: 0800 111 0 111", "08001110111"),
        ("Samaritans 116 123, day and night", "116123"),
        ("Lifeline +1 (800) 273-8255", "+18002738255"),
        ("From abroad: +49 30 123456", "+4930123456"),
    ],
)
def test_a_number_calls_at_a_tap(line, called):
    (shown,) = callable_lines(line)
    assert f'href="tel:{called}"' in shown


@pytest.mark.parametrize(
    "line", ["open 24/7", "Mon to Fri 9-17", "from 10 to 12", "10:00-16:30", "help.example.org"]
)
def test_hours_and_words_stay_words(line):
    assert callable_lines(line) == [line]


def test_lines_are_escaped_and_empty_ones_left_out():
    assert callable_lines("<b>Call</b> 112 & breathe\n\n  \n") == [
        '&lt;b&gt;Call&lt;/b&gt; <a href="tel:112">112</a> &amp; breathe'
    ]
