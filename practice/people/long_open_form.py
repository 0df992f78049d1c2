"""A form whose page may have been open for long: it changes only what was changed on it."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _

LONGEST_SHOWN = 200


class LongOpenForm(forms.ModelForm):
    """Base of forms over rows that others change meanwhile. What was not touched here stays as it is there by now.

    What was changed in both is told by its field, and what was typed counts at the next press.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # Sent without what the page showed, everything counts as typed.
            shown = not self.is_bound or self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = shown and bool(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        shown = [name for name in cleaned if self.fields[name].show_hidden_initial and name in self.initial]
        kept = [name for name in shown if name not in self.changed_data]
        for named in (self.add_prefix, self.add_initial_prefix):
            come_back_with(self, {named(name): _text(self.initial[name]) for name in kept})
        self._tell([name for name in shown if name not in kept and self._is_other_there(name, cleaned[name])])
        return cleaned | {name: self.initial[name] for name in kept}

    def _is_other_there(self, name: str, typed: Any) -> bool:
        """Whether somebody made it something else than what the page showed, and than what was typed."""
        there = _plain(self.initial[name])
        return there not in (_plain(self.data[self.add_initial_prefix(name)]), _plain(typed))

    def _tell(self, names: list[str]) -> None:
        """Say what happened and what to do, and let the next save of this page be the one that counts."""
        if not names:
            return
        message = format_html(
            _(
                "This was changed elsewhere after you opened it here. Nothing you typed is lost. Save again to keep "
                'what stands below, or <a href="{here}">take the other version</a>.'
            ),
            here="",
        )
        self.add_error(None, ValidationError(message, code="saved_elsewhere"))
        for name in names:
            choices = dict(getattr(self.fields[name], "choices", ()))
            self.add_error(name, words_there(choices.get(self.initial[name], self.initial[name])))
        come_back_with(self, {self.add_initial_prefix(name): _text(self.initial[name]) for name in names})


def come_back_with(form: forms.BaseForm, values: Mapping[str, str]) -> None:
    """Let the page of a form, should it come back, hold these values in its fields, by their names on the page."""
    data = cast(QueryDict, form.data).copy()
    for name, value in values.items():
        data[name] = value
    form.data = data


def words_there(theirs: Any) -> str:
    """What stands beside a field whose row has something else by now."""
    if theirs in (None, ""):
        return _("It is empty there.")
    if len(str(theirs)) > LONGEST_SHOWN:
        return _("This text is different there.")
    return _("There: “%(theirs)s”.") % {"theirs": theirs}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(value: Any) -> str:
    """Without what a browser changes by itself, such as the ends of lines."""
    return " ".join(_text(value).split())
