"""Many rows in one statement, on PostgreSQL and SQLite.

What is the same in every row is written once. Django's own `bulk_create` and `bulk_update` look at each field of each
row instead, and for a batch of 500 that takes longer than all the rest of the planner's work.
SQL is made of the names of tables and columns alone; every value is a parameter.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model


def insert_many(rows: Sequence[Model], key: str) -> None:
    """Insert new rows of one model and set their ids. One that a unique constraint forbids gets none.

    No two of them have the same `key`, which names a field. Sends no signals.
    """
    if not rows:
        return
    known_by: Any = rows[0]._meta.get_field(key)
    others = (field for field in rows[0]._meta.concrete_fields if field not in (rows[0]._meta.pk, known_by))
    same, differing = _told_apart(rows, others)
    differing.insert(0, known_by)
    columns = ", ".join(_name(field) for field in (*differing, *same))
    alike = ", %s" * len(same)
    into = f"INSERT INTO {_table(rows)} ({columns})"
    sql = f"SELECT v.*{alike} FROM v WHERE true ON CONFLICT DO NOTHING RETURNING {_name(known_by)}, id"  # noqa: S608
    ids = dict(_run(into, sql, rows, differing, same))
    for row in rows:
        row.pk = ids.get(getattr(row, known_by.attname))


def update_many(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write the fields with these names of rows of one model. Sends no signals."""
    if not rows:
        return
    meta = rows[0]._meta
    same, differing = _told_apart(rows, [meta.get_field(name) for name in names])
    changes = [f"{_name(field)} = v.{_name(field)}" for field in differing]
    changes += [f"{_name(field)} = %s" for field in same]
    which = f"{_table(rows)}.{_name(meta.pk)} = v.{_name(meta.pk)}"
    sql = f"UPDATE {_table(rows)} SET {', '.join(changes)} FROM v WHERE {which}"  # noqa: S608
    _run("", sql, rows, [meta.pk, *differing], same)


def _told_apart(rows: Sequence[Model], fields: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """The fields that are the same in every row, and those that differ."""
    same: list[Any] = []
    differing: list[Any] = []
    for field in fields:
        values = [getattr(row, field.attname) for row in rows]
        (same if values.count(values[0]) == len(values) else differing).append(field)
    return same, differing


def _run(
    before: str, after: str, rows: Sequence[Model], differing: Sequence[Any], same: Sequence[Any]
) -> list[Any]:
    """Run a statement with `v` in between, a table of what differs. It has a mark for each field that is the same.

    Returns the rows that the statement does.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    columns = [_values(rows, field) for field in differing]
    if connection.vendor == "postgresql":
        arrays = (f"%s::{field.db_type(connection)}[]" for field in differing)
        table, values = f"SELECT * FROM unnest({', '.join(arrays)})", columns  # noqa: S608
    else:
        marks = f"({', '.join(['%s'] * len(columns))})"
        table = f"VALUES {', '.join([marks] * len(rows))}"
        values = [value for row in zip(*columns, strict=True) for value in row]
    alike = [value for field in same for value in _values(rows[:1], field)]
    with connection.cursor() as cursor:
        names = ", ".join(map(_name, differing))
        cursor.execute(f"{before} WITH v({names}) AS ({table}) {after}".lstrip(), [*values, *alike])
        return cursor.fetchall() if cursor.description else []


def _values(rows: Sequence[Model], field: Any) -> list[Any]:
    """What the database takes for this field of each row."""
    connection = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]


def _table(rows: Sequence[Model]) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(rows[0]._meta.db_table)


def _name(field: Any) -> str:
    return connections[DEFAULT_DB_ALIAS].ops.quote_name(field.column)
