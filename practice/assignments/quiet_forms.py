"""What happens when nothing comes back to a step: the numbers that an assignment keeps for it."""

from typing import TYPE_CHECKING

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def number_up_to(most: int, label: "_StrPromise", help_text: "_StrPromise") -> forms.IntegerField:
    """A number from 0 on, with plain words for any other."""
    out_of_bounds = format_lazy(_("Choose 0 to {most}."), most=most)
    no_number = format_lazy(_("Write a number from 0 to {most}."), most=most)
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
        _("Rest by itself after how many quiet steps"),
        _("0 means that it never does, and goes on step by step."),
    )


class RemindForm(forms.Form):
    """So many days after a step to which nothing came back, one short email says that it is still there."""

    remind_after = number_up_to(
        6,
        _("How many days after a step to which nothing came back"),
        _("0 means never, as it is unless you choose otherwise."),
    )
