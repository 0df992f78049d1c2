"""WSGI entry point, for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

application = get_wsgi_application()
# What is loaded by now stays. Looking for garbage in it takes as long as half a page, every few pages.
gc.freeze()
# A page makes tens of thousands of objects, which go with it: looking through every 700 of them costs it 4 % more.
gc.set_threshold(20_000)
