"""The Celery app. Celery is only a doorbell here: the database is the queue, so a task carries nothing worth losing."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections
from kombu.transport import redis as transport
from redis import ConnectionError as BrokerLost

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

app = Celery("interlude")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery's Django fixup closes the database connection around every task, whatever CONN_MAX_AGE says; this keeps it
# from doing so for good, and Django's own rule takes its place: a connection is kept, until it is old or broken.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000_000


class Channel(transport.Channel):
    """A channel that says so when its broker is gone.

    Kombu's own stumbles over the missing connection when a task ends after the broker did, and the worker dies of it.
    """

    @property
    def pool(self) -> Any:
        """The connections to the broker. Raises BrokerLost."""
        if self.connection is None or self.connection.client is None:
            raise BrokerLost("The connection to the broker is lost.")
        return super().pool


transport.Transport.Channel = Channel


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(**task: Any) -> None:
    """What Django does around every request."""
    close_old_connections()
