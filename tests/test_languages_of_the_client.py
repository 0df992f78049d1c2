"""Everything that a client reads is there in each language, says the same, and puts the same things in its gaps.

What is said at the desk can be translated too, but only the places below are the client's.
"""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from practice.people.models import WHEN, Consent, Practice
from tests.texts import ROOT, of_code, of_template

CATALOGUES = Path(settings.LOCALE_PATHS[0])
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
#: Emails to practitioners, of whom nobody knows a language.
NO_CLIENTS = {
    "handed_to_you.txt",
    "invitation.txt",
    "look_first.txt",
    "look_for_them.txt",
    "new_password.txt",
    "other_address.txt",
}
TEMPLATES = sorted(
    path
    for folder in ("", "reflection", "email")
    for path in (ROOT / "templates" / folder).glob("*.*")
    if path.name not in NO_CLIENTS
)
#: The modules whose words are for clients, and the few words for them elsewhere.
CODE = [
    *(ROOT / "practice/mailing" / f"{name}.py" for name in ("letterhead", "notice_words")),
    *(
        ROOT / "practice/replies" / f"{name}.py"
        for name in ("begin", "choosing", "forms", "message_form", "own_page", "sharing")
    ),
]
ELSEWHERE = {Consent.WORDING, WHEN, "%(number)s of 10", "By email"}
GAP = re.compile(r"%\(\w+\)[sd]")
#: How each language says "you" to a client, by words that only the other way has: Sie in German, tú in Spanish.
NOT_HOW_WE_SAY_YOU = {
    "de": r"\b(?:du|dir|dich|dein\w*|euch|euer|eure\w*)\b",
    "es": (
        r"\b(?:ustedes|usted|le venga|venirle|enviarle|le llega|elija|dígaselo|escríba[ln][ao]|léal[ao]s|no tiene que|"
        r"su (?:buzón|sí|respuesta|dirección|propi[oa])|sus correos|"
        r"si (?:quiere|prefiere|cambia de)|puede (?:borrarlos|decir|tomarse))\b"
    ),
}
#: What a bystander shall not read, and what is said at the desk by forms that stand beside those of clients.
TELLING = re.compile(r"session|sitzung|sesi[oó]n|therap|terap", re.IGNORECASE)
AT_THE_DESK = {
    "This day is still to come. Note a session once it took place.",
    "Open this page again and note the session there.",
}
ENTRY = re.compile(r'^msgid ("(?:.+)")\nmsgstr ("(?:.+)")$', re.MULTILINE)


SOURCE = ELSEWHERE.union(*map(of_template, TEMPLATES), *map(of_code, CODE))


def catalogue(language):
    """What the compiled catalogue holds: the translation of each text, and of its plurals, one after another."""
    held = {}
    for key, said in gettext.translation("django", CATALOGUES, [language])._catalog.items():
        held.setdefault(key[0] if isinstance(key, tuple) else key, []).append(said)
    return held


def test_the_texts_are_found_where_they_are_written():
    assert len(SOURCE) > 150
    for text in (
        "Skip this one",  # a page
        "Saving…",  # an attribute that a script reads
        "%(minutes)s minute to read",  # a plural
        "j F Y, H:i",  # a format of a day
        "No more of these emails",  # an email
        "Talk about it when we meet",  # a choice, in Python
        "Your code",  # a short email, in Python
    ):
        assert text in SOURCE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_there_in_vain(language):
    held = catalogue(language)
    assert {text for text in SOURCE if not all(held.get(text, [""]))} == set()
    assert set(held) - {""} - SOURCE == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_gaps_of_its_text(language):
    for text, translations in catalogue(language).items():
        for said in translations if text else []:
            assert sorted(GAP.findall(said)) == sorted(GAP.findall(text)), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_ends_the_attribute_that_it_stands_in(language):
    """Django escapes no translation: “ and ” are for what is quoted, ״ for Hebrew."""
    for text, translations in catalogue(language).items():
        assert '"' in text or not any('"' in said for said in translations)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_is_what_is_compiled_and_nothing_is_in_doubt(language):
    written = (CATALOGUES / language / "LC_MESSAGES/django.po").read_text()
    assert "fuzzy" not in written
    held = catalogue(language)
    entries = [(ast.literal_eval(text), ast.literal_eval(said)) for text, said in ENTRY.findall(written)]
    assert len(entries) > 150
    for text, said in entries:
        assert held[text] == [said]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_is_called_you_in_one_way_throughout(language):
    said = [words for translations in catalogue(language).values() for words in translations]
    other = re.compile(NOT_HOW_WE_SAY_YOU[language], re.IGNORECASE)
    assert [words for words in said if other.search(words)] == []


def test_no_text_tells_a_bystander_what_it_is_about():
    for text in SOURCE - AT_THE_DESK:
        for said in (text, *(words for language in LANGUAGES for words in catalogue(language).get(text, []))):
            assert not TELLING.search(said), said


def test_in_german_it_is_said_what_somebody_ends():
    said = [words for translations in catalogue("de").values() for words in translations]
    assert [words for words in said if re.search(r"\bSie (?:schon |nicht )*beende[nt]\b", words)] == []


@pytest.mark.parametrize("path", ["static/reflection/page.css"])
def test_the_pages_are_laid_out_for_either_direction_of_writing(path):
    sided = r"(?:padding|margin|border)-(?:left|right)|(?:text-align|float):\s*(?:left|right)|[;{\s](?:left|right):"
    assert not re.search(sided, (ROOT / path).read_text())


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("de", "ltr"), ("ar", "rtl")])
@pytest.mark.parametrize("page", ["not_open.html", "elsewhere.html"])
def test_a_page_says_in_which_direction_it_is_written(page, language, direction):
    with translation.override(language):
        html = render_to_string(f"reflection/{page}", {"practice": Practice()})
    assert f'<html lang="{language}" dir="{direction}">' in html


@pytest.mark.parametrize(("language", "side", "other"), [("en", "left", "right"), ("ar", "right", "left")])
def test_an_email_begins_each_line_where_its_language_does(language, side, other):
    with translation.override(language):
        html = render_to_string("email/notice.html", {"language": language})
    assert f"text-align: {side}" in html
    assert f"border-{side}" in html
    assert f"text-align: {other}" not in html
    assert f"border-{other}" not in html
