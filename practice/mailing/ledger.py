"""The one statement of a round: it notes which emails leave, and which of the last ones were accepted.

In raw SQL, because it is what an email costs most, and because all of it must be one commit. What it asks of the
client's wishes is what `DeliveryQuerySet.welcome` asks; and that the address and how much an email shows are those of
this moment.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from practice.mailing.models import Delivery
from practice.mailing.outcome import Outcome
from practice.mailing.patience import LEASE

#: Of each email: its name here, and its type in PostgreSQL.
COLUMNS = {
    "email": "bigint",
    "lease": "text",
    "leaves": "boolean",
    "edition": "bigint",
    "address": "text",
    "shows": "text",
    "filled": "jsonb",
    "provider": "text",
    "at_phase": "text",
    "with_code": "smallint",
    "words": "text",
}
# One parameter in JSON for all emails: an array for each column would take ten times as long to write.
_TYPED = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
_READ = ", ".join(f"json_extract(value, '$.{name}')" for name in COLUMNS)
TABLES = {
    "postgresql": f"SELECT * FROM json_to_recordset(%(emails)s::json) AS told({_TYPED})",  # noqa: S608
    "sqlite": f"SELECT {_READ} FROM json_each(%(emails)s)",  # noqa: S608
}
NOTE = """
WITH v({columns}) AS ({table})
UPDATE mailing_delivery SET
    state = CASE WHEN leaves THEN 'submitting' ELSE 'accepted' END,
    reason = CASE WHEN leaves THEN reason ELSE '' END,
    submitted_at = CASE WHEN leaves THEN %(dated)s ELSE submitted_at END,
    lease_until = CASE WHEN leaves THEN %(lease_until)s ELSE lease_until END,
    edition_id = CASE WHEN leaves THEN edition ELSE edition_id END,
    to_address = CASE WHEN leaves THEN address ELSE to_address END,
    "values" = CASE WHEN leaves THEN filled ELSE "values" END,
    accepted_at = CASE WHEN leaves THEN accepted_at ELSE %(now)s END,
    provider_id = CASE WHEN leaves THEN provider_id ELSE provider END,
    phase = CASE WHEN leaves THEN phase ELSE at_phase END,
    code = CASE WHEN leaves THEN code ELSE with_code END,
    answer = CASE WHEN leaves THEN answer ELSE words END
FROM v
WHERE id {those} AND id = v.email AND mailing_delivery.lease = v.lease AND CASE WHEN leaves
    THEN state = 'claimed' AND (
        SELECT a.state IN ('active', 'finished') AND (p.is_active OR p.series_go_on)
            AND EXISTS (SELECT 1 FROM people_consent WHERE client_id = c.id AND withdrawn_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM mailing_suppression s WHERE s.address = LOWER(c.email))
            AND NOT EXISTS (SELECT 1 FROM resources_step WHERE id = step_id AND taken_out)
            AND c.email = address AND c.discretion = shows
        FROM assignments_assignment a JOIN people_client c ON c.id = a.client_id
            JOIN people_practitioner p ON p.id = c.practitioner_id
        WHERE a.id = assignment_id)
    ELSE state IN ('submitting', 'uncertain') END
RETURNING id
"""
PREPARED = {"postgresql": {"prepare": True}}
# PostgreSQL is told the ids once more, or it reads the whole table to join it.
THOSE = {"postgresql": "= ANY (%(ids)s)", "sqlite": "IN (SELECT email FROM v)"}


def note(
    leaving: Sequence[Delivery],
    accepted: Sequence[tuple[Delivery, Outcome]],
    now: datetime,
    dated: datetime | None = None,
) -> set[int]:
    """Note that these emails leave (`now`, UTC), just before the point of no return, and that those were accepted.

    `dated` is what their Date header says: by it they can be built again, byte for byte, and a provider knows them by
    their key. The lease of those that leave is renewed, so that none is called in doubt while it is handed over.

    Returns the ids of all that this could be noted of. An email that is not among them may not leave: its lease is
    lost, or the client no longer wants it. Raises DatabaseError.
    """
    told = [_leaves(delivery) for delivery in leaving]
    told += [_accepted(delivery, outcome) for delivery, outcome in accepted]
    if not told:
        return set()
    moment = connection.ops.adapt_datetimefield_value
    values: dict[str, Any] = {
        "emails": json.dumps(told),
        "now": moment(now),
        "dated": moment(dated or now),
        "lease_until": moment(now + LEASE),
    }
    if connection.vendor == "postgresql":
        values["ids"] = [email["email"] for email in told]
    sql = NOTE.format(
        columns=", ".join(COLUMNS), table=TABLES[connection.vendor], those=THOSE[connection.vendor]
    )
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(sql, values, **PREPARED.get(connection.vendor, {}))
        return {pk for (pk,) in cursor.fetchall()}


def _leaves(delivery: Delivery) -> dict[str, Any]:
    return {
        "email": delivery.pk,
        "lease": delivery.lease,
        "leaves": True,
        "edition": delivery.edition_id,
        "address": delivery.to_address,
        "shows": delivery.edition.discretion if delivery.edition else "",
        "filled": delivery.values,
    }


def _accepted(delivery: Delivery, outcome: Outcome) -> dict[str, Any]:
    words = outcome.in_words()
    return {
        "email": delivery.pk,
        "lease": delivery.lease,
        "leaves": False,
        "provider": outcome.provider_id,
        "at_phase": words["phase"],
        "with_code": words["code"],
        "words": words["answer"],
    }


def _cursor() -> Any:
    """On PostgreSQL not Django's, which has every statement planned anew: that costs more than running this one."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
