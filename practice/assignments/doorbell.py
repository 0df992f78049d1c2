"""Rings for the worker, so that what was made due leaves within seconds. The next tick would find it anyway."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that a page may wait for the broker


def ring_after_commit() -> None:
    """Ask for a tick once the transaction is in. Never fails the page."""
    transaction.on_commit(partial(ring), robust=True)


def ring() -> None:
    """Ask for a tick now. When the broker is away, the log says so and nothing else happens."""
    impatient = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE, "max_retries": 0}
    try:
        with current_app.connection_for_write(transport_options=impatient) as broker:
            current_app.send_task("practice.mailing.tasks.tick", connection=broker, retry=False, expires=55)
    except Exception as away:  # each transport has errors of its own
        log.warning("The broker did not answer; the next tick sends what is due. %s", type(away).__name__)
