"""What a practitioner fills in to assign a module."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.assignments import first_note
from practice.assignments.models import Assignment
from practice.assignments.schedule import first_day, local_day
from practice.assignments.timing_forms import DayInput, WaitForm, every_weeks, refuse_far
from practice.people.in_words import listed
from practice.people.models import Client, Practitioner
from practice.people.zones import validate_zone
from resources.models import Module

SUNDAY = 6


class HourInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ClientsField(forms.ModelMultipleChoiceField):
    """Clients to tick, with what is good to know about each."""

    def label_from_instance(self, client: Any) -> str:
        if not client.agreed:
            return _("%(client)s — has not agreed to emails yet: nothing leaves before") % {
                "client": client.name
            }
        if likes := client.likes():
            return _("%(client)s — likes %(likes)s") % {"client": client.name, "likes": likes}
        return client.name


class AssignForm(WaitForm):
    """A module for one or many clients, and its rhythm. Knows only the rows of its owner."""

    module = forms.ModelChoiceField(
        Module.objects.none(),
        label=gettext_lazy("Module"),
        empty_label=gettext_lazy("Choose a module"),
        help_text=gettext_lazy("One step of it goes out at a time, in order."),
        error_messages={"required": gettext_lazy("Choose the module they shall receive.")},
    )
    clients = ClientsField(
        Client.objects.none(),
        label=gettext_lazy("Clients"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Each receives their own emails and sees nothing of the others."),
        error_messages={"required": gettext_lazy("Choose at least one client.")},
    )
    first = forms.DateField(
        label=gettext_lazy("First day"),
        widget=DayInput,
        help_text=gettext_lazy(
            "The first email leaves on this day, or on the first chosen weekday after it."
        ),
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("This is not a day. Write it like 2026-03-08."),
        },
    )
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Weekday"),
        choices=[*WEEKDAYS.items()],
        coerce=int,
        help_text=gettext_lazy("Choose one that leaves them time before your next session."),
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=HourInput,
        help_text=gettext_lazy("On each client’s own clock, wherever they live."),
        error_messages={
            "required": gettext_lazy("Choose a time."),
            "invalid": gettext_lazy("This is not a time. Write it like 18:00."),
        },
    )
    every_weeks = every_weeks()
    note = forms.CharField(
        label=gettext_lazy("A personal note (if you like)"),
        required=False,
        max_length=first_note.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "It stands at the top of the first email, below the greeting, and on the page behind its link. "
            "Whoever receives only a short notice finds it there alone. It is kept encrypted."
        ),
        error_messages={
            "max_length": gettext_lazy("This note is too long for an email: keep it below 2,000 characters.")
        },
    )

    def __init__(self, owner: Practitioner, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = local_day(now, owner.time_zone)
        self.fields["module"].queryset = Module.objects.of(owner)  # type: ignore[attr-defined]
        self.fields["clients"].queryset = Client.objects.of(owner).current().knowing_consent()  # type: ignore[attr-defined]

    @staticmethod
    def suggestion(now: datetime, owner: Practitioner) -> dict[str, Any]:
        """What an empty form proposes: every Sunday evening, from the next one on."""
        tomorrow = local_day(now, owner.time_zone) + timedelta(days=1)
        return {"first": first_day(tomorrow, SUNDAY), "weekday": SUNDAY, "at": time(18, 0), "every_weeks": 1}

    @staticmethod
    def liked_by(client: Client, now: datetime) -> dict[str, Any]:
        """What it proposes instead for one who chose a day or an hour themselves."""
        liked: dict[str, Any] = {"at": client.likes_at} if client.likes_at else {}
        if client.likes_weekday is not None:
            tomorrow = local_day(now, client.time_zone) + timedelta(days=1)
            first = first_day(tomorrow, client.likes_weekday)
            liked |= {"weekday": client.likes_weekday, "first": first}
        return liked

    def names_a_stranger(self) -> bool:
        """Whether an id was given that is not one of the owner's rows."""
        codes = ("invalid_choice", "invalid_pk_value", "invalid_list")
        return any(self.has_error(field, code) for field in ("module", "clients") for code in codes)

    def clean_module(self) -> Module:
        module: Module = self.cleaned_data["module"]
        if not module.steps.in_use().exists():
            said = _("“%(module)s” has no steps yet. Give it at least one, then assign it.")
            raise ValidationError(said % {"module": module})
        return module

    def clean_clients(self) -> Any:
        for client in self.cleaned_data["clients"]:
            try:
                validate_zone(client.time_zone)
            except ValidationError as unknown:
                said = _("%(client)s: %(problem)s It is set on %(client)s’s page.")
                raise ValidationError(said % {"client": client, "problem": unknown.messages[0]}) from unknown
        return self.cleaned_data["clients"]

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        if first < self.today:
            raise ValidationError(_("The first day lies in the past. Choose today or later."))
        refuse_far(first, self.today)
        return first

    def clean_note(self) -> str:
        return first_note.tidied(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "module" in found and "clients" in found:
            running = Assignment.objects.running().filter(module=found["module"], client__in=found["clients"])
            names = [row.client.name for row in running.select_related("client").order_by("client__name")]
            if names:
                self.add_error("clients", _already(names, found["module"]))
        return found

    def begins(self) -> dict[str, Any]:
        """The rhythm in the words of `Assignment.begin`."""
        chosen = self.cleaned_data
        first_on = first_day(chosen["first"], chosen["weekday"])
        return {"first_on": first_on, "at": chosen["at"], "every_weeks": chosen["every_weeks"]}


def _already(names: list[str], module: Module) -> str:
    said = ngettext(
        "%(names)s already receives “%(module)s”. Untick the name, or stop that assignment first.",
        "%(names)s already receive “%(module)s”. Untick their names, or stop those assignments first.",
        len(names),
    )
    return said % {"names": listed(names), "module": module}
