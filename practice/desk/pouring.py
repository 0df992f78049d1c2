"""Rows by the hundred thousand, poured into a table: by PostgreSQL's COPY, or as near to it as SQLite comes.

SQL is made of the names of tables and columns alone.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models

#: Rows of one statement: foreign keys are looked at at its end, and are remembered until then.
AT_ONCE = 50_000


def next_pk(model: type[models.Model]) -> int:
    """The id that follows the highest one there is."""
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def pour(like: models.Model, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows that are as `like`, except in the columns of these fields. Returns how many.

    `names` has the id as well. `like` need not be saved. Sends no signals.
    """
    differing: list[Any] = [like._meta.get_field(name) for name in names]
    same = [field for field in like._meta.concrete_fields if field not in differing]
    connection = connections[DEFAULT_DB_ALIAS]
    alike = tuple(field.get_db_prep_save(field.pre_save(like, True), connection) for field in same)
    copies = connection.vendor == "postgresql"

    def whole(row: Sequence[Any]) -> tuple[Any, ...]:
        if copies:  # which writes each value by its type
            return (*row, *alike)
        own = (field.get_db_prep_save(value, connection) for field, value in zip(differing, row, strict=True))
        return (*own, *alike)

    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in (*differing, *same)]
    into = f"{quote(like._meta.db_table)} ({', '.join(columns)})"
    count = 0
    rows = iter(rows)
    while chunk := [whole(row) for row in islice(rows, AT_ONCE)]:
        (_copy if copies else _insert)(connection, into, chunk)
        count += len(chunk)
    _go_on_counting(connection, type(like))
    return count


def _copy(connection: Any, into: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Any, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608


def _go_on_counting(connection: Any, model: type[models.Model]) -> None:
    """Let the next id of a table follow the ones that were poured in."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(sql)
