"""The form of one question, in a step or in the library: its options are typed one a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from practice.people.owned_admin import OwnedForm, Textarea
from resources.questions import lines_of

LAST = 10_000


class LinesField(forms.CharField):
    """A list of short texts, typed one a line."""

    widget = Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, list) else lines_of(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


class QuestionForm(OwnedForm):
    """A question with its kind and its options."""

    options = LinesField(
        label=_("Answers to choose from"),
        required=False,
        help_text=_(
            "One on each line. For a scale: the words at its low end, then those at its high end. "
            "A written answer needs none."
        ),
    )

    class Meta:
        widgets = {"text": Textarea(attrs={"rows": 2})}


class PromptForm(QuestionForm):
    """A question below a step; one without a place comes last."""

    position = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=1,
        help_text=_("Questions stand in this order. Empty: at the end."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["position"].initial = self.instance.position if self.instance.pk else None

    def clean_position(self) -> int:
        position: int | None = self.cleaned_data["position"]
        return position or LAST
