"""A practitioner's own details."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from practice.people.models import Practitioner
from practice.people.ownership import practitioner_of
from practice.people.zone_field import ZoneField


class MyDetails(forms.ModelForm):
    """What a practitioner can change about themselves. Their sign-in address is for whoever runs the installation."""

    time_zone = ZoneField(
        help_text="Type the name of a city or country, then choose. Times at the desk are shown in it."
    )

    class Meta:
        model = Practitioner
        fields = ("name", "time_zone", "response_time")


def my_details(request: HttpRequest) -> HttpResponse:
    """Show and save the details of whoever is signed in, and of nobody else."""
    form = MyDetails(request.POST or None, instance=Practitioner.objects.get(pk=practitioner_of(request).pk))
    if form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("admin:me")
    return render(
        request, "admin/me.html", {**admin.site.each_context(request), "title": "My details", "form": form}
    )
