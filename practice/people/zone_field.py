"""The form field for a time zone: type a city, choose from the list. Needs no script, and forgives."""

from functools import cache
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from practice.people.owned_admin import TextInput
from practice.people.zones import find_zone, zones


class ZoneInput(TextInput):
    """A text box with the browser's own list of suggestions: searchable, by keyboard and on a phone."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = {
            "list": f"{name}-zones",
            "autocomplete": "off",
            "autocapitalize": "off",
            "spellcheck": "false",
        }
        return format_html(
            '{}<datalist id="{}">{}</datalist>',
            super().render(name, value, listed | (attrs or {}), renderer),
            listed["list"],
            _options(),
        )


@cache  # four hundred of them, the same on every page
def _options() -> SafeString:
    return format_html_join(
        "", '<option value="{}">{}</option>', ((zone.name, zone.label) for zone in zones())
    )


class ZoneField(forms.CharField):
    """Takes a zone's name, or a city or country that means one. Whether it exists is for the model to say."""

    widget = ZoneInput

    def clean(self, value: Any) -> str:
        return find_zone(super().clean(value))
