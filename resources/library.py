"""What a question is, and the practitioner's own library of them, from which an import proposes."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from practice.people.models import Practitioner, one_line
from practice.people.ownership import Owned, OwnedQuerySet
from resources import prompts, questions


class PromptKind(models.TextChoices):
    """How a prompt is answered."""

    TEXT = "text", _("In their own words")
    SCALE = "scale", _("On a scale from 0 to 10")
    CHOICE = "choice", _("By choosing one")
    CHECKLIST = "checklist", _("By ticking any")


class Question(Owned):
    """What a prompt in a step and one in the library have in common."""

    kind = models.CharField(_("answered"), max_length=10, choices=PromptKind, default=PromptKind.TEXT)
    text = models.CharField(_("question"), max_length=500, help_text=_("One open, gentle question."))
    #: choice and checklist: what can be chosen; scale: the labels of its two ends; text: empty.
    options = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        super().clean()
        self.options = [] if self.kind == PromptKind.TEXT else self.options
        problems = questions.problems_of(self.kind, self.text, self.options or [])
        if self.text and problems:
            raise ValidationError(problems)


class LibraryQuerySet(OwnedQuerySet):
    """Questions to propose from."""

    def items_of(self, practitioner: Practitioner) -> list[prompts.LibraryItem]:
        """A practitioner's library, which begins as a copy of ours."""
        self.begin(practitioner)
        return [
            prompts.LibraryItem(row.theme, row.kind, row.text, tuple(row.options))
            for row in self.of(practitioner)
        ]

    @transaction.atomic
    def begin(self, practitioner: Practitioner) -> None:
        """Fill a library that is empty."""
        Practitioner.objects.select_for_update().get(pk=practitioner.pk)  # so that two pages fill it once
        if not self.of(practitioner).exists():
            self.bulk_create(
                self.model(
                    practitioner=practitioner,
                    theme=item.theme,
                    kind=item.kind,
                    text=item.text,
                    options=list(item.options),
                )
                for item in prompts.LIBRARY
            )


class LibraryPrompt(Question):
    """A question of the practitioner's own library, from which an import proposes."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="library")
    theme = models.CharField(
        _("theme"),
        max_length=40,
        default=prompts.ANY,
        validators=[one_line],
        help_text=_(
            "Proposed for readings that speak of it. Any reading: proposed where no other theme fits."
        ),
    )

    objects: ClassVar = LibraryQuerySet.as_manager()

    class Meta:
        ordering = ("theme", "pk")
        verbose_name = _("question")
        verbose_name_plural = _("question library")
