"""What the list of clients can be narrowed to. Rooms above this one add their own filters with `also`."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_filters: list[type[admin.SimpleListFilter]] = []


def also(filter_: type[admin.SimpleListFilter]) -> type[admin.SimpleListFilter]:
    """Register a filter of the list of clients. It offers fixed choices."""
    _filters.append(filter_)
    return filter_


def from_above() -> tuple[type[admin.SimpleListFilter], ...]:
    """The filters that were registered."""
    return tuple(_filters)


class Agreed(admin.SimpleListFilter):
    """Whether they agreed to emails."""

    title = gettext_lazy("agreed to emails")
    parameter_name = "agreed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Yes")), ("no", _("Not yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(agreed=self.value() == "yes") if self.value() in ("yes", "no") else queryset


class Archived(admin.SimpleListFilter):
    """Who was archived is out of the list unless asked for."""

    title = gettext_lazy("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("Archived")), ("both", _("Both"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        everybody, *others = super().choices(changelist)
        yield {**everybody, "display": _("Not archived")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "both":
            return queryset
        return queryset.exclude(archived_at=None) if self.value() == "yes" else queryset.current()
