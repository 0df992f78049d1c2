"""The audit trail of the installation, for whoever runs it: the practice and its practitioners; of clients only
the number of one who was erased, and when."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy

from practice.people.audit import AuditEntry
from practice.people.in_words import moment_in_words
from practice.people.owned_admin import InstallationAdmin
from practice.people.trail import in_words


@admin.register(AuditEntry)
class AuditAdmin(InstallationAdmin):
    list_display = ("when", "who", "did")
    list_display_links = None
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-at", "-pk")
    actions = None
    list_before_template = "admin/people/auditentry/above.html"
    when_empty = gettext_lazy("None of that has happened yet.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).of_the_installation().select_related("actor")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_delete_permission = has_change_permission

    def get_urls(self) -> list[URLPattern]:
        # There is a list and nothing else: an entry has no page, and nobody makes or removes one by hand.
        return [url for url in super().get_urls() if url.name == "people_auditentry_changelist"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        for row, line in zip(rows, in_words(rows), strict=True):
            row.line = line
        changelist.result_list = rows
        return changelist

    @admin.display(description=gettext_lazy("When"), ordering="at")
    def when(self, entry: Any) -> str:
        return moment_in_words(timezone.localtime(entry.at))

    @admin.display(description=gettext_lazy("Who"), ordering="actor__name")
    def who(self, entry: Any) -> str:
        return str(entry.line.who)

    @admin.display(description=gettext_lazy("What they did"), ordering="action")
    def did(self, entry: Any) -> str:
        return str(entry.line.did)
