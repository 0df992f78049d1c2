"""What a practitioner fills in about the days of an assignment: how often, how long it waits, from or until when."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.assignments.schedule import Rhythm, local_day

USUAL_WAIT = 3  # weeks
FARTHEST = timedelta(days=2 * 365)


def refuse_far(day: date, today: date) -> None:
    """Raises a ValidationError for a day so far ahead that its year is a slip of the finger."""
    if day > today + FARTHEST:
        raise ValidationError(_("That is more than two years ahead. Look at the year once more."))


class DayInput(forms.DateInput):
    """The browser's own calendar, whatever the language of the desk."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def every_weeks() -> forms.IntegerField:
    """How many weeks lie between two emails."""
    return forms.IntegerField(
        label=gettext_lazy("Every how many weeks"),
        validators=[
            MinValueValidator(1, gettext_lazy("At least every week: choose 1 to 12.")),
            MaxValueValidator(12, gettext_lazy("At most every 12 weeks: choose 1 to 12.")),
        ],
        widget=forms.NumberInput(attrs={"min": 1, "max": 12, "inputmode": "numeric"}),
        help_text=gettext_lazy("1 is every week, 2 is every other week."),
        error_messages={
            "required": gettext_lazy("Choose 1 to 12."),
            "invalid": gettext_lazy("Write a number from 1 to 12."),
        },
    )


class WaitForm(forms.Form):
    """Whether each next step waits for the reflection on the last one."""

    wait = forms.BooleanField(
        label=gettext_lazy("Wait for the reflection before the next step"),
        required=False,
        help_text=gettext_lazy(
            "Each next step stays back until a reflection on the last one was sent. Nobody is reminded or told."
        ),
    )
    wait_weeks = forms.IntegerField(
        label=gettext_lazy("If none comes, go on by itself after how many weeks"),
        required=False,
        initial=USUAL_WAIT,
        validators=[
            MinValueValidator(1, gettext_lazy("At least one week: choose 1 to 12.")),
            MaxValueValidator(12, gettext_lazy("At most 12 weeks: choose 1 to 12.")),
        ],
        widget=forms.NumberInput(attrs={"min": 1, "max": 12, "inputmode": "numeric"}),
        help_text=gettext_lazy(
            "Counted from the last email. The next step then goes out in its next slot; you can also let it go "
            "out earlier. This counts only when it waits."
        ),
        error_messages={"invalid": gettext_lazy("Write a number from 1 to 12.")},
    )

    def weeks_to_wait(self) -> int | None:
        """For how many weeks at most; None when it shall not wait."""
        chosen = self.cleaned_data
        return (chosen["wait_weeks"] or USUAL_WAIT) if chosen["wait"] else None


class PaceForm(forms.Form):
    """How often, from the next step on."""

    every_weeks = every_weeks()


class DayForm(forms.Form):
    """The day on which the next step goes out. Knows the rhythm it leaves by now."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=DayInput,
        help_text=gettext_lazy("On the client’s calendar. You see all the days before anything is changed."),
        error_messages={
            "required": gettext_lazy("Choose a day."),
            "invalid": gettext_lazy("This is not a day. Write it like 2026-03-08."),
        },
    )

    def __init__(self, rhythm: Rhythm, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm, self.now = rhythm, now

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        today = local_day(self.now, self.rhythm.zone)
        if day < today:
            raise ValidationError(_("This day lies in the past. Choose another one."))
        refuse_far(day, today)
        if self.rhythm.moment(day) <= self.now:
            said = _("It is already past %(hour)s there today. Choose a later day.")
            raise ValidationError(said % {"hour": f"{self.rhythm.at:%H:%M}"})
        return day


class PauseForm(forms.Form):
    """Until when to rest, if it is known."""

    until = forms.DateField(
        label=gettext_lazy("Carry on by itself on (if you like)"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("On the client’s calendar. Leave it empty to rest until you press Resume."),
        error_messages={
            "invalid": gettext_lazy("This is not a day. Write it like 2026-03-08, or leave it empty.")
        },
    )

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until <= self.today:
            raise ValidationError(_("Choose a day after today, or leave it empty."))
        if until:
            refuse_far(until, self.today)
        return until
