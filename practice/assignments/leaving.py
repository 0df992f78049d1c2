"""A filter of the list of assignments: those whose next email leaves on a day, on the practitioner's calendar."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments.models import Assignment
from practice.assignments.outlook import spoken_day


class LeavesFilter(admin.SimpleListFilter):
    """Today (with all that should have left before), tomorrow, or whichever day the address names."""

    title = gettext_lazy("next email leaves")
    parameter_name = "leaves"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = timezone.localdate()
        days = {today: _("Today"), today + timedelta(days=1): _("Tomorrow")}
        if (chosen := _day(request.GET.get(self.parameter_name))) and chosen not in days:
            days[chosen] = spoken_day(chosen)
        return [(day.isoformat(), name) for day, name in days.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        day = _day(self.value())
        if day is None:
            return queryset
        begins, ends = _midnight(day), _midnight(day + timedelta(days=1))
        leaving = queryset.filter(state=Assignment.State.ACTIVE, next_due_at__lt=ends)
        return leaving if day == timezone.localdate() else leaving.filter(next_due_at__gte=begins)


def _day(text: str | None) -> date | None:
    """The day that an address names, from this century; None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
