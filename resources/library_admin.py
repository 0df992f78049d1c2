"""The practitioner's own question library, from which imports propose."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from practice.people.owned_admin import OwnedAdmin
from practice.people.ownership import practitioner_of
from resources.models import LibraryPrompt
from resources.question_form import QuestionForm


@admin.register(LibraryPrompt)
class LibraryPromptAdmin(OwnedAdmin):
    """Begins as a copy of ours; every row can be changed or deleted."""

    form = QuestionForm
    list_display = ("text", "kind", "theme")
    list_filter = ("kind", "theme")
    search_fields = ("text", "theme")
    search_help_text = _("Search by question or theme")
    fields = ("text", "kind", "options", "theme")
    save_as = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        LibraryPrompt.objects.begin(practitioner_of(request))
        return super().changelist_view(request, extra_context)
