"""What a practitioner fills in to assign a module, and to pause one."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from practice.assignments.models import Assignment
from practice.assignments.outlook import listed
from practice.assignments.schedule import first_day, local_day
from practice.people.models import Client, Practitioner
from practice.people.zones import validate_zone
from resources.models import Module

WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]
SUNDAY = 6
FARTHEST = timedelta(days=2 * 365)


class DayInput(forms.DateInput):
    """The browser's own calendar, whatever the language of the desk."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class ClientsField(forms.ModelMultipleChoiceField):
    """Clients to tick, with what is good to know about each."""

    def label_from_instance(self, client: Any) -> str:
        return (
            client.name
            if client.agreed
            else f"{client.name} — has not agreed to emails yet: nothing leaves before"
        )


def every_weeks() -> forms.IntegerField:
    """How many weeks lie between two emails."""
    return forms.IntegerField(
        label="Every how many weeks",
        validators=[
            MinValueValidator(1, "At least every week: choose 1 to 12."),
            MaxValueValidator(12, "At most every 12 weeks: choose 1 to 12."),
        ],
        widget=forms.NumberInput(attrs={"min": 1, "max": 12, "inputmode": "numeric"}),
        help_text="1 is every week, 2 is every other week.",
        error_messages={"required": "Choose 1 to 12.", "invalid": "Write a number from 1 to 12."},
    )


class AssignForm(forms.Form):
    """A module for one or many clients, and its rhythm. Knows only the rows of its owner."""

    module = forms.ModelChoiceField(
        Module.objects.none(),
        empty_label="Choose a module",
        help_text="One step of it goes out at a time, in order.",
        error_messages={"required": "Choose the module they shall receive."},
    )
    clients = ClientsField(
        Client.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Each receives their own emails and sees nothing of the others.",
        error_messages={"required": "Choose at least one client."},
    )
    first = forms.DateField(
        label="First day",
        widget=DayInput,
        help_text="The first email leaves on this day, or on the first chosen weekday after it.",
        error_messages={
            "required": "Choose a day.",
            "invalid": "This is not a day. Write it like 2026-03-08.",
        },
    )
    weekday = forms.TypedChoiceField(
        choices=WEEKDAYS, coerce=int, help_text="Choose one that leaves them time before your next session."
    )
    at = forms.TimeField(
        label="Time",
        widget=HourInput,
        help_text="On each client’s own clock, wherever they live.",
        error_messages={"required": "Choose a time.", "invalid": "This is not a time. Write it like 18:00."},
    )
    every_weeks = every_weeks()

    def __init__(self, owner: Practitioner, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = local_day(now, owner.time_zone)
        self.fields["module"].queryset = Module.objects.of(owner)  # type: ignore[attr-defined]
        self.fields["clients"].queryset = Client.objects.of(owner).knowing_consent()  # type: ignore[attr-defined]

    @staticmethod
    def suggestion(now: datetime, owner: Practitioner) -> dict[str, Any]:
        """What an empty form proposes: every Sunday evening, from the next one on."""
        tomorrow = local_day(now, owner.time_zone) + timedelta(days=1)
        return {"first": first_day(tomorrow, SUNDAY), "weekday": SUNDAY, "at": time(18, 0), "every_weeks": 1}

    def names_a_stranger(self) -> bool:
        """Whether an id was given that is not one of the owner's rows."""
        codes = ("invalid_choice", "invalid_pk_value", "invalid_list")
        return any(self.has_error(field, code) for field in ("module", "clients") for code in codes)

    def clean_module(self) -> Module:
        module: Module = self.cleaned_data["module"]
        if not module.steps.exists():
            raise ValidationError(f"“{module}” has no steps yet. Give it at least one, then assign it.")
        return module

    def clean_clients(self) -> Any:
        for client in self.cleaned_data["clients"]:
            try:
                validate_zone(client.time_zone)
            except ValidationError as unknown:
                raise ValidationError(
                    f"{client}: {unknown.messages[0]} It is set on {client}’s page."
                ) from unknown
        return self.cleaned_data["clients"]

    def clean_first(self) -> date:
        first: date = self.cleaned_data["first"]
        if first < self.today:
            raise ValidationError("The first day lies in the past. Choose today or later.")
        if first > self.today + FARTHEST:
            raise ValidationError("That is more than two years ahead. Look at the year once more.")
        return first

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
    if len(names) == 1:
        return f"{names[0]} already receives “{module}”. Untick the name, or stop that assignment first."
    return f"{listed(names)} already receive “{module}”. Untick their names, or stop those assignments first."


class PaceForm(forms.Form):
    """How often, from the next step on."""

    every_weeks = every_weeks()


class PauseForm(forms.Form):
    """Until when to rest, if it is known."""

    until = forms.DateField(
        label="Carry on by itself on (if you like)",
        required=False,
        widget=DayInput,
        help_text="On the client’s calendar. Leave it empty to rest until you press Resume.",
        error_messages={"invalid": "This is not a day. Write it like 2026-03-08, or leave it empty."},
    )

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until <= self.today:
            raise ValidationError("Choose a day after today, or leave it empty.")
        if until and until > self.today + FARTHEST:
            raise ValidationError("That is more than two years ahead. Look at the year once more.")
        return until
