"""Rows by the thousand, made inside the database."""

from django.db import connection
from django.db.models import Max


def copies(row, count, **columns):
    """Insert `count` copies of a saved row. Returns the id of the first; the others follow it.

    `columns` has SQL for each column that differs, in which `n` counts from 1.
    """
    model, quoted = type(row), connection.ops.quote_name
    table = quoted(model._meta.db_table)
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    unknown = columns.keys() - set(names)
    assert not unknown, f"{model.__name__} has no column {unknown}"
    values = ", ".join(columns.get(name, quoted(name)) for name in names).replace("%", "%%")
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "
    if connection.vendor == "postgresql":
        numbers = "WITH numbers(n) AS (SELECT generate_series(1, %s)) "
    with connection.cursor() as cursor:
        cursor.execute(
            f"{numbers} INSERT INTO {table} ({', '.join(map(quoted, names))}) "
            f"SELECT {values} FROM {table}, numbers WHERE id = %s",
            [count, row.pk],
        )
    return model.objects.aggregate(last=Max("pk"))["last"] - count + 1
