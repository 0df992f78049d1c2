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
