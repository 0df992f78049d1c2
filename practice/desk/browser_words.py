"""A browser in words, from what it says about itself."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

#: What to look for and what to call it. The first that is found counts, because most claim to be others as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", gettext_noop("an iPhone")),
    ("iPad", gettext_noop("an iPad")),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", gettext_noop("a Mac")),
    ("CrOS", gettext_noop("a Chromebook")),
    ("Linux", "Linux"),
)


def browser_of(agent: str) -> list[str]:
    """What is kept of a browser: its name and that of its system, in English; each empty when it is not known."""
    return [next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]


def in_words(browser: str = "", system: str = "") -> str:
    """Such as "Firefox on Windows"; "A browser" when nothing is known of it."""
    browser = browser or _("A browser")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": _(system)} if system else browser
