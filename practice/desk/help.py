"""The practitioner's guide: one page, in plain words, with pictures."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

#: In the order in which they are read: the name of a part's template and of its place on the page, and its title.
PARTS = (
    ("first-hour", gettext_noop("Your first hour")),
    ("what-a-client-sees", gettext_noop("What your client sees")),
    ("emergency", gettext_noop("In an emergency")),
    ("pauses", gettext_noop("Pauses, a slower pace, and stopping")),
    ("reflections", gettext_noop("Reflections")),
    ("in-doubt", gettext_noop("“We can’t confirm that this email left”")),
    ("came-back", gettext_noop("Emails that come back")),
    ("away", gettext_noop("When you are away")),
    ("private", gettext_noop("What is private, and who can see what")),
    ("erasing", gettext_noop("When a client’s records are to go")),
    ("keyboard", gettext_noop("Without a mouse, larger, or on paper")),
)


def guide(request: HttpRequest) -> HttpResponse:
    """Show the guide. It is the same for everybody and tells of nobody."""
    context = {
        **admin.site.each_context(request),
        "title": _("Help"),
        "parts": [(slug, _(title), f"admin/help/{slug}.html") for slug, title in PARTS],
    }
    return render(request, "admin/help.html", context)
