"""Addresses: the desk, and the private pages behind the links in emails."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from practice.desk.health import health
from practice.mailing.hooks import hook
from practice.replies import pace, pages

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("desk/", admin.site.urls),
    path("health/", health, name="health"),
    path("hooks/<slug:provider>/tracking/", hook, name="hook"),
    path("n/<token>/", pages.reflection, name="reflection"),
    path("n/<token>/draft/", pages.draft, name="draft"),
    path("n/<token>/pace/", pace.pace, name="pace"),
    path("n/<token>/stop/", pace.stop, name="stop"),
]
