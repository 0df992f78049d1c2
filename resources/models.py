"""What clients read: articles as imported, and the modules, steps and prompts made from them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice.people.models import Practitioner, one_line
from practice.people.ownership import OwnedQuerySet
from resources.blocks import join_blocks
from resources.content import Content, ContentStep
from resources.draft import Draft, DraftPrompt
from resources.library import LibraryPrompt, PromptKind, Question
from resources.revised import Revised
from resources.sanitize import clean

__all__ = ["Article", "LibraryPrompt", "Module", "Prompt", "PromptKind", "Question", "Step"]


class Article(Revised):
    """A source text as imported, with the proposal that its practitioner reviews before a module is made."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="articles")
    title = models.CharField(_("title"), max_length=200)
    author = models.CharField(_("author"), max_length=120, blank=True)
    source = models.CharField(_("where it came from"), max_length=300, blank=True)
    html = models.TextField(help_text=_("The cleaned text, whole."))
    #: `resources.draft.Draft.as_json()`: steps with prompts, and what was left out.
    proposal = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
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

    def make_module(self) -> Module:
        """A module with the steps and prompts of the proposal. The article stays, to be used again."""
        steps = [
            ContentStep(step.title, step.html, step.minutes, "", step.prompts) for step in self.draft.steps
        ]
        return Module.write(self.practitioner, Content(self.title, "", steps), article=self)


class ModuleQuerySet(OwnedQuerySet):
    """Modules, asked for in plain words."""

    def from_colleagues(self, practitioner: Practitioner) -> Self:
        """Those that others here share at this moment. They may be read and copied, and nothing else."""
        others = self.filter(is_shared=True, practitioner__is_active=True)
        return others.exclude(practitioner=practitioner).select_related("practitioner")


class Module(Revised):
    """An ordered set of steps."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="modules")
    article = models.ForeignKey(
        Article, models.SET_NULL, null=True, blank=True, related_name="modules", editable=False
    )
    title = models.CharField(
        _("title"),
        max_length=200,
        validators=[one_line],
        help_text=_("For you and your clients, on their private pages only."),
    )
    description = models.TextField(
        _("description"),
        blank=True,
        help_text=_(
            "What it is about and whom it suits. Clients never see it. It goes along with a copy, a file, "
            "and when you share the module: name nobody here."
        ),
    )
    #: Whether the colleagues of this practice may read and copy it.
    is_shared = models.BooleanField(default=False, editable=False)
    #: The starter that it was taken over from, if it was.
    starter = models.CharField(max_length=40, blank=True, editable=False)
    sensitive_words = models.TextField(
        _("sensitive words"),
        blank=True,
        help_text=_(
            "One on each line: what nobody beside your client should read on a screen, such as depression, "
            "anxiety, panic, trauma, addiction, eating disorder, grief or therapy. Add the forms and languages you use "
            "(anxious, Angst, Trauer). You are warned when a sender, a subject or the line below it holds one. They go "
            "along with a copy, a file, and when you share the module."
        ),
    )
    holds_while_away = models.BooleanField(
        _("hold it while I am away"),
        default=False,
        help_text=_(
            "No email of it leaves then. It carries on by itself when you are back. Otherwise it goes on."
        ),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects: ClassVar = ModuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    @classmethod
    @transaction.atomic
    def write(cls, practitioner: Practitioner, content: Content, **more: Any) -> Module:
        """A new module of this practitioner that says this. `more` are fields that content does not have."""
        module = cls.objects.create(
            practitioner=practitioner,
            title=content.title,
            description=content.description,
            sensitive_words=content.sensitive_words,
            holds_while_away=content.holds_while_away,
            **more,
        )
        for position, part in enumerate(content.steps, start=1):
            Step.write(module, position, part)
        return module

    def content(self) -> Content:
        """What it says, to be written again elsewhere."""
        steps = [
            step.content()
            for step in self.steps.in_use().order_by("position", "pk").prefetch_related("prompts")
        ]
        return Content(self.title, self.description, steps, self.sensitive_words, self.holds_while_away)

    def next_position(self) -> int:
        """The position of a step that is added at the end."""
        return (self.steps.aggregate(last=models.Max("position"))["last"] or 0) + 1

    def order(self) -> list[Step]:
        """The steps that go out, in order."""
        return list(self.steps.in_use().order_by("position", "pk"))

    @transaction.atomic
    def place(self, step: Step, at: int) -> None:
        """Put a step at place `at` (from 0) among those that go out; beyond the last means at the end."""
        Module.locked(self.pk)  # so that two moves come one after the other
        steps = [row for row in self.steps.order_by("position", "pk") if row != step]
        going_out = [row for row in steps if not row.taken_out]
        steps.insert(steps.index(going_out[at]) if at < len(going_out) else len(steps), step)
        for position, row in enumerate(steps, start=1):
            row.position = position
        Step.objects.bulk_update(steps, ["position"])


class StepQuerySet(OwnedQuerySet):
    """Steps, asked for in plain words."""

    def in_use(self) -> Self:
        """Those that were not taken out of their module."""
        return self.filter(taken_out=False)


class Step(Revised):
    """One week's reading."""

    owner_path = "module__practitioner"

    module = models.ForeignKey(Module, models.CASCADE, related_name="steps", verbose_name=_("module"))
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("Steps go out in this order.")
    )
    title = models.CharField(
        _("title"), max_length=200, validators=[one_line], help_text=_("The heading of the reading.")
    )
    body = models.TextField(_("body"), help_text=_("The reading itself."))
    minutes = models.PositiveSmallIntegerField(
        _("minutes to read"),
        default=1,
        help_text=_("Shown above the reading, so that a client can choose the moment."),
    )
    content_note = models.CharField(
        _("content note"),
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text=_("Optional, shown before the reading: “This one speaks about loss.”"),
    )
    #: It goes to nobody any more. Whoever has it keeps it, with what they wrote.
    taken_out = models.BooleanField(default=False, editable=False)

    objects: ClassVar = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("module", "position", "pk")

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = clean(self.body)
        super().save(*args, **kwargs)

    @classmethod
    def locked(cls, pk: int) -> Self:
        """Its module is locked first, as by whatever changes several steps: else the two would wait for each other."""
        Module.locked(cls._base_manager.values_list("module", flat=True).get(pk=pk))
        return super().locked(pk)

    @classmethod
    def write(cls, module: Module, position: int, part: ContentStep) -> Step:
        """A new step of a module, with its questions."""
        step = cls.objects.create(
            module=module,
            position=position,
            title=part.title,
            body=part.body,
            minutes=part.minutes,
            content_note=part.content_note,
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
        return step

    def content(self) -> ContentStep:
        """What it says, with its questions."""
        prompts = [DraftPrompt(row.kind, row.text, list(row.options)) for row in self.prompts.all()]
        return ContentStep(self.title, clean(self.body), self.minutes, self.content_note, prompts)

    def number_prompts(self) -> None:
        """Number the questions from 1 again, in their order."""
        rows = list(self.prompts.order_by("position", "pk"))
        for position, prompt in enumerate(rows, start=1):
            prompt.position = position
        Prompt.objects.bulk_update(rows, ["position"])


class Prompt(Question):
    """One question below a step."""

    owner_path = "step__module__practitioner"

    step = models.ForeignKey(Step, models.CASCADE, related_name="prompts")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ("step", "position", "pk")
