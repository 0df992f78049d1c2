"""The Celery app. Celery is only a doorbell here: the database is the queue, so a task carries nothing worth losing."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

app = Celery("interlude")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Celery's Django fixup closes the database connection around every task, whatever CONN_MAX_AGE says; this keeps it
# from doing so for good, and Django's own rule takes its place: a connection is kept, until it is old or broken.
app.conf.CELERY_DB_REUSE_MAX = 1_000_000_000


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(**task: Any) -> None:
    """What Django does around every request."""
    close_old_connections()
