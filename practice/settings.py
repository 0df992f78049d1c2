"""All settings, each from the environment. `.env.example` lists them; NAME_FILE reads NAME from a file."""

import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

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

# --- Where things are ---------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=True)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))
DATA_DIR.mkdir(parents=True, exist_ok=True)
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://localhost:8000").rstrip("/")

# --- Secrets ------------------------------------------------------------------------------------

UNSAFE_SECRET_KEY = "only-for-trying-out-and-never-for-a-practice"  # noqa: S105
UNSAFE_ENCRYPTION_KEY = "b25seS1mb3ItdHJ5aW5nLW91dC1uZXZlci1mb3ItcmU="
SECRET_KEY = env.str("SECRET_KEY", default=UNSAFE_SECRET_KEY)
# The first key encrypts; all of them decrypt. See `manage.py rotate_encryption_keys`.
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[UNSAFE_ENCRYPTION_KEY])

# --- Django -------------------------------------------------------------------------------------

ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS",
    default=[urlsplit(PUBLIC_BASE_URL).hostname or "localhost", "localhost", "127.0.0.1"],
)
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
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=False)

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
SENDERS = env.int("SENDERS", default=2)
CONNECTIONS = env.int("CONNECTIONS", default=8)
# How long an email that a process had claimed when it died waits for another one to take it up.
LEASE_SECONDS = env.int("LEASE_SECONDS", default=300)

# For how many minutes an assignment or "send now" can be taken back, before anything of it leaves.
HOLD_MINUTES = env.float("HOLD_MINUTES", default=10)

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
EMAIL_IS_CAPTURED = EMAIL_BACKEND.rsplit(".", 2)[-2] in {"filebased", "locmem", "console", "dummy"}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="letters@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Anymail's settings for a provider, as JSON: {"POSTMARK_SERVER_TOKEN": "..."}
ANYMAIL = env.json("ANYMAIL", default={})
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

ARTICLE_URL_IMPORT = env.bool("ARTICLE_URL_IMPORT", default=False)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A long article on the review screen has a few fields for every prompt.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_TEMP_DIR = tempfile.gettempdir()

# --- Security -----------------------------------------------------------------------------------

SECURE = PUBLIC_BASE_URL.startswith("https://")
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
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
IDLE_MINUTES = env.int("IDLE_MINUTES", default=60)
# That somebody is there is noted once a minute: with less than this even who is busy would be signed out.
FEWEST_IDLE_MINUTES = 2
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
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {name: {"level": "WARNING"} for name in TALKATIVE} | {"axes": {"level": "ERROR"}},
}

# --- The look of the desk: see practice/desk/look.py ---------------------------------------------

from practice.desk.look import UNFOLD  # noqa: E402, F401


def is_encryption_key(key: str) -> bool:
    """Whether this is 32 bytes in URL-safe base64, as Fernet asks for."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def unsafe_settings() -> list[str]:
    """What would be unsafe to run a practice with, each as a sentence that says what to set."""
    found = []
    if len(SECRET_KEY) < 32 or SECRET_KEY == UNSAFE_SECRET_KEY:
        found.append("SECRET_KEY must be set to 32 random characters or more.")
    if UNSAFE_ENCRYPTION_KEY in FIELD_ENCRYPTION_KEYS:
        found.append("FIELD_ENCRYPTION_KEYS must be set to a key of your own.")
    if not all(is_encryption_key(key) for key in FIELD_ENCRYPTION_KEYS):
        found.append("FIELD_ENCRYPTION_KEYS must hold Fernet keys, with commas between them.")
    if not SECURE:
        found.append("PUBLIC_BASE_URL must begin with https:// because links in emails are private.")
    if "*" in ALLOWED_HOSTS:
        found.append("ALLOWED_HOSTS must name your hosts and not be *.")
    if EMAIL_IS_CAPTURED:
        found.append("EMAIL_URL (or EMAIL_BACKEND) must be set, or no email would reach anyone.")
    if DEFAULT_FROM_EMAIL.endswith("@localhost"):
        found.append("DEFAULT_FROM_EMAIL must be an address of your practice.")
    if IDLE_MINUTES < FEWEST_IDLE_MINUTES:
        found.append(f"IDLE_MINUTES must be {FEWEST_IDLE_MINUTES} or more, or nobody could stay signed in.")
    return found


if not DEBUG and (problems := unsafe_settings()):
    raise ImproperlyConfigured(
        "Interlude does not start with unsafe settings (DEBUG is off):\n- " + "\n- ".join(problems)
    )
