"""Two windows that change the steps of one module at the same moment: one waits for the other, and both are done."""

from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from resources.models import Module
from tests.components import wait_until
from tests.meanwhile import meanwhile
from tests.resources.test_modules_at_the_desk import fields_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows"),
]
#: What every statement that locks rows has in it, and none that changes them.
LOCK = " UPDATE"


@pytest.fixture
def desk(maya):
    desk = Browser()
    desk.force_login(maya)
    return desk


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@contextmanager
def another_window_moves(step):
    """It has begun to move this step to the top, and goes on once this window waits for it."""
    has_begun, failed = Event(), []

    def go_on_later():
        has_begun.set()
        wait_until(somebody_waits, "this window to wait for the other one")

    def move():
        try:
            with meanwhile(LOCK, go_on_later):
                step.module.place(step, 0)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    other = Thread(target=move)
    other.start()
    assert has_begun.wait(10)
    yield
    other.join()
    assert not failed


def test_a_step_is_saved_at_another_place_while_another_window_moves_one(desk, module):
    first, _, last = module.order()
    page = reverse("admin:resources_step_change", args=(first.pk,))
    fields = fields_of(desk.get(page)) | {"title": "Renamed", "place": "2"}
    with another_window_moves(last):
        assert desk.post(page, fields).status_code == 302
    assert [step.title for step in module.order()] == ["Step 3", "Renamed", "Step 2"]


def test_a_module_is_deleted_while_another_window_moves_a_step(desk, module):
    page = reverse("admin:resources_module_delete", args=(module.pk,))
    with another_window_moves(module.order()[-1]):
        assert desk.post(page, {"post": "yes"}).status_code == 302
    assert not Module.objects.exists()
