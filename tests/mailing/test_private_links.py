"""A private link is rebuilt by a retry, is not revealed by the database, expires, and always stops what it must."""

from datetime import timedelta

import pytest

from practice.mailing import links
from practice.mailing.models import Delivery
from tests.mailing.sending import SLOT


def test_a_token_has_256_bits_and_is_rebuilt_from_the_row(planned):
    assert len(planned.token) == 43
    assert planned.token == Delivery.objects.get().token


def test_the_database_alone_does_not_reveal_the_token(planned, settings):
    columns = {str(value) for value in Delivery.objects.values_list().get()}
    assert not any(planned.token in column for column in columns)
    token = planned.token
    settings.SECRET_KEY = "another key of the same length as before"
    assert links.token_of(planned.nonce) != token


def test_a_link_outlives_a_new_secret_key(planned, settings):
    token = planned.token
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of the same length as before"
    assert Delivery.objects.get().token == token


def test_a_link_whose_key_is_gone_is_an_error_and_not_a_wrong_link(planned, settings):
    settings.SECRET_KEY = "another key of the same length as before"
    with pytest.raises(links.LostKey):
        _ = planned.token


def test_a_link_opens_for_half_a_year(planned):
    last_day = SLOT + timedelta(days=179)
    assert Delivery.objects.by_token(planned.token, last_day) == planned
    assert Delivery.objects.by_token(planned.token, last_day + timedelta(days=2)) is None


def test_a_link_that_stops_the_emails_never_grows_old(planned):
    planned.link_expires_at = SLOT - timedelta(days=1)
    planned.save()
    assert Delivery.objects.by_token(planned.token, SLOT) is None
    assert Delivery.objects.by_token_even_expired(planned.token) == planned


def test_a_revoked_link_finds_nothing(planned):
    planned.link_revoked_at = SLOT
    planned.save()
    assert Delivery.objects.by_token(planned.token, SLOT) is None
    assert Delivery.objects.by_token_even_expired(planned.token) is None


@pytest.mark.parametrize("garbled", ["", "x", "é" * 43, "\udcff", "A" * 10_000, "../../etc"])
def test_a_garbled_link_finds_nothing(planned, garbled):
    assert Delivery.objects.by_token(garbled, SLOT) is None
    assert Delivery.objects.by_token_even_expired(garbled) is None
