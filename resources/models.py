"""What clients read: articles as imported, and the modules, steps and prompts made from them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from practice.people.models import Practitioner, one_line
from practice.people.ownership import Owned, OwnedQuerySet
from resources import prompts, questions
from resources.blocks import join_blocks
from resources.draft import Draft
from resources.sanitize import clean


class Revised(Owned):
    """A row that two browsers may edit at once: each save counts, so that the second one notices."""

    revision = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def count_save(self) -> None:
        """Note that this row is being changed now. The caller saves it."""
        self.revision += 1
        self.changed_at = timezone.now()


class Article(Revised):
    """A source text as imported, with the proposal that its practitioner reviews before a module is made."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="articles")
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=120, blank=True)
    source = models.CharField("where it came from", max_length=300, blank=True)
    html = models.TextField(help_text="The cleaned text, whole.")
    #: `resources.draft.Draft.as_json()`: steps with prompts, and what was left out.
    proposal = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.title

    @classmethod
    def from_draft(cls, practitioner: Practitioner, draft: Draft, source: str = "") -> Article:
        """Keep an import. `source` says where it came from: a file's name, an address, "Pasted"."""
        html = join_blocks([step.html for step in draft.steps])
        return cls.objects.create(
            practitioner=practitioner,
            title=draft.title[:200],
            author=draft.author[:120],
            source=source[:300],
            html=html,
            proposal=draft.as_json(),
        )

    @property
    def draft(self) -> Draft:
        """The proposal, with every reading cleaned again."""
        draft = Draft.from_json(self.proposal)
        for step in [*draft.steps, *(piece.whole for piece in draft.left_out if piece.whole)]:
            step.html = clean(step.html)
        for piece in draft.left_out:
            piece.html = clean(piece.html)
        return draft

    def save_draft(self, draft: Draft, seen: int) -> bool:
        """Save a reviewed proposal unless somebody saved after revision `seen`; answers whether it was saved."""
        changes = {"proposal": draft.as_json(), "title": draft.title[:200], "author": draft.author[:120]}
        rows = type(self).objects.filter(pk=self.pk, revision=seen)
        saved = rows.update(revision=seen + 1, changed_at=timezone.now(), **changes)
        self.refresh_from_db()
        return bool(saved)

    @transaction.atomic
    def make_module(self) -> Module:
        """A module with the steps and prompts of the proposal. The article stays, to be used again."""
        module = Module.objects.create(practitioner=self.practitioner, article=self, title=self.title)
        for number, part in enumerate(self.draft.steps, start=1):
            step = Step.objects.create(
                module=module, position=number, title=part.title, body=part.html, minutes=part.minutes
            )
            Prompt.objects.bulk_create(
                Prompt(
                    step=step,
                    position=place,
                    kind=prompt.kind,
                    text=prompt.text,
                    options=[] if prompt.kind == PromptKind.TEXT else prompt.options,
                )
                for place, prompt in enumerate(part.prompts, start=1)
            )
        return module


class Module(Revised):
    """An ordered set of steps."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="modules")
    article = models.ForeignKey(
        Article, models.SET_NULL, null=True, blank=True, related_name="modules", editable=False
    )
    title = models.CharField(
        max_length=200,
        validators=[one_line],
        help_text="For you and your clients, on their private pages only.",
    )
    description = models.TextField(blank=True, help_text="For yourself: what it is about and whom it suits.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def next_position(self) -> int:
        """The position of a step that is added at the end."""
        return (self.steps.aggregate(last=models.Max("position"))["last"] or 0) + 1

    @transaction.atomic
    def move(self, step: Step, by: int) -> None:
        """Move a step up (by -1) or down (by 1) among the others."""
        steps = list(self.steps.order_by("position", "pk"))
        at = steps.index(step)
        if 0 <= at + by < len(steps):
            steps.insert(at + by, steps.pop(at))
        for position, row in enumerate(steps, start=1):
            row.position = position
        Step.objects.bulk_update(steps, ["position"])


class Step(Revised):
    """One week's reading."""

    owner_path = "module__practitioner"

    module = models.ForeignKey(Module, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField(default=0, help_text="Steps go out in this order.")
    title = models.CharField(max_length=200, validators=[one_line], help_text="The heading of the reading.")
    body = models.TextField(help_text="The reading itself.")
    minutes = models.PositiveSmallIntegerField(
        "minutes to read",
        default=1,
        help_text="Shown above the reading, so that a client can choose the moment.",
    )
    content_note = models.CharField(
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text="Optional, shown before the reading: “This one speaks about loss.”",
    )

    class Meta:
        ordering = ("module", "position", "pk")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = clean(self.body)
        super().save(*args, **kwargs)

    def number_prompts(self) -> None:
        """Number the questions from 1 again, in their order."""
        rows = list(self.prompts.order_by("position", "pk"))
        for position, prompt in enumerate(rows, start=1):
            prompt.position = position
        Prompt.objects.bulk_update(rows, ["position"])


class PromptKind(models.TextChoices):
    """How a prompt is answered."""

    TEXT = "text", "In their own words"
    SCALE = "scale", "On a scale from 0 to 10"
    CHOICE = "choice", "By choosing one"
    CHECKLIST = "checklist", "By ticking any"


class Question(Owned):
    """What a prompt in a step and one in the library have in common."""

    kind = models.CharField("answered", max_length=10, choices=PromptKind, default=PromptKind.TEXT)
    text = models.CharField("question", max_length=500, help_text="One open, gentle question.")
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


class Prompt(Question):
    """One question below a step."""

    owner_path = "step__module__practitioner"

    step = models.ForeignKey(Step, models.CASCADE, related_name="prompts")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("step", "position", "pk")


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
        max_length=40,
        default=prompts.ANY,
        validators=[one_line],
        help_text="Proposed for readings that speak of it. Any reading: proposed where no other theme fits.",
    )

    objects: ClassVar = LibraryQuerySet.as_manager()

    class Meta:
        ordering = ("theme", "pk")
        verbose_name = "question"
        verbose_name_plural = "question library"
