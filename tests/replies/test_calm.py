"""Words that no client is ever shown, and pages light enough for a bad connection."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from practice.mailing.notice_words import KINDS
from resources.models import Prompt, PromptKind
from tests.replies.paper import soup

ROOT = Path(__file__).parents[2]
NEVER = re.compile(
    r"\b(overdue|missed|late|streaks?|you haven['’]t|reminder)\b|[!]|\bplease note\b", re.IGNORECASE
)
#: The same in the other languages: what presses, counts what was not done, or raises its voice.
NEVER_IN = {
    "de": r"überfällig|verpasst|versäum|verspät|\bzu spät\b|\bmahn|erinnerung|\bsie haben (noch |es )?nicht\b|!",
    "es": r"atrasad|vencid|retras|\btarde\b|\bracha|perdiste|te has perdido|recordatorio|\bno has\b|[!¡]",
}
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


def test_no_short_email_does_either():
    for kind, kept in KINDS.items():
        for words in (kept.subject, *kept.paragraphs, kept.button):
            assert not (found := NEVER.search(str(words))), f"{kind}: {found}"


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_no_translation_does_either(language):
    written = (Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES/django.po").read_text()
    prose = re.findall(r'^msgstr(?:\[\d\])? "(.+)"$', written, re.MULTILINE)
    assert len(prose) > 150
    for said in prose:
        assert not re.search(NEVER_IN[language], said, re.IGNORECASE), said


def test_the_page_with_all_it_needs_weighs_less_than_50_kb(phone, link, delivery):
    delivery.step.body = "<p>" + "A long reading of six hundred words. " * 90 + "</p>"
    delivery.step.save()
    for kind in PromptKind:
        Prompt.objects.create(
            step=delivery.step, position=9, kind=kind, text=f"A question, {kind}", options=["Rest", "A walk"]
        )
    page = phone.get(link)
    weight = len(page.content)
    addresses = [tag["src" if tag.name == "script" else "href"] for tag in soup(page)(["script", "link"])]
    assert len(addresses) == 4
    for address in addresses:
        assert address.startswith("/static/")
        weight += (ROOT / address.lstrip("/")).stat().st_size
    assert weight < 50_000
