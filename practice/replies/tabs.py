"""The tabs above the list of reflections at the desk: everything, or what carries one mark."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from practice.replies.models import Mark

TABS = (Mark.UNREAD, Mark.TO_DISCUSS, Mark.DISCUSSED)


def tab_of(value: str | None) -> Mark | None:
    """The mark that a tab is for; None for everything, and for a word that is no tab."""
    return next((mark for mark in TABS if mark.value == value), None)


class MarkFilter(admin.SimpleListFilter):
    """The tabs above the list: everything, or what carries one mark, each with how many there are."""

    title = gettext_lazy("mark")
    parameter_name = "show"
    template = "admin/replies/reply/tabs.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(mark.value, str(mark.label)) for mark in TABS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        mark = tab_of(self.value())
        return queryset.marked(mark) if mark else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        counts = changelist.root_queryset.counts()
        for value, choice in zip(("all", *TABS), super().choices(changelist), strict=True):
            yield {**choice, "count": counts[str(value)]}
