"""The rows of a list, each value with its label, for the table that stands as cards on a phone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.text import capfirst

register = template.Library()


@register.filter
def labelled(rows: Iterable[Any], headers: list[dict[str, Any]]) -> Iterator[list[tuple[str, Any]]]:
    """Each row as (label, value) of every column. The box to tick has no label."""
    # Once for all rows: a label is translated each time that it is written.
    labels = [_label(header) for header in headers]
    return (list(zip(labels, row, strict=True)) for row in rows)


def _label(header: dict[str, Any]) -> str:
    return "" if "action-checkbox-column" in header["class_attrib"] else capfirst(str(header["text"]))
