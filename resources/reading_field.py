"""The small editor that readings are written in, as a form field."""

from textwrap import shorten
from typing import Any

import lxml.html
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import AdminProseEditorWidget

from practice.people.in_words import listed
from resources.markup import is_struck
from resources.page_parts import is_text
from resources.sanitize import clean, tidy

# What sanitize.py lets through: the editor drops what it does not know. And lines through words, without which what is
# pasted with one would stand there as if it were to be read.
EDITOR = {
    "extensions": {
        "Bold": True,
        "Italic": True,
        "Subscript": True,
        "Superscript": True,
        "Strike": True,
        "Heading": {"levels": [3, 4]},
        "BulletList": True,
        "OrderedList": True,
        "ListItem": True,
        "Blockquote": True,
        "HardBreak": True,
        "HorizontalRule": True,
        "Link": {"enableTarget": False},
        "History": True,
    }
}


#: So many struck-out pieces are named at most, and so much of each.
MOST_NAMED, LONGEST_NAMED = 5, 60


class ReadingField(forms.CharField):
    """A reading: cleaned HTML, and nothing in it that was struck out."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        if struck := _struck_out(typed):
            pieces = [f"“{shorten(piece, LONGEST_NAMED, placeholder=' …')}”" for piece in struck[:MOST_NAMED]]
            said = gettext(
                "These words are struck out, and your client would still read them: %(pieces)s. Delete them, or take "
                "the line through them away."
            )
            raise ValidationError(said % {"pieces": listed(pieces)}, code="struck")
        return clean(typed)


def _struck_out(html: str) -> list[str]:
    """The words of each piece of a reading that is struck out."""
    parser = lxml.html.HTMLParser(huge_tree=True)
    root = lxml.html.document_fromstring(f"<div>{tidy(html)}</div>", parser=parser)
    struck = (element for element in root.iterdescendants() if is_text(element) and is_struck(element))
    return [*dict.fromkeys(words for each in struck if (words := " ".join(each.text_content().split())))]


def reading_field(**more: Any) -> ReadingField:
    """A reading, written in a small editor; without a script it is HTML in a box."""
    widget = AdminProseEditorWidget(config=EDITOR, preset="configurable")
    return ReadingField(label=_("Reading"), widget=widget, **more)
