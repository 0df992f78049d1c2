"""All settings, each from the environment. `.env.example` lists them; NAME_FILE reads NAME from a file."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from practice.safety import UNSAFE_ENCRYPTION_KEY, UNSAFE_SECRET_KEY, unsafe_settings

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(FileAwareMapping):
    """The environment, and NAME_FILE for NAME. A file's last line break is no part of the secret in it."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\n")


env = environ.FileAwareEnv()
env.ENVIRON = Environment()
dotenv = Path(env.str("DOTENV", default=str(BASE_DIR / ".env")))
if dotenv.exists():
    env.read_env(dotenv)


def switch(name: str, default: bool) -> bool:
    """On or off. Any other word is refused, of which the library would make "off"."""
    word = env.str(name, default="").lower() or ("on" if default else "off")
    if word not in {"on", "true", "yes", "1", "off", "false", "no", "0"}:
        raise ImproperlyConfigured(f"{name} must be on or off.")
    return word in {"on", "true", "yes", "1"}


def number(name: str, default: float) -> Any:
    """A number of the kind of its default. Raises ImproperlyConfigured."""
    try:
        return type(default)(env.str(name, default="") or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number.") from None


# --- Where things are ---------------------------------------------------------------------------

DEBUG = switch("DEBUG", True)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))
DATA_DIR.mkdir(
    mode=0o700, parents=True, exist_ok=True
)  # SQLite, logs and captured mail are nobody else's to read
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://localhost:8000").rstrip("/")

# --- Secrets ------------------------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_SECRET_KEY)
# Keys of before: links in emails that are out, and return addresses, go on working.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# The first key encrypts; all of them decrypt. See `manage.py rotate_encryption_keys`.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[UNSAFE_ENCRYPTION_KEY])

# --- Django -------------------------------------------------------------------------------------

_host = urlsplit(PUBLIC_BASE_URL).hostname or "localhost"
# This machine asks as well, whether we are well.
ALLOWED_HOSTS: list[str] = [*(env.list("ALLOWED_HOSTS", default=[]) or [_host]), "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL] if PUBLIC_BASE_URL.startswith("https://") else []
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Practitioner"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # with `DeskSite` as the admin site, not one of its own
    "practice.desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_prose_editor",
    "anymail",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "practice.people",
    "resources",
    "practice.assignments",
    "practice.mailing",
    "practice.replies",
    "practice.desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "practice.desk.headers.StrictHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "practice.desk.headers.AtTheDesk",
    "practice.desk.session_ends.SessionEnds",
    "practice.desk.second_factor_first.SecondFactorFirst",
    "axes.middleware.AxesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

PASSWORD_RESET_TIMEOUT = 3600  # how long the link in an email gives a new password

# --- Signing in: a second factor ----------------------------------------------------------------

# On: whoever has none is led to set it up right after signing in, and can do nothing else before.
SECOND_FACTOR_REQUIRED = switch("SECOND_FACTOR_REQUIRED", False)

# --- Signing in: a wait after failed tries, see practice/desk/waiting.py -------------------------

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# An account is closed to one address on the network and not to all: nobody can keep a colleague out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "practice.desk.waiting.please_wait"
AXES_CLIENT_IP_CALLABLE = "practice.people.network.network_address"
AXES_USERNAME_CALLABLE = "practice.desk.waiting.account"
AXES_USERNAME_FORM_FIELD = "username"
# Nothing is kept but the count of tries.
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Database -----------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'interlude.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A writer that begins by reading cannot be upgraded while another writes: "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # FULL, so that a "submitting" row survives a power cut as well. What is deleted is overwritten.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# --- The outbox ---------------------------------------------------------------------------------

# How many senders a tick calls, and how many connections to the mail server or provider each of them may open.
SENDERS = number("SENDERS", 2)
CONNECTIONS = number("CONNECTIONS", 8)
# How long an email that a process had claimed when it died waits for another one to take it up.
LEASE_SECONDS = number("LEASE_SECONDS", 300)

# For how many minutes an assignment or "send now" can be taken back, before anything of it leaves.
HOLD_MINUTES = number("HOLD_MINUTES", 10.0)

# --- Celery: a doorbell, never a store ----------------------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "redis://localhost:6379/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Without these a worker waits for ever on a connection whose other end is gone without a word.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "health_check_interval": 10}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Longer than a shift and the slowest email at its end, shorter than the lease: see practice/mailing/patience.py.
CELERY_TASK_TIME_LIMIT = LEASE_SECONDS * 4 // 5
CELERY_TASK_SOFT_TIME_LIMIT = LEASE_SECONDS * 7 // 10
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Expires before the next one: after an outage the queue holds one tick, not a thousand.
    "tick": {"task": "practice.mailing.tasks.tick", "schedule": 60.0, "options": {"expires": 55}},
    "alerts": {"task": "practice.replies.tasks.alert", "schedule": 60.0, "options": {"expires": 55}},
    # At a quiet hour. A day that is missed is made up for by the next.
    "purge": {
        "task": "practice.desk.tasks.purge_expired",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 3600},
    },
}

