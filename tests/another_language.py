"""A language in which every text that a catalogue would hold stands in brackets, and nothing else does."""

import gettext

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from tests.texts import CODE, TEMPLATES, of_code, of_template


class Bracketed(gettext.NullTranslations):
    """Puts each text that a catalogue would hold in brackets, and leaves every other as it is."""

    def __init__(self):
        super().__init__()
        # German for what Django and the skin of the desk say.
        keys = [*trans_real.translation("de")._catalog.keys()]
        theirs = {key[0] if isinstance(key, tuple) else key for key in keys} - {""}
        self.held = theirs.union(*map(of_template, TEMPLATES), *map(of_code, CODE))

    def gettext(self, message):
        return self.ngettext(message, message, 1)

    def ngettext(self, one, more, number):
        said = one if number == 1 else more
        # What is before it is a context for translators.
        text = one.rpartition("\x04")[2]
        return f"⟦{said.rpartition(chr(4))[2]}⟧" if {one, text} & self.held else said

    def language(self):
        return "xx"

    to_language = language


@pytest.fixture
def abroad(monkeypatch, settings):
    """The desk and the test speak the language of brackets."""
    monkeypatch.setitem(trans_real._translations, "xx", Bracketed())
    settings.LANGUAGE_CODE = "xx"
    with translation.override("xx"):
        yield
