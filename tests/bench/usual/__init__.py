"""The usual way, to measure against: one Celery task per mail, Django's mail API, everything else at its defaults.

celery -A tests.bench.usual worker --concurrency=2
"""

from tests.bench.usual.celery import app

__all__ = ("app",)
