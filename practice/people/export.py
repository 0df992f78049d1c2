"""One's own clients as a table for a spreadsheet, which "Add clients from a list" understands again."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from practice.people import audit
from practice.people.headings import MEANINGS
from practice.people.models import Client, Consent, Practitioner
from practice.people.owned_admin import RadioSelect
from practice.people.ownership import practitioner_of
from practice.people.sheets import as_csv

COLUMNS = (
    "name",
    "email",
    "greeting",
    "time_zone",
    "language",
    "discretion",
    "agreed_on",
    "agreed_how",
    "agreed_to",
)


class ExportForm(forms.Form):
    """What a practitioner takes along."""

    separator = forms.ChoiceField(
        label=_("What shall stand between the cells?"),
        choices=[(",", _("Commas")), (";", _("Semicolons"))],
        initial=",",
        widget=RadioSelect,
        help_text=_(
            "Spreadsheets that are set to German or Spanish expect semicolons. If a whole row lands in one cell, "
            "choose the other."
        ),
    )
    notes = forms.BooleanField(
        label=_("Take my private notes along"),
        required=False,
        help_text=_("They are encrypted here. In the file anybody who gets hold of it can read them."),
    )


def export_file(request: HttpRequest, form: ExportForm) -> HttpResponse:
    """The file, as a download."""
    owner, chosen = practitioner_of(request), form.cleaned_data
    table = as_csv(client_rows(owner, notes=chosen["notes"]), chosen["separator"])
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    today = timezone.localdate().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="clients-{today}.csv"'
    own = Client.objects.of(owner).only("pk")
    audit.note_each(owner, audit.Action.EXPORTED, ((client, client) for client in own))
    return response


def client_rows(owner: Practitioner, notes: bool) -> Iterator[list[str]]:
    """The headings, then a row for each client of the owner. Reflections are no part of it."""
    columns = [*COLUMNS, *(["private_note"] if notes else [])]
    yield [MEANINGS[column] for column in columns]
    clients = Client.objects.of(owner)
    agreed = {consent.client_id: consent for consent in Consent.objects.of(owner).filter(withdrawn_at=None)}
    for client in clients if notes else clients.defer("private_note"):
        told = _told(client, agreed.get(client.pk))
        yield [told[column] if column in told else getattr(client, column) for column in columns]


def _told(client: Client, consent: Any) -> dict[str, str]:
    """What is said in other words than it is stored: the English ones, which a list is read by."""
    with translation.override("en"):
        return {
            "language": client.get_language_display(),
            "discretion": client.get_discretion_display(),
            "agreed_on": timezone.localdate(consent.given_at).isoformat() if consent else "",
            "agreed_how": consent.get_how_display() if consent else "",
            "agreed_to": consent.wording if consent else "",
        }
