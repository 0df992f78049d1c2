"""Days and lists as people say them, in the language of whoever reads."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def day_in_words(day: date) -> str:
    """A day, or that of a moment on the clock that it carries: "8 March 2026"."""
    return written(day, _("j F Y"))


def moment_in_words(moment: datetime) -> str:
    """A moment on the clock that it carries: "8 March 2026, 18:30"."""
    return _("%(day)s, %(hour)s") % {"day": day_in_words(moment), "hour": f"{moment:%H:%M}"}


def written(day: date, pattern: str) -> str:
    """A day, or that of a moment on the clock that it carries, as a pattern of Django's has it."""
    return _written(day.date() if isinstance(day, datetime) else day, pattern, get_language())


@lru_cache(800)  # the same few days stand in every row of a list, and Django takes its time over each
def _written(day: date, pattern: str, language: str | None) -> str:
    return date_format(day, pattern)


def listed(words: Iterable[str]) -> str:
    """Words as people list them: "Ada, Bo and Kei". There must be one at least."""
    *most, last = words
    # Translators: a list such as "Ada, Bo and Kei", of which "Ada, Bo" are most.
    return _("%(most)s and %(last)s") % {"most": _(", ").join(most), "last": last} if most else last
