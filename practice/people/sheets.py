"""Tables for spreadsheet programs: they open them as they are, and calculate nothing in them. Pure.

What begins with one of = + - @ is a formula to them, and may call other programs. A program that was set to another
country also takes another sign for the separator, and then finds the beginning of a cell in the middle of ours. So an
apostrophe, which means "this is text", goes before whatever could be a beginning.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_noop

SEPARATORS = {",": gettext_noop("commas"), ";": gettext_noop("semicolons"), "\t": gettext_noop("tabs")}

BEGINNING = re.compile(r"^(?=[\t\r])|(^|[;,\t\r\n])(?= *[=+\-@])")
KEPT_BEGINNING = re.compile(r"^'(?=[\t\r])|(^|[;,\t\r\n])'(?= *[=+\-@])")


def as_csv(rows: Iterable[Sequence[str]], separator: str = ",") -> bytes:
    """A CSV file in UTF-8, marked as such, because spreadsheets guess otherwise."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([kept_as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def kept_as_text(cell: str) -> str:
    """A cell in which nothing is calculated."""
    return BEGINNING.sub(r"\1'", cell)


def as_it_was(cell: str) -> str:
    """A cell without the apostrophes that `kept_as_text` put there."""
    return KEPT_BEGINNING.sub(r"\1", cell)
