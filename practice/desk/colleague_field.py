"""The field in which a colleague is chosen who takes clients over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from practice.people.models import Practitioner


class ColleagueField(forms.ModelChoiceField):
    """One of those who can sign in; a form may leave some out by its `queryset`."""

    def __init__(self, help_text: Any) -> None:
        super().__init__(
            Practitioner.objects.filter(is_active=True).order_by("name"),
            label=gettext_lazy("Colleague"),
            empty_label=gettext_lazy("Choose a colleague"),
            help_text=help_text,
            error_messages={
                "required": gettext_lazy("Choose the colleague who takes over."),
                "invalid_choice": gettext_lazy(
                    "This colleague’s account is closed now. Nothing was changed: choose somebody else."
                ),
            },
        )
