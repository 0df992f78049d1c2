"""The page where a practitioner says when they are away."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments.timing_forms import refuse_far
from practice.people.away import Away
from practice.people.in_words import day_in_words
from practice.people.models import Practitioner
from practice.people.ownership import practitioner_of
from resources.models import Module

LONGEST_AGO = timedelta(days=366)


class AwayForm(forms.ModelForm):
    """A time away. Knows whose it is, so that it does not overlap another one of theirs."""

    class Meta:
        model = Away
        fields = ("starts_on", "back_on", "backup_name", "backup_reach", "words")
        error_messages = {
            name: {
                "required": gettext_lazy("Choose a day."),
                "invalid": gettext_lazy("This is not a day. Write it like 2026-03-12."),
            }
            for name in ("starts_on", "back_on")
        }
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("starts_on", "back_on")
        }

    def __init__(self, owner: Practitioner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.practitioner = owner

    def clean_starts_on(self) -> date:
        starts_on: date = self.cleaned_data["starts_on"]
        if starts_on < timezone.localdate() - LONGEST_AGO:
            raise ValidationError(_("That is more than a year ago. Look at the year once more."))
        return starts_on

    def clean_back_on(self) -> date:
        back_on: date = self.cleaned_data["back_on"]
        if back_on <= timezone.localdate():
            raise ValidationError(_("This day is not after today. Choose the day you will be back."))
        refuse_far(back_on, timezone.localdate())
        return back_on

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        starts_on, back_on = found.get("starts_on"), found.get("back_on")
        if not starts_on or not back_on:
            return found
        if back_on <= starts_on:
            self.add_error("back_on", _("You would be back before you leave. Choose a later day here."))
            return found
        others = Away.objects.of(self.instance.practitioner).overlapping(starts_on, back_on)
        if other := others.first():
            overlaps = _("This overlaps another time: %(time)s. Choose other days, or remove that one.")
            self.add_error("starts_on", overlaps % {"time": _in_words(other)})
        if bool(found.get("backup_name")) != bool(found.get("backup_reach")):
            empty = "backup_reach" if found.get("backup_name") else "backup_name"
            self.add_error(
                empty, _("Your clients need both, a name and how to reach them. Or leave both empty.")
            )
        return found


def _in_words(time: Away) -> str:
    first, back = (day_in_words(day) for day in (time.starts_on, time.back_on))
    return _("away from %(first)s, back on %(back)s") % {"first": first, "back": back}


def away_page(request: HttpRequest) -> HttpResponse:
    """Show one's own times away, and take a new one. GET changes nothing."""
    owner = practitioner_of(request)
    form = AwayForm(owner, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (time := _saved(form, owner)):
        saved = _("Saved: %(time)s. Your clients are told while it goes on.")
        messages.success(request, saved % {"time": _in_words(time)})
        return redirect("admin:away")
    context = {
        "title": _("When I am away"),
        "form": form,
        "times": Away.objects.of(owner).not_over(timezone.localdate()),
        "holding": Module.objects.of(owner).filter(holds_while_away=True),
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(request, "admin/away.html", {**admin.site.each_context(request), **context}, status=status)


@transaction.atomic
def _saved(form: AwayForm, owner: Practitioner) -> Away | None:
    """The time, saved if it is as it should be. Two pages at once wait for each other, so that none overlap."""
    Practitioner.objects.select_for_update().get(pk=owner.pk)
    saved: Away | None = form.save() if form.is_valid() else None
    return saved


def forget_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of one's own times away. GET does nothing. Raises Http404 for another's and a missing one."""
    time = Away.objects.of(practitioner_of(request)).filter(pk=pk).first()
    if time is None:
        raise Http404
    if request.method == "POST":
        time.delete()
        messages.success(request, _("Removed. From now on nobody is told that you are away then."))
    return redirect("admin:away")
