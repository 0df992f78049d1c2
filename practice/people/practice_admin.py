"""The practice, for whoever runs the installation."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from practice.people.long_open_form import LongOpenForm
from practice.people.models import Practice
from practice.people.owned_admin import InstallationAdmin


@admin.register(Practice)
class PracticeAdmin(InstallationAdmin):
    form = LongOpenForm
    fieldsets = (
        (None, {"fields": ("name", "sender_name", "postal_address", "help_lines")}),
        (
            gettext_lazy("Help lines in their own language"),
            {
                "fields": ("help_lines_en", "help_lines_de", "help_lines_es"),
                "description": gettext_lazy(
                    "If clients read another language than the help lines above, or live where other numbers answer. "
                    "Left empty, they get those above."
                ),
            },
        ),
        (None, {"fields": ("leave_to", "second_alert_hours", "uncertain", "keep_months")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one row: show it."""
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        return redirect("admin:people_practice_change", Practice.current().pk)
