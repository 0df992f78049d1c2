"""At the desk, for whoever runs the installation: events that found no email of ours, or that nobody could read.

Ids and words of our own; an event that found its email is its practitioner's business, and is not here.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from practice.mailing.heard import Heard
from practice.mailing.models import ProviderEvent
from practice.people.owned_admin import InstallationAdmin


@admin.register(ProviderEvent)
class ProviderEventAdmin(InstallationAdmin):
    list_display = ("received_at", "source", "told", "status", "provider_id")
    list_filter = ("source", "told")
    fields = ("received_at", "at", "source", "told", "status", "event_id", "provider_id")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProviderEvent]:
        lost = Q(delivery=None) | Q(told__in=(Heard.UNKNOWN, Heard.UNREADABLE))
        return super().get_queryset(request).filter(lost)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
