"""Send now leaves within seconds, and a broker that is away holds nobody up."""

import socket
import time

import pytest
from celery import current_app

from practice.assignments import doorbell
from tests.assignments.conftest import move_url
from tests.components import wait_until


@pytest.fixture
def at_broker(monkeypatch):
    """Points the desk at a broker."""
    return lambda url: monkeypatch.setattr(current_app.conf, "broker_url", url)


@pytest.mark.django_db(transaction=True)
def test_an_email_sent_now_is_there_before_the_next_tick(
    mayas_desk, running, worker, broker, smtp_sink, at_broker, at_once
):
    worker()
    at_broker(broker)
    mayas_desk.post(move_url(running, "send-now"), {"step": running.next_step().pk})
    wait_until(lambda: smtp_sink.to("ada@example.org"), "the email to arrive", seconds=20)
    assert len(smtp_sink.mails) == 1


def test_a_broker_that_is_gone_is_a_line_in_the_log(at_broker, caplog):
    at_broker("redis://127.0.0.1:9/0")
    doorbell.ring()
    assert "the next tick sends what is due" in caplog.text


def test_a_broker_that_never_answers_costs_a_moment_and_no_more(at_broker, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at_broker(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        began = time.monotonic()
        doorbell.ring()
        assert time.monotonic() - began < 5
    assert "did not answer" in caplog.text
