"""The practitioner's guide: one page, in plain words, with pictures."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

#: In the order in which they are read: the name of a part's template and of its place on the page, and its title.
PARTS = (
    ("first-hour", "Your first hour"),
    ("what-a-client-sees", "What your client sees"),
    ("emergency", "In an emergency"),
    ("pauses", "Pauses, a slower pace, and stopping"),
    ("reflections", "Reflections"),
    ("in-doubt", "“We can’t confirm that this email left”"),
    ("came-back", "Emails that come back"),
    ("away", "When you are away"),
    ("private", "What is private, and who can see what"),
    ("erasing", "When a client’s records are to go"),
    ("keyboard", "Without a mouse, larger, or on paper"),
)


def guide(request: HttpRequest) -> HttpResponse:
    """Show the guide. It is the same for everybody and tells of nobody."""
    context = {
        **admin.site.each_context(request),
        "title": "Help",
        "parts": [(slug, title, f"admin/help/{slug}.html") for slug, title in PARTS],
    }
    return render(request, "admin/help.html", context)
