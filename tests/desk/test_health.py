"""The address that health checks ask."""

import pytest
from django.db import OperationalError, connection


@pytest.mark.django_db
def test_it_says_ok_while_the_database_answers(client):
    response = client.get("/health/")
    assert response.status_code == 200
    assert response.content == b"ok\n"


@pytest.mark.django_db
def test_it_fails_when_the_database_does_not(client):
    def refuse(*anything):
        raise OperationalError("the database is away")

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        client.get("/health/")


@pytest.mark.django_db
def test_it_needs_no_sign_in_and_says_nothing_about_anyone(client):
    assert "Set-Cookie" not in client.get("/health/").headers
