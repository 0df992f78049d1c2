"""What a practitioner fills in to assign a module, and to pause one."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from practice.assignments import first_note
from practice.assignments.models import Assignment
from practice.assignments.outlook import listed
from practice.assignments.schedule import Rhythm, first_day, local_day
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
USUAL_WAIT = 3  # weeks
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
        if not client.agreed:
            return f"{client.name} — has not agreed to emails yet: nothing leaves before"
        return f"{client.name} — likes {likes}" if (likes := client.likes()) else client.name


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


class WaitForm(forms.Form):
    """Whether each next step waits for the reflection on the last one."""

    wait = forms.BooleanField(
        label="Wait for the reflection before the next step",
        required=False,
        help_text="Each next step stays back until a reflection on the last one was sent. Nobody is reminded or told.",
    )
    wait_weeks = forms.IntegerField(
        label="If none comes, go on by itself after how many weeks",
        required=False,
        initial=USUAL_WAIT,
        validators=[
            MinValueValidator(1, "At least one week: choose 1 to 12."),
            MaxValueValidator(12, "At most 12 weeks: choose 1 to 12."),
        ],
        widget=forms.NumberInput(attrs={"min": 1, "max": 12, "inputmode": "numeric"}),
        help_text="Counted from the last email. The next step then goes out in its next slot; you can also let it go "
        "out earlier. This counts only when it waits.",
        error_messages={"invalid": "Write a number from 1 to 12."},
    )

    def weeks_to_wait(self) -> int | None:
        """For how many weeks at most; None when it shall not wait."""
        chosen = self.cleaned_data
        return (chosen["wait_weeks"] or USUAL_WAIT) if chosen["wait"] else None


class AssignForm(WaitForm):
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
    note = forms.CharField(
        label="A personal note (if you like)",
        required=False,
        max_length=first_note.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It stands at the top of the first email, below the greeting, and on the page behind its link. "
        "Whoever receives only a short notice finds it there alone. It is kept encrypted.",
        error_messages={"max_length": "This note is too long for an email: keep it below 2,000 characters."},
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
    if len(names) == 1:
        return f"{names[0]} already receives “{module}”. Untick the name, or stop that assignment first."
    return f"{listed(names)} already receive “{module}”. Untick their names, or stop those assignments first."


class PaceForm(forms.Form):
    """How often, from the next step on."""

    every_weeks = every_weeks()


class DayForm(forms.Form):
    """The day on which the next step goes out. Knows the rhythm it leaves by now."""

    day = forms.DateField(
        label="Day",
        widget=DayInput,
        help_text="On the client’s calendar. You see all the days before anything is changed.",
        error_messages={
            "required": "Choose a day.",
            "invalid": "This is not a day. Write it like 2026-03-08.",
        },
    )

    def __init__(self, rhythm: Rhythm, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm, self.now = rhythm, now

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        today = local_day(self.now, self.rhythm.zone)
        if day < today:
            raise ValidationError("This day lies in the past. Choose another one.")
        if day > today + FARTHEST:
            raise ValidationError("That is more than two years ahead. Look at the year once more.")
        if self.rhythm.moment(day) <= self.now:
            raise ValidationError(
                f"It is already past {self.rhythm.at:%H:%M} there today. Choose a later day."
            )
        return day


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
