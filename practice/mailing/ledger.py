"""The one statement of a round: it notes which emails leave, and which of the last ones were accepted.

In raw SQL, because it is what an email costs most, and because all of it must be one commit. What it asks of the
client's wishes is what `DeliveryQuerySet.welcome` asks.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from practice.mailing.models import Delivery
from practice.mailing.outcome import Outcome

#: Of each email: its name here, and its type in PostgreSQL.
COLUMNS = {
    "email": "bigint",
    "lease": "text",
    "leaves": "boolean",
    "edition": "bigint",
    "address": "text",
    "filled": "jsonb",
    "provider": "text",
    "at_phase": "text",
    "with_code": "smallint",
    "words": "text",
}
NOTE = """
WITH v({columns}) AS ({table})
UPDATE mailing_delivery SET
    state = CASE WHEN leaves THEN 'submitting' ELSE 'accepted' END,
    reason = CASE WHEN leaves THEN reason ELSE '' END,
    submitted_at = CASE WHEN leaves THEN {now} ELSE submitted_at END,
    edition_id = CASE WHEN leaves THEN edition ELSE edition_id END,
    to_address = CASE WHEN leaves THEN address ELSE to_address END,
    "values" = CASE WHEN leaves THEN filled ELSE "values" END,
    accepted_at = CASE WHEN leaves THEN accepted_at ELSE {now} END,
    provider_id = CASE WHEN leaves THEN provider_id ELSE provider END,
    phase = CASE WHEN leaves THEN phase ELSE at_phase END,
    code = CASE WHEN leaves THEN code ELSE with_code END,
    answer = CASE WHEN leaves THEN answer ELSE words END
FROM v
WHERE id {those} AND id = v.email AND mailing_delivery.lease = v.lease AND CASE WHEN leaves
    THEN state = 'claimed' AND (
        SELECT a.state IN ('active', 'finished')
            AND EXISTS (SELECT 1 FROM people_consent WHERE client_id = c.id AND withdrawn_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM mailing_suppression s WHERE s.address = LOWER(c.email))
        FROM assignments_assignment a JOIN people_client c ON c.id = a.client_id WHERE a.id = assignment_id)
    ELSE state IN ('submitting', 'uncertain') END
RETURNING id
"""
#: Told apart, or PostgreSQL reads the whole table to join it.
THOSE = "= ANY (%s::text[]::bigint[])"


def note(
    leaving: Sequence[Delivery], accepted: Sequence[tuple[Delivery, Outcome]], now: datetime
) -> set[int]:
    """Note that these emails leave (`now`, UTC), just before the point of no return, and that those were accepted.

    Returns the ids of all that this could be noted of. An email that is not among them may not leave: its lease is
    lost, or the client no longer wants it. Raises DatabaseError.
    """
    rows = [_row_of(delivery) for delivery in leaving]
    rows += [_row_of(delivery, outcome) for delivery, outcome in accepted]
    if not rows:
        return set()
    with connection.wrap_database_errors:
        return _on_postgresql(rows, now) if connection.vendor == "postgresql" else _on_sqlite(rows, now)


def _row_of(delivery: Delivery, outcome: Outcome | None = None) -> tuple[Any, ...]:
    """The values for COLUMNS: of an email that leaves, or of one that was accepted with this `outcome`."""
    if outcome:
        told = outcome.in_words()
        words = outcome.provider_id, told["phase"], told["code"], told["answer"]
        return delivery.pk, delivery.lease, False, None, None, None, *words
    filled = json.dumps(delivery.values)
    edition, address = delivery.edition_id, delivery.to_address
    return delivery.pk, delivery.lease, True, edition, address, filled, None, None, None, None


def _on_postgresql(rows: list[tuple[Any, ...]], now: datetime) -> set[int]:
    # Not by Django's cursor, which has each statement planned anew: that costs more than running this one.
    arrays = ", ".join(f"%s::text[]::{kind}[]" for kind in COLUMNS.values())
    table = f"SELECT * FROM unnest({arrays})"  # noqa: S608 (types alone; every value is a parameter)
    sql = NOTE.format(columns=", ".join(COLUMNS), table=table, now="%s::timestamptz", those=THOSE)
    columns = [
        [None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)
    ]
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, [*columns, now, now, columns[0]], prepare=True)
        return {pk for (pk,) in cursor.fetchall()}


def _on_sqlite(rows: list[tuple[Any, ...]], now: datetime) -> set[int]:
    table = "VALUES " + ", ".join([f"({', '.join(['%s'] * len(COLUMNS))})"] * len(rows))
    those = f"IN ({', '.join(['%s'] * len(rows))})"
    moment = connection.ops.adapt_datetimefield_value(now)
    values = [*(value for row in rows for value in row), moment, moment, *(row[0] for row in rows)]
    with connection.cursor() as cursor:
        cursor.execute(NOTE.format(columns=", ".join(COLUMNS), table=table, now="%s", those=those), values)
        return {pk for (pk,) in cursor.fetchall()}
