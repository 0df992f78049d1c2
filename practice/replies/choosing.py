"""What a client chooses of their emails: how much one shows, the language, the day and the hour.

All of it is set already, by their practitioner, and nothing must be chosen.
"""

from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from practice.assignments.models import Assignment
from practice.people import audit
from practice.people.models import Client

Discretion = Client.Discretion
FIELDS = ("discretion", "language", "likes_weekday", "likes_at")


class ChoicesForm(forms.Form):
    """Begins with what holds for this client now."""

    discretion = forms.ChoiceField(
        label=_("What an email shows"),
        choices=[
            (Discretion.FULL, _("The whole reading")),
            (Discretion.NOTICE, _("Only that there is something to read, and a link to it")),
        ],
        widget=forms.RadioSelect,
        help_text=_(
            "Choose the link if somebody else can see your emails. Nobody can tell from the subject or the sender "
            "what they are about."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("Of these pages, and of the words around a reading."),
    )
    likes_weekday = forms.TypedChoiceField(
        label=_("A day that suits you"),
        choices=[("", _("Any day")), *WEEKDAYS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    likes_at = forms.TimeField(
        label=_("An hour that suits you, on your own clock"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        required=False,
        error_messages={"invalid": _("This is not a time we understand. Write it like 18:00.")},
    )
    #: What each was when the page was made: whoever leaves one so, changes nothing that was chosen meanwhile, nor, of
    #: several series, the day and the hour of those that come at another time.
    discretion_before = forms.CharField(required=False, widget=forms.HiddenInput)
    language_before = forms.CharField(required=False, widget=forms.HiddenInput)
    likes_weekday_before = forms.IntegerField(required=False, widget=forms.HiddenInput)
    likes_at_before = forms.TimeField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, client: Client, language: str) -> "ChoicesForm":
        """As it is now, in the `language` that they read it in: the day and the hour are those of what they receive, if
        they did not choose any."""
        weekday, at = _as_it_comes(client)
        chosen = {"likes_weekday": weekday, "likes_at": at}
        chosen |= {name: value for name in FIELDS if (value := getattr(client, name)) is not None}
        before = {f"{name}_before": chosen.get(name) for name in FIELDS}
        return cls(initial=chosen | before | {"language": language})

    def keep(self, client: Client, now: datetime) -> None:
        """Let it hold from now on, and what the client receives follow at its next turn. Call it in a transaction."""
        asked: dict[str, Any] = self.cleaned_data
        chosen = {name: asked[name] for name in FIELDS if asked[name] != asked[f"{name}_before"]}
        for name, value in chosen.items():
            setattr(client, name, value)
        client.save(update_fields=chosen)
        audit.note(None, audit.Action.CHANGED, client)
        for row in Assignment.objects.running().filter(client=client).order_by("pk"):
            if row.change_slot(chosen.get("likes_weekday"), chosen.get("likes_at"), now):
                audit.note(None, audit.Action.CHANGED, row, client)


def _as_it_comes(client: Client) -> tuple[int | None, time | None]:
    """The weekday and the hour of the first thing that the client receives, if there is any."""
    row = Assignment.objects.running().filter(client=client).order_by("next_due_at", "pk").first()
    return ((row.next_on or row.first_on).weekday(), row.at) if row else (None, None)
