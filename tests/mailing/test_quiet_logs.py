"""Logs hold ids only, however much is logged: no address, no name, no private link, nothing of what an email says."""

import logging

import pytest

from practice.mailing.models import Delivery
from tests.mailing.scripted_http import scripted_provider, use_provider
from tests.mailing.scripted_smtp import DROP
from tests.mailing.sending import SLOT, send_due


@pytest.fixture
def provider(settings):
    with scripted_provider() as server:
        use_provider(settings, server.url)
        yield server


@pytest.fixture
def logged(settings, caplog):
    """What is logged with LOG_LEVEL=DEBUG, and DEBUG on."""
    settings.DEBUG = True
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_provider_is_told_of_an_email_and_asked_for_it_and_no_log_has_an_address(planned, provider, logged):
    provider.answer = DROP
    send_due()
    provider.answer = None
    Delivery.objects.update(lease_until=SLOT)
    send_due()
    assert Delivery.objects.get().state == "accepted"
    assert_ids_only(logged.text, planned)


def test_a_provider_is_asked_why_it_writes_to_an_address_no_more_and_no_log_has_it(planned, provider, logged):
    provider.inactive["ada@example.org"] = "HardBounce"
    send_due()
    assert "ada%40example.org" in provider.requests[-1].path
    assert_ids_only(logged.text, planned)


def assert_ids_only(text, row):
    assert f"email {row.pk} " in text
    for secret in ("ada@", "ada%40", "example.org", "Ada", row.token, "/messages/", "/suppressions/"):
        assert secret not in text
