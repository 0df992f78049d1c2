"""Changing the email of one step for one client: a form, and what saves it while the step has not left."""

from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.people.long_open_form import come_back_with, words_there
from practice.people.models import one_line
from resources.models import Step
from resources.reading_field import reading_field
from resources.sanitize import clean

GONE = gettext_noop(
    "This step has been handed over or skipped in the meantime, so nothing was changed. What you typed is still here, "
    "so that you can copy it."
)


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
    #: Which words the page was opened with: see as_it_is.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    #: Whether it comes back because the words are others than the page was opened with.
    asks: bool = False
    #: The reading as it is by now, where it is another than what was typed.
    other_reading: SafeString | None = None

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if not strip_tags(body).strip():
            raise ValidationError(_("Write something, or skip the step."))
        return body

    def ask_to_keep(self, now: dict[str, Any]) -> None:
        """Say that the words are others `now`, and let the next save of this page be the one that counts."""
        self._ask(
            now,
            _(
                "These words were changed in another window after you opened them here. Nothing is saved yet, and "
                "nothing you typed is lost. Press the button again to keep what stands below, or "
                '<a href="">take the other version</a>.'
            ),
        )

    def ask_to_drop(self, now: dict[str, Any]) -> None:
        """The same before these words are dropped for those of the module."""
        self._ask(
            now,
            _(
                "These words were changed in another window after you opened them here. Nothing is changed yet. Press "
                "“Use the module’s words again” once more to give them up, or "
                '<a href="">keep the other version</a>.'
            ),
        )

    def _ask(self, now: dict[str, Any], message: str) -> None:
        self.asks = True
        self.full_clean()
        typed = {"title": "", "body": ""} | self.cleaned_data
        with_a_link = mark_safe(message)  # noqa: S308 - our own words
        self.add_error(None, ValidationError(with_a_link, code="saved_elsewhere"))
        if typed["title"] != now["title"]:
            self.add_error("title", words_there(now["title"]))
        if typed["body"] != now["body"]:
            self.add_error("body", _("This text is different there: it stands below."))
            self.other_reading = mark_safe(clean(now["body"]))  # noqa: S308 - cleaned on render too
        come_back_with(self, {"seen": now["seen"]})


def wording_of(row: Assignment, step: Step) -> OwnWording | None:
    """What was written for this client alone, if anything."""
    return OwnWording.objects.filter(assignment=row, step=step).first()


def as_it_is(row: Assignment, step: Step) -> dict[str, Any]:
    """The title and the reading as they would go out now; `seen` tells whether they still do."""
    words = wording_of(row, step) or step
    return {"title": words.title, "body": words.body, "seen": _digest(words.title, words.body)}


def keep(form: WordingForm, row: Assignment, step: Step) -> bool:
    """Bring a step to come in the words of a valid form. Returns False when the form says why it was not done."""
    title, body = form.cleaned_data["title"], form.cleaned_data["body"]
    with row.locked():
        to_come = row.remaining_steps().filter(pk=step.pk).first()
        if to_come is None:
            form.add_error(None, _(GONE))
            return False
        now = as_it_is(row, to_come)
        if now["seen"] not in (form.cleaned_data["seen"], _digest(title, body)):
            form.ask_to_keep(now)
            return False
        return reword(row, to_come, title, body)


def _digest(title: str, body: str) -> str:
    return sha256(f"{title}\n{body}".encode()).hexdigest()


def reword(row: Assignment, step: Step, title: str, body: str) -> bool:
    """Bring a step to come in these words. Returns False when its turn has been: then nothing is changed."""
    with row.locked():
        if not row.remaining_steps().filter(pk=step.pk).exists():
            return False
        OwnWording.objects.update_or_create(
            assignment=row, step=step, defaults={"title": title, "body": body}
        )
        return True


def take_modules_words(form: WordingForm, row: Assignment, step: Step) -> bool:
    """Bring a step to come as the module has it. Returns whether that changed anything; the form says what somebody
    wrote meanwhile, of which its page knew nothing.
    """
    with row.locked():
        own = wording_of(row, step)
        if own is None or not row.remaining_steps().filter(pk=step.pk).exists():
            return False
        now = as_it_is(row, step)
        if form.data.get("seen") != now["seen"]:
            form.ask_to_drop(now)
            return False
        own.delete()
        return True
