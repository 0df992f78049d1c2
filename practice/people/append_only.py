"""Tables whose rows are written once: triggers that have the database itself refuse every other statement."""

from typing import Any

REFUSED = "the audit trail is append-only"

SQLITE = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
)
SQLITE_UNDONE = ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete")
POSTGRESQL_UNDONE = ("DROP TRIGGER {table}_append_only ON {table}", "DROP FUNCTION {table}_refuse()")


def close(connection: Any, table: str) -> None:
    """From now on the database takes new rows for this table, and changes or deletes none."""
    _run(connection, table, POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


def open_again(connection: Any, table: str) -> None:
    """Take the triggers away, as the way back of a migration does."""
    _run(connection, table, POSTGRESQL_UNDONE if connection.vendor == "postgresql" else SQLITE_UNDONE)


def _run(connection: Any, table: str, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(table=table, why=REFUSED))
