"""Addresses: the desk, and the private pages behind the links in emails."""

from django.contrib import admin
from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from practice.desk.health import health
from practice.mailing.hooks import hook
from practice.replies import address, begin, inbound_hooks, leaving, own_page, pace, pack, pages


class Link(StringConverter):
    """The token of a private link, or whatever became of it on its way, slashes and all."""

    regex = r"[\s\S]+"


register_converter(Link, "link")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("desk/", admin.site.urls),
    path("health/", health, name="health"),
    path("hooks/<slug:provider>/tracking/", hook, name="hook"),
    path("leave/", leaving.leave, name="leave"),
    path("hooks/<slug:provider>/inbound/", inbound_hooks.hook, name="inbound_hook"),
    # Mailgun posts the mail as it came where its address says so.
    path("hooks/<slug:provider>/inbound_mime/", inbound_hooks.hook),
    path("n/<link:token>/draft/", pages.draft, name="draft"),
    path("n/<link:token>/pace/", pace.pace, name="pace"),
    path("n/<link:token>/stop/", pace.stop, name="stop"),
    path("n/<link:token>/address/", address.address, name="address"),
    path("c/<link:token>/words.html", pack.words_to_read, name="words_to_read"),
    path("c/<link:token>/words.json", pack.words_as_data, name="words_as_data"),
    path("c/<link:token>/begin/", begin.begin, name="begin"),
    # Last, because a link that was mangled may hold a slash.
    path("n/<link:token>/", pages.reflection, name="reflection"),
    path("c/<link:token>/", own_page.own_page, name="own_page"),
]
