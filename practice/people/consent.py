"""Recording that a client agreed to receive emails, and that they took it back.

Rooms above this one add other ways to a client's agreement with `way`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.models import Client, Consent
from practice.people.owned_admin import RadioSelect, Textarea

#: The ways a practitioner can record; the third, the button in an email, is the client's own.
TOLD_ME = [(Consent.How.SPOKEN, Consent.How.SPOKEN.label), (Consent.How.PAPER, Consent.How.PAPER.label)]


@dataclass(frozen=True)
class Way:
    """A way to a client's agreement: how far it has come, in words or empty, and the page that leads on."""

    said: str
    label: str
    url: str


#: From a client, and whether a consent is in force, to such a way; None where there is none for them.
FindWay = Callable[[Client, bool], Way | None]
_ways: list[FindWay] = []


def way(find: FindWay) -> FindWay:
    """Register what finds such a way."""
    _ways.append(find)
    return find


def ways_of(client: Client, agreed: bool) -> list[Way]:
    """All that there are for this client."""
    return [found for find in _ways if (found := find(client, agreed))]


def moment_on(day: date, now: datetime) -> datetime:
    """When a consent of a day counts from: `now` if it is today, else the day's noon, on the desk's clock."""
    noon = timezone.make_aware(datetime.combine(day, time(12)))
    return now if day == timezone.localdate(now) else noon


class ConsentForm(forms.Form):
    """What a client agreed to: how they said so, on which day, to which words."""

    how = forms.ChoiceField(
        label=gettext_lazy("How did they agree?"),
        choices=TOLD_ME,
        initial=Consent.How.SPOKEN,
        widget=RadioSelect,
    )
    on = forms.DateField(
        label=gettext_lazy("On which day?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The day they told you or signed."),
    )
    wording = forms.CharField(
        label=gettext_lazy("To which words?"),
        initial=Consent.WORDING,
        widget=Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("If you use your own paper form, put its words here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise ValidationError(_("This day is still to come. Record a consent once it was given."))
        return on

    def record(self, client: Client) -> Consent:
        """Save what was agreed."""
        return Consent.objects.create(
            client=client,
            how=self.cleaned_data["how"],
            wording=self.cleaned_data["wording"],
            given_at=moment_on(self.cleaned_data["on"], timezone.now()),
        )
