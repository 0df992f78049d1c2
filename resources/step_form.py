"""The form of a step: its reading, its place, and one question back when the place matters to somebody."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people.owned_admin import TextInput
from resources import effects
from resources.reading_field import reading_field
from resources.revised_form import RevisedForm
from resources.step_moves import Order

LAST_PLACE = 10_000


class StepForm(RevisedForm):
    """A step's reading, written in a small editor; without a script it is HTML in a box."""

    body = reading_field(
        help_text=gettext_lazy(
            "About 100 to 600 words. Headings, lists, emphasis and links reach the client as you see them."
        ),
    )
    place = forms.IntegerField(
        label=gettext_lazy("Place in the module"),
        required=False,
        min_value=1,
        max_value=LAST_PLACE,
        widget=TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("1 is the first to go out. Empty: at the end."),
    )
    #: The place that the page showed: a step that was moved in another window is not moved back by a save here.
    shown_place = forms.IntegerField(required=False, widget=forms.HiddenInput)
    #: What the practitioner was asked about before: see Order.meaning.
    agreed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = self.instance
        if step.pk and not step.taken_out:
            place = step.module.order().index(step) + 1
            self.fields["place"].initial = self.fields["shown_place"].initial = place

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.moves_to(data) and not self.errors:
            self._ask_once(data)
        return data

    def moves_to(self, data: dict[str, Any]) -> bool:
        """Whether it gets another place than it has, or a first one."""
        if self.instance.pk is None:
            return True
        return not self.instance.taken_out and data.get("place") != data.get("shown_place")

    def _ask_once(self, data: dict[str, Any]) -> None:
        """Stop the first save that changes what somebody gets next, say for whom, and let the next one be agreement."""
        step, place = self.instance, data.get("place")
        order = Order(step.module if step.pk else data["module"])
        pk = step.pk or effects.NEW
        after = order.with_step(pk, place - 1 if place else None)
        sentences, token = order.meaning(after, {pk: data["title"]})
        if token == data.get("agreed", ""):
            return
        if sentences:
            ask = _("Nothing is saved yet. Save again to do this, or choose another place.")
            said = format_html_join(" ", "{}", ((sentence,) for sentence in [*sentences, ask]))
            self.add_error("place", ValidationError(said, code="asked"))
        kept = cast(QueryDict, self.data).copy()
        kept[self.add_prefix("agreed")] = token
        self.data = kept
