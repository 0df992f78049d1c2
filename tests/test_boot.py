"""With DEBUG off, Interlude starts only with settings that are safe for a practice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from practice.mailing.tasks import read_bounces

ROOT = Path(__file__).parent.parent
SAFE = {
    "DEBUG": "off",
    "SECRET_KEY": "a-long-and-random-secret-key-0123456789",
    "FIELD_ENCRYPTION_KEYS": "dGhlIHRlc3RzIGhhdmUgYSBrZXkgb2YgdGhlaXIgb3c=",
    "PUBLIC_BASE_URL": "https://letters.example.org",
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "letters@example.org",
}


def boot(tmp_path, show="'started'", **environment):
    """Start Django in a process of its own with only this environment, and print `show`."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"import django; from django.conf import settings; django.setup(); print(repr({show}))",
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "practice.settings",
            "DATA_DIR": str(tmp_path),
            "DOTENV": str(tmp_path / "none"),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_safe_settings_start(tmp_path):
    done = boot(tmp_path, **SAFE)
    assert done.stdout.strip() == "'started'", done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("FIELD_ENCRYPTION_KEYS", None),
        ("FIELD_ENCRYPTION_KEYS", "not-a-key"),
        ("FIELD_ENCRYPTION_KEYS", ""),
        ("FIELD_ENCRYPTION_KEYS", ","),
        ("PUBLIC_BASE_URL", None),
        ("PUBLIC_BASE_URL", "http://letters.example.org"),
        ("ALLOWED_HOSTS", "*"),
        ("EMAIL_URL", None),
        ("DEFAULT_FROM_EMAIL", None),
        ("DEFAULT_FROM_EMAIL", "Letters <letters@localhost>"),
        ("DEFAULT_FROM_EMAIL", "nonsense"),
        ("SENDERS", "0"),
        ("SENDERS", "two"),
        ("CONNECTIONS", "-1"),
        ("LEASE_SECONDS", "5"),
        ("HOLD_MINUTES", "-10"),
        ("SECOND_FACTOR_REQUIRED", "yess"),
        ("DEBUG", "maybe"),
        ("ANYMAIL", "xx"),
        ("IDLE_MINUTES", "0"),
        ("IDLE_MINUTES", "1"),
    ],
)
def test_each_unsafe_setting_is_refused_by_name(tmp_path, name, value):
    environment = {**SAFE, name: value}
    done = boot(tmp_path, **{key: text for key, text in environment.items() if text is not None})
    assert done.returncode != 0
    assert name in done.stderr


def test_this_machine_may_ask_whether_all_is_well_whatever_the_hosts_are_called(tmp_path):
    done = boot(tmp_path, show="settings.ALLOWED_HOSTS", ALLOWED_HOSTS="letters.example.org", **SAFE)
    assert done.stdout.strip() == "['letters.example.org', 'localhost', '127.0.0.1']", done.stderr


def test_a_key_of_before_stays_good_for_what_it_signed(tmp_path):
    done = boot(tmp_path, show="settings.SECRET_KEY_FALLBACKS", SECRET_KEY_FALLBACKS="the-old-one", **SAFE)
    assert done.stdout.strip() == "['the-old-one']", done.stderr


def test_a_level_of_the_log_may_be_written_small(tmp_path):
    done = boot(tmp_path, LOG_LEVEL="warning", **SAFE)
    assert done.stdout.strip() == "'started'", done.stderr


def test_a_folder_for_data_is_nobody_elses_to_read(tmp_path):
    boot(tmp_path, **SAFE | {"DATA_DIR": str(tmp_path / "data")})
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_refusal_never_prints_the_secret(tmp_path):
    done = boot(tmp_path, **{**SAFE, "SECRET_KEY": "a-short-secret"})
    assert "a-short-secret" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("name", "value", "show"),
    [
        ("SECRET_KEY", SAFE["SECRET_KEY"], "settings.SECRET_KEY"),
        ("FIELD_ENCRYPTION_KEYS", SAFE["FIELD_ENCRYPTION_KEYS"], "settings.FIELD_ENCRYPTION_KEYS[0]"),
        ("DATABASE_URL", "postgres://u:p@db:5432/interlude", "settings.DATABASES['default']['HOST']"),
        ("REDIS_URL", "redis://broker:6379/0", "settings.CELERY_BROKER_URL"),
        ("EMAIL_URL", "smtp+tls://user:secret@other.example.org:587", "settings.EMAIL_HOST"),
        ("PUBLIC_BASE_URL", "https://other.example.org", "settings.PUBLIC_BASE_URL"),
    ],
)
def test_every_secret_can_come_from_a_file(tmp_path, name, value, show):
    expected = {"DATABASE_URL": "db", "EMAIL_URL": "other.example.org"}.get(name, value)
    (tmp_path / "secret").write_text(f"{value}\n")
    environment = {key: text for key, text in SAFE.items() if key != name}
    done = boot(tmp_path, show=show, **environment, **{f"{name}_FILE": str(tmp_path / "secret")})
    assert done.stdout.strip() == repr(expected), done.stderr


def test_an_anymail_provider_is_chosen_by_settings_alone(tmp_path):
    environment = {key: text for key, text in SAFE.items() if key != "EMAIL_URL"}
    done = boot(
        tmp_path,
        show="settings.ANYMAIL['POSTMARK_SERVER_TOKEN']",
        EMAIL_BACKEND="anymail.backends.postmark.EmailBackend",
        ANYMAIL='{"POSTMARK_SERVER_TOKEN": "token"}',
        **environment,
    )
    assert done.stdout.strip() == "'token'", done.stderr


@pytest.mark.parametrize(
    ("mailbox", "beats"),
    [
        ("", "['alerts', 'purge', 'tick']"),
        ("imap+ssl://u:p@host", "['alerts', 'purge', 'read bounces', 'tick']"),
    ],
)
def test_a_bounce_mailbox_is_on_the_beat_as_soon_as_there_is_one(tmp_path, mailbox, beats):
    done = boot(tmp_path, show="sorted(settings.CELERY_BEAT_SCHEDULE)", BOUNCE_MAILBOX=mailbox)
    assert done.stdout.strip() == beats, done.stderr


def test_reading_bounces_is_a_task_that_exists_and_an_old_one_is_forgotten(tmp_path):
    show = "(lambda beat: (beat['task'], beat['schedule'] > beat['options']['expires']))"
    done = boot(
        tmp_path, show=f"{show}(settings.CELERY_BEAT_SCHEDULE['read bounces'])", BOUNCE_MAILBOX="imap://host"
    )
    assert done.stdout.strip() == repr((read_bounces.name, True)), done.stderr
