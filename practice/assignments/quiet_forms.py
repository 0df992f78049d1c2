"""What happens when nothing comes back to a step: the numbers that an assignment keeps for it."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator


def number_up_to(most: int, label: str, help_text: str) -> forms.IntegerField:
    """A number from 0 on, with plain words for any other."""
    out_of_bounds, no_number = f"Choose 0 to {most}.", f"Write a number from 0 to {most}."
    return forms.IntegerField(
        label=label,
        validators=[MinValueValidator(0, out_of_bounds), MaxValueValidator(most, out_of_bounds)],
        widget=forms.NumberInput(attrs={"min": 0, "max": most, "inputmode": "numeric"}),
        help_text=help_text,
        error_messages={"invalid": no_number, "required": no_number},
    )


class QuietForm(forms.Form):
    """After how many steps to which nothing came back it rests by itself."""

    rests_after = number_up_to(
        12,
        "Rest by itself after how many quiet steps",
        "0 means that it never does, and goes on step by step.",
    )


class RemindForm(forms.Form):
    """So many days after a step to which nothing came back, one short email says that it is still there."""

    remind_after = number_up_to(
        6,
        "How many days after a step to which nothing came back",
        "0 means never, as it is unless you choose otherwise.",
    )
