"""Help lines: one tap calls, and nothing that is no number becomes one."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from practice.desk import handing_over
from practice.mailing import notices
from practice.mailing.models import Notice
from practice.people.models import Practice
from practice.replies import refused_attachments
from practice.replies.templatetags.help_lines import callable_lines
from tests.replies.paper import soup, text_of

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


@pytest.fixture
def in_spanish(practice):
    """The practice has help lines of their own for clients who read Spanish."""
    practice.help_lines_es = "Emergencias: 112\nLínea 024"
    practice.save()


def shown_to(language, ada, phone, link):
    """What the help box of Ada's page says in this language."""
    ada.language = language
    ada.save()
    return soup(phone.get(link)).find(id="help").ul.get_text(" ", strip=True)


def test_there_is_room_for_the_help_lines_of_every_language():
    for code, _ in settings.LANGUAGES:
        assert Practice._meta.get_field(f"help_lines_{code}").blank


def test_a_client_finds_the_help_lines_in_their_language(in_spanish, ada, phone, link):
    assert shown_to("es", ada, phone, link) == "Emergencias: 112 Línea 024"


@pytest.mark.parametrize("language", ["en", "de"])
def test_where_a_language_has_none_the_general_ones_stand(in_spanish, ada, phone, link, language):
    assert shown_to(language, ada, phone, link) == "Emergency: 112 TelefonSeelsorge: 0800 111 0 111"


def test_only_gaps_are_no_help_lines(practice, ada, phone, link):
    practice.help_lines_es = " \n"
    practice.save()
    assert "TelefonSeelsorge" in shown_to("es", ada, phone, link)


def test_a_page_of_no_link_has_those_of_the_browsers_language(in_spanish, phone):
    page = phone.get("/n/nothing/", headers={"accept-language": "es"})
    assert "Línea 024" in text_of(page)


def test_every_kind_of_email_has_the_help_lines_of_its_language(in_spanish, ada, maya, tom, now, mailoutbox):
    ada.language = "es"
    ada.save()
    notice = notices.letter(notices.drafted(ada, Notice.Kind.MESSAGE, now))
    refused_attachments.tell(ada, "")
    handed_over = handing_over.words_for(ada, tom)[1]
    for said in (notice.body, notice.alternatives[0].content, mailoutbox[0].body, handed_over):
        assert "Línea 024" in said
        assert "TelefonSeelsorge" not in said


def test_lines_are_escaped_and_empty_ones_left_out():
    assert callable_lines("<b>Call</b> 112 & breathe\n\n  \n") == [
        '&lt;b&gt;Call&lt;/b&gt; <a href="tel:112">112</a> &amp; breathe'
    ]
