"""Celery is a doorbell: tasks carry no data, and none of them is worth keeping."""

import pytest
from django.conf import settings

from practice.celery import app
from practice.mailing import outbox, tasks
from practice.mailing.patience import LEASE

NAMES = [f"practice.mailing.tasks.{name}" for name in ("tick", "deliver", "read_bounces")]


@pytest.fixture(params=NAMES)
def task(request):
    return app.tasks[request.param]


def test_a_task_takes_no_argument(task):
    assert task.run.__code__.co_argcount == 0


def test_a_task_expires_leaves_no_result_and_survives_its_worker(task):
    assert task.expires
    assert task.ignore_result
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert app.conf.result_backend is None


def test_the_beat_ticks_once_a_minute_and_an_old_tick_is_forgotten():
    entry = settings.CELERY_BEAT_SCHEDULE["tick"]
    assert entry["task"] == tasks.tick.name
    assert entry["schedule"] == 60
    assert entry["options"]["expires"] < 60


def test_the_limits_fit_into_each_other():
    longest_email = 5 * settings.EMAIL_TIMEOUT  # connect, MAIL, RCPT, DATA, the dot
    shift = outbox.SHIFT.total_seconds()
    assert shift + longest_email <= settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < LEASE.total_seconds()
