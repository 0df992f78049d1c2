"""The look of the desk: our palette as the admin skin's settings, and what the side menu offers.

The same colours are in `static/desk/desk.css`, in the emails and on the client's pages. Nothing here may import a room:
the settings read this file.
"""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# --- Colours ------------------------------------------------------------------------------------

PAPER, INK, TEAL, CLAY = "#FBF8F3", "#2B2A28", "#2F5D62", "#B4654A"
DARK_PAPER, DARK_INK, DARK_TEAL, DARK_CLAY = "#1D1C1A", "#EAE4D9", "#8CBDC1", "#E2A488"
SOFT_INK, DARK_SOFT_INK = "#5F5A52", "#B3ABA0"

#: The skin's scales: 50 is the lightest. It takes 900 for a dark page, 600 for buttons, 500 for links in the dark.
BASE = {
    "50": PAPER,
    "100": "#F4EFE6",
    "200": "#E6DFD2",
    "300": "#D3CABA",
    "400": "#8B8478",
    "500": "#6B655B",
    "600": "#4A4640",
    "700": "#3D3A35",
    "800": "#33302C",
    "900": DARK_PAPER,
    "950": "#141312",
}
PRIMARY = {
    "50": "#EFF5F5",
    "100": "#DCE9E9",
    "200": "#BCD5D6",
    "300": "#9BC3C5",
    "400": "#8CBDC1",
    "500": DARK_TEAL,
    "600": TEAL,
    "700": "#274E52",
    "800": "#1F3F42",
    "900": "#193336",
    "950": "#112325",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Interlude",
    "SITE_HEADER": "Interlude",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda request: static("desk/desk.css")],
    "COLORS": {
        "base": BASE,
        "primary": PRIMARY,
        "font": {
            "subtle-light": SOFT_INK,
            "subtle-dark": DARK_SOFT_INK,
            "default-light": INK,
            "default-dark": DARK_INK,
            "important-light": INK,
            "important-dark": DARK_INK,
        },
    },
}

# --- The side menu ------------------------------------------------------------------------------


class Place(NamedTuple):
    """One entry of the side menu."""

    title: str
    url: str
    is_here: bool = False


#: In a practitioner's words, in the order of their day.
PLACES = (
    (_("Today"), "admin:index"),
    (_("Reflections"), "admin:replies_reply_changelist"),
    (_("Clients"), "admin:people_client_changelist"),
    (_("Assignments"), "admin:assignments_assignment_changelist"),
    (_("Emails"), "admin:mailing_delivery_changelist"),
    (_("Modules"), "admin:resources_module_changelist"),
    (_("Articles"), "admin:resources_article_changelist"),
    (_("Question library"), "admin:resources_libraryprompt_changelist"),
    (_("Help"), "admin:help"),
)
#: For whoever runs the installation.
INSTALLATION = (
    (_("The practice this week"), "admin:overview"),
    (_("Practice"), "admin:people_practice_changelist"),
    (_("Worrying words"), "admin:replies_concernwords_changelist"),
    (_("Practitioners"), "admin:people_practitioner_changelist"),
    (_("Audit trail"), "admin:people_auditentry_changelist"),
    (_("News without an email"), "admin:mailing_providerevent_changelist"),
)


def places(request: HttpRequest) -> list[Place]:
    """The practitioner's entries of the side menu, with the one they are at."""
    return _marked(PLACES, request.path)


def installation(request: HttpRequest) -> list[Place]:
    """The entries for whoever runs the installation: none for everybody else."""
    return _marked(INSTALLATION, request.path) if getattr(request.user, "is_superuser", False) else []


def _marked(entries: tuple[tuple[Promise, str], ...], here: str) -> list[Place]:
    home = reverse("admin:index")
    urls = [(str(title), reverse(name)) for title, name in entries]
    return [Place(title, url, here == url if url == home else here.startswith(url)) for title, url in urls]
