"""A list of clients as it comes out of another program: bytes become text, text becomes a table of rows. Pure.

One damaged row never takes the others with it: it is kept as it stood, with its line, and reading goes on below it.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.people.headings import meaning_of
from practice.people.sheets import SEPARATORS, as_it_was

MOST_BYTES = 2_000_000
MOST_ROWS = 10_000
MOST_COLUMNS = 40
#: A cell may hold line breaks. A row of more lines than this has a quotation mark that is never closed.
MOST_LINES = 100

TOO_LARGE = gettext_noop("This list is larger than 2 MB. Split it in two, and add one after the other.")
TOO_MANY = gettext_noop("This list has more than 10,000 rows. Split it in two, and add one after the other.")
TOO_WIDE = gettext_noop(
    "This list has more than 40 columns. Keep those that are needed here, and leave out the others."
)
EMPTY = gettext_noop(
    "There is no row in this list. It needs a line for each client, with a name and an address."
)
WORKBOOK = gettext_noop(
    "This is the workbook of a spreadsheet program. Open it there, save it as CSV (“Save as” or “Download as”), and "
    "choose that file."
)
NO_TEXT = gettext_noop(
    "This is not a list in plain text. Save it as CSV, in UTF-8 if you are asked, and choose that file."
)


class Unreadable(ValueError):
    """Nothing of it can be read. Says in a plain sentence why, and what helps."""


@dataclass(frozen=True)
class Row:
    """One row: its first line in the list, its cells (None when quotation marks break it), and how it stood there."""

    line: int
    cells: tuple[str, ...] | None
    text: str


@dataclass(frozen=True)
class Table:
    """The headings of the columns, the rows below them, and what stands between two cells."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, marked as such or not, or in Windows-1252. Raises Unreadable."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(WORKBOOK)
    if data.startswith(b"%PDF"):
        raise Unreadable(NO_TEXT)
    for encoding in _likely(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(NO_TEXT)


def _likely(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data.count(0) * 4 > len(data):  # every other byte of Western text in UTF-16
        return ("utf-16-le",) if data[1::2].count(0) > data[::2].count(0) else ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def read_table(text: str) -> Table:
    """The table in a text, whatever stands between its cells. Raises Unreadable.

    The first row is taken as headings unless an address stands in it.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise Unreadable(NO_TEXT)
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    lines = list(io.StringIO(text))
    said = _separator_said(lines[:1])
    if said:  # a line that only some spreadsheet programs understand
        lines[0] = "\n"
    separator = said or _separator_of(lines)
    rows = list(_rows(lines, separator))
    if not rows:
        raise Unreadable(EMPTY)
    headings, rows = _headed(rows)
    if len(headings) > MOST_COLUMNS:
        raise Unreadable(TOO_WIDE)
    if not rows:
        raise Unreadable(EMPTY)
    if len(rows) > MOST_ROWS:
        raise Unreadable(TOO_MANY)
    return Table(headings, tuple(rows), separator)


def _headed(rows: list[Row]) -> tuple[tuple[str, ...], list[Row]]:
    first = rows[0].cells or (rows[0].text,)
    if any("@" in cell for cell in first):
        width = max(len(row.cells or ()) for row in rows[:20])
        return tuple(_("Column %(number)s") % {"number": number} for number in range(1, width + 1)), rows
    return first, rows[1:]


def _separator_said(lines: Sequence[str]) -> str:
    """What a first line such as “sep=;” says."""
    said = lines[0].strip("\n") if lines else ""
    return said[4] if said.lower().startswith("sep=") and len(said) == 5 else ""


def _separator_of(lines: Sequence[str]) -> str:
    """What makes the most of the first row: most headings that are known, then most cells."""

    def worth(separator: str) -> tuple[int, int]:
        first = next(_rows(lines[:MOST_LINES], separator), None)
        cells = (first.cells if first else None) or ()
        return sum(bool(meaning_of(cell)) for cell in cells), len(cells)

    return max(SEPARATORS, key=worth)


def _rows(lines: Sequence[str], separator: str) -> Iterator[Row]:
    """Every row in which something stands."""
    at = 0
    while at < len(lines):
        reader = csv.reader(lines[at : at + MOST_LINES], delimiter=separator, strict=True)
        try:
            cells: list[str] | None = next(reader)
            used = reader.line_num
        except csv.Error:
            cells, used = None, 1
        text = "".join(lines[at : at + used]).strip("\n")
        if cells is None or any(cell.strip() for cell in cells):
            yield Row(
                at + 1, None if cells is None else tuple(as_it_was(cell).strip() for cell in cells), text
            )
        at += used