# --- Mail ---------------------------------------------------------------------------------------

# Nothing set: mail is captured in files and shown in the admin, and never leaves the machine.
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND", default=vars().get("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
)
EMAIL_TIMEOUT = 30
EMAIL_IS_CAPTURED = not {"filebased", "locmem", "console", "dummy"}.isdisjoint(EMAIL_BACKEND.split("."))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="letters@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Anymail's settings for a provider, as JSON: {"POSTMARK_SERVER_TOKEN": "..."}
try:
    ANYMAIL = env.json("ANYMAIL", default={})
except ValueError:
    raise ImproperlyConfigured('ANYMAIL must be JSON, such as {"POSTMARK_SERVER_TOKEN": "..."}.') from None
# Bounce mails, where mail leaves by SMTP: the address they come to, and its mailbox, read every five minutes.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
if BOUNCE_MAILBOX:
    CELERY_BEAT_SCHEDULE["read bounces"] = {
        "task": "practice.mailing.tasks.read_bounces",
        "schedule": 300.0,
        "options": {"expires": 240},
    }
# What clients write back: the address it comes to, and, where no provider posts it, its mailbox.
INBOUND_ADDRESS = env.str("INBOUND_ADDRESS", default="")
INBOUND_MAILBOX = env.str("INBOUND_MAILBOX", default="")
if INBOUND_MAILBOX:
    CELERY_BEAT_SCHEDULE["read what clients wrote"] = {
        "task": "practice.replies.tasks.read_mails",
        "schedule": 120.0,
        "options": {"expires": 110},
    }

# --- Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español")]
# One catalogue for each language, of all that a client sees: pages and emails.
LOCALE_PATHS = [BASE_DIR / "practice" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Limits and features ------------------------------------------------------------------------

ARTICLE_URL_IMPORT = switch("ARTICLE_URL_IMPORT", False)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A long article on the review screen has a few fields for every prompt.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Security -----------------------------------------------------------------------------------

SECURE = PUBLIC_BASE_URL.startswith("https://")
BEHIND_PROXY = switch("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = False  # the proxy does it; redirecting here as well would break its health check
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "practice.desk.sessions"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # a long working day, or until the browser closes
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# A desk left alone for so long is closed.
IDLE_MINUTES = number("IDLE_MINUTES", 60)
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "SAMEORIGIN"
# `check --deploy` would have all subdomains on HTTPS (they are not ours to speak for), the redirect done here, and no
# frames at all (the desk shows emails in one).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W019", "security.W021"]

# What others log of the requests that carry emails out has addresses in it, or all they say; what makes PDFs tells the
# letters that a page is written with.
TALKATIVE = ("boto3", "botocore", "fontTools", "requests", "urllib3", "weasyprint")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"private_links": {"()": "practice.replies.quiet_logs.HidePrivateLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["private_links"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO").upper()},
    "loggers": {name: {"level": "WARNING"} for name in TALKATIVE}
    # Of whoever asks for another host, scanners above all, there is nothing to tell but a page of traceback.
    | {"axes": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
}

# --- The look of the desk: see practice/desk/look.py ---------------------------------------------

from practice.desk.look import UNFOLD  # noqa: E402, F401

if not DEBUG and (problems := unsafe_settings(globals())):
    raise ImproperlyConfigured(
        "Interlude does not start with unsafe settings (DEBUG is off):\n- " + "\n- ".join(problems)
    )
