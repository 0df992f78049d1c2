"""Changing the email of one step for one client: a form, and what saves it while the step has not left."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.people.models import one_line
from resources.models import Step
from resources.reading_field import reading_field

GONE = gettext_noop("This step has been handed over or skipped in the meantime, so nothing was changed.")


class WordingForm(forms.Form):
    """The title and the reading of one step, for one client."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=200,
        validators=[one_line],
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=gettext_lazy("The heading of the reading."),
        error_messages={"required": gettext_lazy("Give it a title.")},
    )
    body = reading_field(
        help_text=gettext_lazy(
            "Headings, lists, emphasis and links reach the client as you see them. The questions stay those of the "
            "step."
        ),
        error_messages={"required": gettext_lazy("Write something, or skip the step.")},
    )

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not strip_tags(body).strip():
            raise ValidationError(_("Write something, or skip the step."))
        return body


def wording_of(row: Assignment, step: Step) -> OwnWording | None:
    """What was written for this client alone, if anything."""
    return OwnWording.objects.filter(assignment=row, step=step).first()


def as_it_is(row: Assignment, step: Step) -> dict[str, Any]:
    """The title and the reading as they would go out now."""
    words = wording_of(row, step) or step
    return {"title": words.title, "body": words.body}


def reword(row: Assignment, step: Step, title: str, body: str) -> bool:
    """Bring a step to come in these words. Returns False when its turn has been: then nothing is changed."""
    with row.locked():
        if not row.remaining_steps().filter(pk=step.pk).exists():
            return False
        OwnWording.objects.update_or_create(
            assignment=row, step=step, defaults={"title": title, "body": body}
        )
        return True


def take_modules_words(row: Assignment, step: Step) -> bool:
    """Bring a step to come as the module has it. Returns whether that changed anything."""
    with row.locked():
        if not row.remaining_steps().filter(pk=step.pk).exists():
            return False
        return OwnWording.objects.filter(assignment=row, step=step).delete()[0] > 0
