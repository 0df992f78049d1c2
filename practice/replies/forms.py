"""The form below a reading: one field for each question of a sheet, any of them may stay empty."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from practice.replies.sheet import Question
from resources.models import PromptKind

LONGEST = 20_000
SCALE = [(str(number), str(number)) for number in range(11)]


class OwnWords(forms.CharField):
    """Text as its writer meant it: line ends as one character, and without the null character no database keeps."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return super().to_python((value or "").replace("\x00", "").replace("\r\n", "\n")) or ""


class ReflectionForm(forms.Form):
    """Answers to these questions. A draft is kept however it is; only when sending must it fit.

    `saved` are the answers so far, in the questions' order.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        data: Any = None,
        *,
        saved: Sequence[str] = (),
        sending: bool = False,
    ) -> None:
        super().__init__(data)
        self.sending = sending
        for number, question in enumerate(questions):
            field = _field(question, LONGEST if sending else None)
            field.question = question  # type: ignore[attr-defined]  # for the template
            self.fields[f"answer-{number}"] = field
            if number < len(saved):
                is_list = question.kind == PromptKind.CHECKLIST
                self.initial[f"answer-{number}"] = saved[number].splitlines() if is_list else saved[number]

    def clean(self) -> None:
        if self.sending and not self.errors and not any(self.values()):
            raise forms.ValidationError(
                _("Nothing is written yet. A single word is enough, and so is closing this page.")
            )

    def values(self) -> list[str]:
        """The answers as they are stored, in the questions' order; a checklist's ticks one a line."""
        answers = (self.cleaned_data.get(name, "") for name in self.fields)
        return ["\n".join(answer) if isinstance(answer, list) else answer for answer in answers]


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
