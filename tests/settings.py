"""The product's settings, read from an environment of the suite's own: no .env and no data folder of the checkout.

DATABASE_URL is the one thing a run may choose; without it the suite uses SQLite in a temporary folder.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "INTERLUDE_TESTS" not in os.environ:  # processes that a test starts inherit all of this
    folder = tempfile.mkdtemp(prefix="interlude-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ |= {
        "INTERLUDE_TESTS": "1",
        "DATA_DIR": folder,
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/interlude.sqlite3"),
        "DOTENV": os.devnull,
        "DEBUG": "on",
        "SECRET_KEY": "a-key-that-only-the-tests-know-0123456789",
        "FIELD_ENCRYPTION_KEYS": "dGhlIHRlc3RzIGhhdmUgYSBrZXkgb2YgdGhlaXIgb3c=",
        "PUBLIC_BASE_URL": "http://localhost:8000",
        "REDIS_URL": "",
        "EMAIL_URL": "",
        "LOG_LEVEL": "WARNING",
    }

from practice.settings import *
from practice.settings import DATA_DIR, DATABASES, REDIS_URL

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file and not memory: workers and other processes of a test must see the same database.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"

# Never the broker that may happen to run on this machine.
if not REDIS_URL:
    CELERY_BROKER_URL = "memory://"
