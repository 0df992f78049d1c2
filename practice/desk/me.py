"""A practitioner's own details."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people import audit
from practice.people.long_open_form import LongOpenForm
from practice.people.models import Practitioner
from practice.people.ownership import practitioner_of
from practice.people.zone_field import ZoneField


class MyDetails(LongOpenForm):
    """What a practitioner can change about themselves. Their sign-in address is for whoever runs the installation."""

    time_zone = ZoneField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy(
            "Type the name of a city or country, then choose. Times at the desk are shown in it."
        ),
    )

    class Meta:
        model = Practitioner
        fields = ("name", "time_zone", "response_time", "second_contact")
        labels = {"name": gettext_lazy("Name"), "response_time": gettext_lazy("Response time")}

    def clean_second_contact(self) -> str:
        address: str = self.cleaned_data["second_contact"]
        if address.lower() == self.instance.email.lower():
            raise ValidationError(_("This is your own address. Name somebody else, or leave it empty."))
        return address


def my_details(request: HttpRequest) -> HttpResponse:
    """Show and save the details of whoever is signed in, and of nobody else."""
    form = MyDetails(request.POST or None, instance=Practitioner.objects.get(pk=practitioner_of(request).pk))
    if form.is_valid():
        with transaction.atomic():
            form.save()
            audit.note(practitioner_of(request), audit.Action.CHANGED, form.instance)
        messages.success(request, _("Saved."))
        return redirect("admin:me")
    return render(
        request, "admin/me.html", {**admin.site.each_context(request), "title": _("My details"), "form": form}
    )
