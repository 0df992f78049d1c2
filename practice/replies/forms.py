"""The form below a reading: one field for each question of a sheet, any of them may stay empty."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from practice.people.in_words import written
from practice.replies.sharing import SHARE_ALL, Choice, Sharing
from practice.replies.sheet import Question
from resources.models import PromptKind

LONGEST = 20_000
SCALE = [(str(number), str(number)) for number in range(11)]

EMPTY = _("Nothing is written yet. A single word is enough, and so is closing this page.")
SKIPPED = _(
    "“Skip this one” is ticked, so what you wrote is left out, and nothing else is there to send. Take the tick away "
    "to send your words, or close this page."
)


class OwnWords(forms.CharField):
    """Text as its writer meant it: line ends as one character, and without the null character no database keeps."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return super().to_python((value or "").replace("\x00", "").replace("\r\n", "\n")) or ""


class Place(NamedTuple):
    """One question on the page: where its answer goes, whom that is for, and, where there is a box for it, the skipping
    of it. (On a scale and among choices, skipping is one of the buttons.)"""

    question: Question
    answer: forms.BoundField
    own: forms.BoundField
    skip: forms.BoundField | None


class ReflectionForm(forms.Form):
    """Answers to these questions, and whom they are for. A draft is kept however it is; only when sending must it fit.

    `saved` are the answers so far, in the questions' order, and `choice` is what was chosen with them.
    """

    sharing = forms.ChoiceField(choices=Sharing.choices, widget=forms.RadioSelect, required=False)

    def __init__(
        self,
        questions: Sequence[Question],
        data: Any = None,
        *,
        saved: Sequence[str] = (),
        choice: Choice = SHARE_ALL,
        sending: bool = False,
    ) -> None:
        super().__init__(data)
        self.questions, self.sending = questions, sending
        self.initial["sharing"] = choice.whole
        for number, question in enumerate(questions):
            self.fields[f"answer-{number}"] = _field(question, LONGEST if sending else None)
            self.fields[f"sharing-{number}"] = forms.ChoiceField(
                choices=[("", _("As for the whole page")), *Sharing.choices],
                widget=forms.RadioSelect,
                required=False,
            )
            self.initial[f"sharing-{number}"] = choice.own_of(number)
            if question.kind in {PromptKind.TEXT, PromptKind.CHECKLIST}:
                self.fields[f"skip-{number}"] = forms.BooleanField(required=False)
            if number < len(saved):
                is_list = question.kind == PromptKind.CHECKLIST
                self.initial[f"answer-{number}"] = saved[number].splitlines() if is_list else saved[number]

    def places(self) -> list[Place]:
        """The questions as the page shows them, one after the other."""
        return [
            Place(
                question,
                self[f"answer-{number}"],
                self[f"sharing-{number}"],
                self[f"skip-{number}"] if f"skip-{number}" in self.fields else None,
            )
            for number, question in enumerate(self.questions)
        ]

    def clean(self) -> None:
        left_out = False
        for number in range(len(self.questions)):
            if self.cleaned_data.get(f"skip-{number}"):
                wrong = self.errors.pop(f"answer-{number}", None)
                left_out = left_out or bool(wrong or self.cleaned_data.get(f"answer-{number}"))
                self.cleaned_data[f"answer-{number}"] = ""
        values = self.values()
        if self.sending and not self.errors and not any(values) and not self.choice().tells(values):
            raise forms.ValidationError(SKIPPED if left_out else EMPTY)

    def values(self) -> list[str]:
        """The answers as they are stored, in the questions' order; a checklist's ticks one a line."""
        answers = (self.cleaned_data.get(f"answer-{number}", "") for number in range(len(self.questions)))
        return ["\n".join(answer) if isinstance(answer, list) else answer for answer in answers]

    def choice(self) -> Choice:
        """Whom the client chose these answers to be for."""
        own = (self.cleaned_data.get(f"sharing-{number}", "") for number in range(len(self.questions)))
        return Choice(self.cleaned_data.get("sharing") or Sharing.SHARE, tuple(own))


