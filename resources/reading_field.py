"""The small editor that readings are written in, as a form field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_prose_editor.widgets import AdminProseEditorWidget

from resources.sanitize import clean

# What sanitize.py lets through, no more and no less: the editor drops what it does not know.
EDITOR = {
    "extensions": {
        "Bold": True,
        "Italic": True,
        "Subscript": True,
        "Superscript": True,
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


class ReadingField(forms.CharField):
    """A reading: cleaned HTML."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "")


def reading_field(**more: Any) -> ReadingField:
    """A reading, written in a small editor; without a script it is HTML in a box."""
    widget = AdminProseEditorWidget(config=EDITOR, preset="configurable")
    return ReadingField(label=_("Reading"), widget=widget, **more)
