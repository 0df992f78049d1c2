"""Days and lists as people say them, in the language of whoever reads."""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def day_in_words(day: date) -> str:
    """A day, or that of a moment on the clock that it carries: "8 March 2026"."""
    return date_format(day, _("j F Y"))


def listed(words: Iterable[str]) -> str:
    """Words as people list them: "Ada, Bo and Kei". There must be one at least."""
    *most, last = words
    # Translators: a list such as "Ada, Bo and Kei", of which "Ada, Bo" are most.
    return _("%(most)s and %(last)s") % {"most": _(", ").join(most), "last": last} if most else last
