"""Logs hold ids, never the secret of a private link."""

import logging

import pytest
from django.conf import settings

from practice.replies.quiet_logs import HidePrivateLinks


def test_every_handler_of_the_settings_hides_private_links():
    for handler in settings.LOGGING["handlers"].values():
        assert "private_links" in handler["filters"]


@pytest.mark.parametrize("page", ["", "draft/", "stop/"])
def test_a_request_that_goes_wrong_is_logged_without_its_token(phone, delivery, link, caplog, page):
    caplog.handler.addFilter(hide := HidePrivateLinks())
    phone.put(link + page)
    phone.post(link, {})  # nothing written: 422
    caplog.handler.removeFilter(hide)
    assert "/n/…" in caplog.text
    assert delivery.token not in caplog.text


def test_other_messages_are_left_alone():
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s of %s: /nothing/", ("1", "2"), None)
    assert HidePrivateLinks().filter(record)
    assert record.getMessage() == "1 of 2: /nothing/"


@pytest.mark.parametrize("before", ["", " ", '"', "'", "/", "?", "x y/", "\n", " 200 "])
@pytest.mark.parametrize(
    "line", ["Not Found: /n/{}/", "Not Found: /c/{}/words.html", '"GET /n/{}/ HTTP/1.1" 404 -']
)
def test_a_link_that_was_copied_badly_is_hidden_whole(line, before):
    record = logging.LogRecord("x", logging.INFO, "", 1, line.format(f"{before}the-secret"), None, None)
    HidePrivateLinks().filter(record)
    assert "secret" not in record.getMessage()


def test_of_a_web_servers_line_the_status_and_the_size_are_left():
    line = '"GET /n/the-secret/draft/?x=1 HTTP/1.1" 404 1234'
    record = logging.LogRecord("x", logging.INFO, "", 1, line, None, None)
    HidePrivateLinks().filter(record)
    assert record.getMessage() == '"GET /n/… HTTP/1.1" 404 1234'
