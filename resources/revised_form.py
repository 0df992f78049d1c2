"""A form that notices when somebody saved the same row in another window meanwhile."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from practice.people.long_open_form import come_back_with, words_there
from practice.people.owned_admin import OwnedForm


class RevisedForm(OwnedForm):
    """Base of forms over `Revised` rows. What was typed stays; what the other window has stands by each field."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.revision

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.instance.pk:
            other = type(self.instance).locked(self.instance.pk)
            if data.get("seen") != other.revision:
                self._tell(other, data)
        return data

    def _tell(self, other: Any, typed: dict[str, Any]) -> None:
        """Say what happened and what to do, and let the next save of this page be the one that counts."""
        at = timezone.localtime(other.changed_at)
        message = format_html(
            _(
                "This was saved in another window on {day} at {time}, after you opened it here. "
                'Nothing you typed is lost. Save again to keep what stands below, or <a href="">take the other '
                "version</a>."
            ),
            day=date_format(at, _("j F")),
            time=date_format(at, "H:i"),
        )
        self.add_error(None, ValidationError(message, code="saved_elsewhere"))
        for name in [name for name in typed if name in self.fields and hasattr(other, name)]:
            theirs = getattr(other, name)
            if typed.get(name) != theirs:
                self.add_error(name, words_there(theirs))
        come_back_with(self, {self.add_prefix("seen"): str(other.revision)})
