"""The rows of a list, each value with its label, for the table that stands as cards on a phone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.text import capfirst

register = template.Library()


@register.filter
def labelled(rows: Iterable[Any], headers: list[dict[str, Any]]) -> Iterator[list[tuple[str, Any]]]:
    """Each row as (label, value) of every column. What cannot be sorted by has no label: it says itself what it is."""
    # Once for all rows: a label is translated each time that it is written.
    labels = [capfirst(str(header["text"])) if header.get("sortable") else "" for header in headers]
    return (list(zip(labels, row, strict=True)) for row in rows)
