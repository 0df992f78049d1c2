"""The words around the reading are in the client's language; the reading stays as it was written."""

import gettext
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from practice.people.models import Client
from tests.mailing.sending import parsed, send_due

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "email"
CATALOGS = Path(settings.BASE_DIR) / "practice" / "mailing" / "locale"


def phrases():
    """Every phrase that the templates ask to be translated, as gettext knows it."""
    for template in TEMPLATES.iterdir():
        text = template.read_text()
        yield from re.findall(r'\{% translate "(.*?)" %\}', text)
        for block in re.findall(r"\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", text, re.DOTALL):
            singular = re.split(r"\{% plural %\}", block)[0]
            yield re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", singular)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_translated(language):
    with translation.override(language):
        catalog = gettext.translation("django", CATALOGS, [language])
    known = {key[0] if isinstance(key, tuple) else key for key in catalog._catalog}
    assert set(phrases()) - known == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            ["Guten Tag Ada,", "etwa 1 Minute.", "Ich lese, was Sie schreiben", "Keine dieser E-Mails mehr"],
        ),
        ("es", ["Hola, Ada:", "alrededor de 1 minuto.", "Leo lo que escribes", "No más de estos correos"]),
    ],
)
def test_the_email_speaks_the_clients_language(assignment, sink, language, words):
    Client.objects.update(language=language)
    send_due()
    (mail,) = sink.mails
    email = parsed(mail.content)
    assert email["Content-Language"] == language
    for part in ("plain", "html"):
        content = email.get_body([part]).get_content()
        assert "Reading number 1." in content
        for phrase in words:
            assert phrase in content
    assert f'lang="{language}"' in email.get_body(["html"]).get_content()
    assert "minutes for yourself" not in email["Subject"]