def _field(question: Question, longest: int | None) -> forms.Field:
    options = [(option, option) for option in question.options]
    match question.kind:
        case PromptKind.SCALE:
            return forms.ChoiceField(choices=[*SCALE, ("", "")], widget=forms.RadioSelect, required=False)
        case PromptKind.CHOICE:
            return forms.ChoiceField(choices=[*options, ("", "")], widget=forms.RadioSelect, required=False)
        case PromptKind.CHECKLIST:
            return forms.MultipleChoiceField(
                choices=options, widget=forms.CheckboxSelectMultiple, required=False
            )
    too_long = _(
        "This answer has %(show_value)d characters, and %(limit_value)d is the most that fits. All of it is still "
        "here: shorten it, or move a part into a second reflection after this one."
    )
    return OwnWords(max_length=longest, required=False, error_messages={"max_length": too_long})


class NoteForm(forms.Form):
    """What a practitioner notes about a reflection, for themselves."""

    note = OwnWords(
        label=_("Your note"),
        required=False,
        max_length=LONGEST,
        # The page tells what it showed: a mark that is pressed leaves a note alone that was not touched there.
        show_hidden_initial=True,
        help_text=_("Only you see this. It is encrypted, and is neither printed nor shown to your client."),
    )


EARLIEST = date(2000, 1, 1)


def a_day(**more: Any) -> forms.DateField:
    """A day, picked on a calendar."""
    return forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day we understand. Write it like 2026-03-12.")},
        validators=[MinValueValidator(EARLIEST, _("Choose a day after the year 2000."))],
        **more,
    )


class SinceForm(forms.Form):
    """From which day on a digest shows what was sent."""

    since = a_day(
        label=_("Since"),
        required=False,
        help_text=_("That day is included. Left empty, the page shows everything they ever sent you."),
    )


class MeetingForm(forms.Form):
    """That a session took place. `since` and `until` are those of the digest on the page."""

    met_on = a_day(label=_("We met on"), help_text=_("The next digest begins with this day."))
    discussed = forms.BooleanField(
        label=_("Mark the reflections on this page as discussed"), required=False, initial=True
    )
    since = forms.DateField(
        required=False, widget=forms.HiddenInput, validators=[MinValueValidator(EARLIEST)]
    )
    until = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, now: datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_met_on(self) -> date:
        met_on: date = self.cleaned_data["met_on"]
        if met_on > timezone.localdate(self.now):
            raise forms.ValidationError(_("This day is still to come. Note a session once it took place."))
        return met_on

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if not EARLIEST.year < until.year or until > self.now:
            raise forms.ValidationError(_("Open this page again and note the session there."))
        return until


class PauseForm(forms.Form):
    """The day on which emails begin again. `today` is the client's own."""

    until = forms.DateField(
        label=_("Begin again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the day on which the emails begin again."),
            "invalid": _("This is not a day we understand. Write it like 2026-03-12."),
        },
    )

    def __init__(self, today: Any, data: Any = None) -> None:
        super().__init__(data)
        self.today = today

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("This day has come already. Choose a day after today."))
        if (until - self.today).days > 366:
            raise forms.ValidationError(_("Choose a day within the next year, or stop the series."))
        return until

    def is_too_early(self, resting_until: date) -> None:
        """Say that they rest until a day that is not theirs to bring forward."""
        why = _("The emails rest until %(day)s as it is. Choose a day after that.")
        self.add_error("until", why % {"day": written(resting_until, gettext("l, j F"))})


class DaysForm(forms.Form):
    """Days on which nothing shall come. `today` is the client's own."""

    first_on = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the first day."),
            "invalid": _("This is not a day we understand. Write it like 2026-03-12."),
        },
    )
    last_on = forms.DateField(
        label=_("To, if it is more than one day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is not a day we understand. Write it like 2026-03-12.")},
    )

    def __init__(self, today: date, data: Any = None) -> None:
        super().__init__(data)
        self.today = today

    def clean(self) -> None:
        first_on = self.cleaned_data.get("first_on")
        if first_on is None or "last_on" in self.errors:
            return
        last_on = self.cleaned_data["last_on"] = self.cleaned_data.get("last_on") or first_on
        if last_on < first_on:
            self.add_error("last_on", _("This day comes before the first one. Choose a day after it."))
        elif last_on < self.today:
            self.add_error("first_on", _("These days are over. Choose days that are still to come."))
        elif (last_on - self.today).days > 366:
            self.add_error("first_on", _("Choose days within the next year."))

    def are_too_many(self) -> None:
        """Say that no more can be named."""
        self.add_error("first_on", _("There are twenty already. Remove some first."))
