"""The one statement that an email costs: it notes that the last one was accepted and that the next one leaves.

In raw SQL, because it runs once per email, and because both halves must be one commit: a process that dies leaves one
email in doubt at most, never two. What it asks of the client's wishes is what `DeliveryQuerySet.welcome` asks.
"""

import json
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from practice.mailing.models import Delivery
from practice.mailing.outcome import Outcome

LAST_AND_NEXT = """
UPDATE mailing_delivery SET
    state = CASE WHEN id = %(next)s THEN 'submitting' ELSE 'accepted' END,
    reason = CASE WHEN id = %(next)s THEN reason ELSE '' END,
    submitted_at = CASE WHEN id = %(next)s THEN %(now)s ELSE submitted_at END,
    edition_id = CASE WHEN id = %(next)s THEN %(edition)s ELSE edition_id END,
    to_address = CASE WHEN id = %(next)s THEN %(address)s ELSE to_address END,
    "values" = CASE WHEN id = %(next)s THEN %(values)s ELSE "values" END,
    accepted_at = CASE WHEN id = %(next)s THEN accepted_at ELSE %(now)s END,
    provider_id = CASE WHEN id = %(next)s THEN provider_id ELSE %(provider_id)s END,
    phase = CASE WHEN id = %(next)s THEN phase ELSE %(phase)s END,
    code = CASE WHEN id = %(next)s THEN code ELSE %(code)s END,
    answer = CASE WHEN id = %(next)s THEN answer ELSE %(answer)s END
WHERE id IN (%(last)s, %(next)s) AND CASE WHEN id = %(next)s
    THEN lease = %(lease)s AND state = 'claimed' AND (
        SELECT a.state IN ('active', 'finished')
            AND EXISTS (SELECT 1 FROM people_consent WHERE client_id = c.id AND withdrawn_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM mailing_suppression WHERE address = LOWER(c.email))
        FROM assignments_assignment a JOIN people_client c ON c.id = a.client_id WHERE a.id = assignment_id)
    ELSE lease = %(last_lease)s AND state IN ('submitting', 'uncertain') END
RETURNING id
"""
PREPARED = {"postgresql": {"prepare": True}}


def submit(
    delivery: Delivery, now: datetime, last: Delivery | None = None, accepted: Outcome | None = None
) -> bool:
    """Note that an email leaves (`now`, UTC), just before the point of no return; and with it that the `last` one was
    accepted, with the server's words.

    False when it may not leave: the lease is lost, or the client no longer wants it.
    """
    told = accepted or Outcome("accepted", "dot")
    values = {
        "next": delivery.pk,
        "lease": delivery.lease,
        "now": connection.ops.adapt_datetimefield_value(now),
        "edition": delivery.edition_id,
        "address": delivery.to_address,
        "values": json.dumps(delivery.values),
        "last": last.pk if last else None,
        "last_lease": last.lease if last else "",
        "provider_id": told.provider_id,
        **told.in_words(),
    }
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(LAST_AND_NEXT, values, **PREPARED.get(connection.vendor, {}))
        return delivery.pk in {pk for (pk,) in cursor.fetchall()}


def _cursor() -> Any:
    """On PostgreSQL not Django's, which has every statement planned anew: that costs more than running this one."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
