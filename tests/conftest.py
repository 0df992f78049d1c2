"""The real components and the cast, for every test."""

import pytest
from django.db import connection

pytest_plugins = ["tests.components", "tests.cast", "tests.installation", "tests.another_language"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The database of the tests. What Django asks SQLite once in each process is asked, so that no test counts it."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field
