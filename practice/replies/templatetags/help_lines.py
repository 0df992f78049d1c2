"""The practice's help lines, one tap away on a phone."""

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Three digits or more, as people group them; opening hours ("9-17") and "24/7" are not numbers to call.
NUMBER = re.compile(r"(?<![\d/:.-])\+?\(?\d(?:[ ()-]{0,2}\d){2,}(?![\d/:.])")


@register.filter
def callable_lines(text: str) -> list[SafeString]:
    """The lines of a text, with its telephone numbers as links that call them."""
    return [_line(line.strip()) for line in text.splitlines() if line.strip()]


def _line(line: str) -> SafeString:
    parts, end = [], 0
    for number in NUMBER.finditer(line):
        digits = re.sub(r"[^\d+]", "", number[0])
        if "-" in number[0] and len(digits) < 7:
            continue
        parts += [
            escape(line[end : number.start()]),
            format_html('<a href="tel:{}">{}</a>', digits, number[0]),
        ]
        end = number.end()
    return mark_safe("".join([*parts, escape(line[end:])]))  # noqa: S308 (every part is escaped above)
