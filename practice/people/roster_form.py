"""The two forms of "Add clients from a list": the list itself, and what its columns mean."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.people.headings import MEANINGS, meanings_of
from practice.people.models import Client
from practice.people.one_way import OneWayForm
from practice.people.roster import MOST_BYTES, TOO_LARGE, Table, Unreadable, decode, read_table
from practice.people.zone_field import ZoneField
from practice.people.zones import validate_zone

LANGUAGES = Client._meta.get_field("language").choices or ()


class ListForm(OneWayForm):
    """Takes a list in one of two ways."""

    ways = ("pasted", "file")
    nothing = gettext_noop("Paste a list here, or choose a file below.")
    too_many = gettext_noop("You gave both. Keep one of them and empty the other.")
    unreadable = Unreadable

    pasted = forms.CharField(
        label=gettext_lazy("Paste the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Copy the rows from your spreadsheet, with the line of headings, and paste them here."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=gettext_lazy(
            "A CSV file, as every spreadsheet and practice program can save one. Commas, semicolons or tabs, "
            "up to 10,000 rows and 2 MB."
        ),
    )
    time_zone = ZoneField(
        label=gettext_lazy("Where they live, if the list does not say"),
        help_text=gettext_lazy(
            "Type the name of a city or country, then choose. A column with a city or time zone comes first."
        ),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Their language, if the list does not say"),
        choices=LANGUAGES,
        help_text=gettext_lazy("Of the words around your text in the emails."),
    )

    table: Table | None = None
    text = ""

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        validate_zone(zone)
        return zone

    def read(self, way: str, data: dict[str, Any]) -> None:
        self.text = data["pasted"] if way == "pasted" else _text_of(data["file"])
        self.table = read_table(self.text)

    def columns(self) -> dict[str, str]:
        """What the next form would send for the columns of this list, as they are understood."""
        if self.table is None:
            return {}
        sample = [row.cells for row in self.table.rows[:20] if row.cells]
        meanings = meanings_of(self.table.headings, sample)
        return {f"column-{number}": meaning for number, meaning in enumerate(meanings)}


def _text_of(upload: Any) -> str:
    if upload.size > 2 * MOST_BYTES:  # in UTF-16 most letters take two bytes
        raise Unreadable(TOO_LARGE)
    return decode(upload.read())


class ColumnsForm(forms.Form):
    """The list as it was read, and what each of its columns means. It travels in the page and is kept nowhere."""

    text = forms.CharField(strip=False, widget=forms.HiddenInput)
    time_zone = ZoneField(widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.HiddenInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.table = read_table(data.get("text", ""))
        meanings = [(meaning, _(label)) for meaning, label in MEANINGS.items()]
        for number, heading in enumerate(self.table.headings):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=heading or _("Column %(number)s") % {"number": number + 1},
                required=False,
                choices=[("", _("Leave out")), *meanings],
                help_text=self._example(number),
            )

    def _example(self, number: int) -> str:
        cells = (row.cells[number] for row in self.table.rows[:20] if row.cells and len(row.cells) > number)
        example = next(filter(None, cells), "")
        return _("Such as “%(cell)s”.") % {"cell": example[:60]} if example else _("Empty in the first rows.")

    def column_fields(self) -> list[forms.BoundField]:
        """One for each column, in order."""
        return [self[name] for name in self.fields if name.startswith("column-")]

    def columns(self) -> list[str]:
        """What each column means. Call it when the form is valid."""
        return [self.cleaned_data[field.name] for field in self.column_fields()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [data.get(field.name, "") for field in self.column_fields()]
        for meaning, label in MEANINGS.items():
            if chosen.count(meaning) > 1:
                raise ValidationError(
                    _("Two columns are said to hold the same: %(meaning)s. Leave one of them out."),
                    params={"meaning": _(label)},
                )
        if "email" not in chosen:
            raise ValidationError(_("Choose below which column holds the email address."))
        if not {"name", "first_name", "last_name"} & {*chosen}:
            raise ValidationError(_("Choose below which column holds the name."))
        return data


def moment_of(text: str) -> datetime | None:
    """The moment that a page says it was made at; None when it says none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
