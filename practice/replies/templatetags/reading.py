"""The reading as it may be shown."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from resources.sanitize import clean

register = template.Library()


@register.filter
def as_reading(html: str) -> SafeString:
    """The body of a step, cleaned once more on its way out."""
    return mark_safe(clean(html))  # noqa: S308 (this is what the cleaning is for)
