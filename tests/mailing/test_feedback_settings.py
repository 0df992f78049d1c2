"""A practice does not run deaf, or open to forged news: what would make it so is refused by name before it starts."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.checks import run_checks

from tests.mailing.providers import use_provider

ROOT = Path(__file__).parent.parent.parent


def refused(settings, **changes):
    settings.DEBUG = False
    for name, value in changes.items():
        setattr(settings, name, value)
    return [error for error in run_checks() if (error.id or "").startswith("mailing.")]


@pytest.mark.parametrize(
    "secret", [None, "", [], "hooks:short", "a-long-password-but-no-name", ["hooks:" + "x" * 20, ""]]
)
def test_a_missing_or_weak_webhook_secret_is_refused(settings, secret):
    use_provider(settings, "postmark")
    (error,) = refused(settings, ANYMAIL={"POSTMARK_SERVER_TOKEN": "x", "WEBHOOK_SECRET": secret})
    assert error.id == "mailing.E001"
    assert "Postmark" in error.msg
    assert "/hooks/postmark/tracking/" in error.hint


def test_a_key_that_the_provider_needs_besides_is_asked_for_by_name(settings):
    use_provider(settings, "postal")
    (error,) = refused(settings)
    assert "POSTAL_WEBHOOK_KEY" in error.msg


@pytest.mark.parametrize("provider", ["postmark", "sendgrid", "brevo", "resend", "mailgun"])
@pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")
def test_a_good_secret_is_enough(settings, provider):
    use_provider(settings, provider)
    assert refused(settings) == []


def test_mail_by_smtp_needs_none(settings):
    assert refused(settings, EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", ANYMAIL={}) == []


def test_trying_out_needs_none(settings):
    use_provider(settings, "postmark")
    settings.DEBUG, settings.ANYMAIL = True, {}
    assert [error for error in run_checks() if (error.id or "").startswith("mailing.")] == []


@pytest.mark.parametrize(
    "address", ["bounces", "b+c@example.com", f"{'b' * 31}@example.com", "Bounces <b@example.com>"]
)
def test_a_bounce_address_with_no_room_for_an_id_is_refused(settings, address):
    (error,) = refused(settings, BOUNCE_ADDRESS=address)
    assert "BOUNCE_ADDRESS" in error.msg


@pytest.mark.parametrize("name", ["BOUNCE_MAILBOX", "INBOUND_MAILBOX"])
@pytest.mark.parametrize("url", ["foo", "imap.example.com", "imap+ssl:///INBOX", "https://mail.example.com"])
def test_what_is_no_mailbox_is_refused(settings, name, url):
    settings.INBOUND_ADDRESS = "reply@in.example.com"
    (error,) = refused(settings, **{name: url})
    assert name in error.msg


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.skipif(find_spec("boto3") is not None, reason="boto3 is installed here")
def test_amazon_ses_without_its_package_is_refused_and_the_way_to_it_named(settings, debug):
    use_provider(settings, "amazon_ses")
    settings.DEBUG = debug
    (error,) = [error for error in run_checks() if (error.id or "").startswith("mailing.")]
    assert "boto3" in error.msg
    assert "add boto3 to requirements.in" in error.hint


def test_a_way_out_that_does_not_exist_is_refused_by_name(settings):
    (error,) = refused(settings, EMAIL_BACKEND="anymail.backends.postmrak.EmailBackend")
    assert "anymail.backends.postmrak" in error.msg


def test_the_first_migration_of_a_practice_says_it(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATA_DIR": str(tmp_path),
            "DOTENV": os.devnull,
            "DEBUG": "off",
            "SECRET_KEY": "a-long-and-random-secret-key-0123456789",
            "FIELD_ENCRYPTION_KEYS": "dGhlIHRlc3RzIGhhdmUgYSBrZXkgb2YgdGhlaXIgb3c=",
            "PUBLIC_BASE_URL": "https://letters.example.org",
            "DEFAULT_FROM_EMAIL": "letters@example.org",
            "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend",
            "ANYMAIL": '{"POSTMARK_SERVER_TOKEN": "token"}',
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert "lacks a WEBHOOK_SECRET" in done.stderr
