"""Words that no client is ever shown, and pages light enough for a bad connection."""

import re
from pathlib import Path

from tests.replies.paper import soup

ROOT = Path(__file__).parents[2]
NEVER = re.compile(
    r"\b(overdue|missed|late|streaks?|you haven['’]t|reminder)\b|[!]|\bplease note\b", re.IGNORECASE
)
#: Markup that is no prose: tags of templates, comments, HTML, CSS, JavaScript's "not".
MARKUP = re.compile(
    r"{%-?\s*(?!translate|blocktranslate)[^%]*%}|{#.*?#}|<!doctype html>|<!--.*?-->|<style.*?</style>",
    re.S | re.I,
)


def test_no_template_that_a_client_sees_uses_words_that_press():
    templates = [*(ROOT / "templates/reflection").rglob("*.*"), *(ROOT / "templates/email").rglob("*.*")]
    assert len(templates) > 8
    for template in templates:
        prose = MARKUP.sub("", template.read_text())
        assert not (found := NEVER.search(prose)), f"{template.name}: {found}"


def test_no_message_of_the_forms_does_either():
    prose = " ".join(
        re.findall(r'_\(\s*"(.*?)"\s*\)', (ROOT / "practice/replies/forms.py").read_text(), re.S)
    )
    assert "Nothing is written yet" in prose
    assert not NEVER.search(prose)


def test_the_page_with_all_it_needs_weighs_less_than_50_kb(phone, link, delivery):
    delivery.step.body = "<p>" + "A long reading of six hundred words. " * 90 + "</p>"
    delivery.step.save()
    page = phone.get(link)
    weight = len(page.content)
    addresses = [tag["src" if tag.name == "script" else "href"] for tag in soup(page)(["script", "link"])]
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("/static/")
        weight += (ROOT / address.lstrip("/")).stat().st_size
    assert weight < 50_000
