"""The product's own settings, with less patience for a server that stalls and a beat that is quick."""

from practice.settings import *  # noqa: F403
from practice.settings import CELERY_BEAT_SCHEDULE

EMAIL_TIMEOUT = 2
CELERY_BEAT_SCHEDULE["tick"]["schedule"] = 2.0
