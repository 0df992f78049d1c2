"""A module in a colleague's hands: the one of theirs with the same words, else a copy."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from practice.people.models import Practitioner
from resources.models import Module, Prompt, Step


@dataclass(frozen=True)
class Counterpart:
    """The colleague's module, and which of its steps and prompts stands for which of the original: ids by ids."""

    module: Module
    steps: dict[int, int] = field(default_factory=dict)
    prompts: dict[int, int] = field(default_factory=dict)


def counterpart(module: Module, owner: Practitioner, taken: Collection[int] = ()) -> Counterpart:
    """What stands for a module with this owner. Made in a transaction of the caller's.

    A module of theirs with exactly the same words is used again, unless its id is `taken`: so ten clients who are
    handed over bring one copy, and one who is handed back returns to the original.
    """
    steps = _steps(module)
    words = _words(steps)
    for candidate in Module.objects.of(owner).filter(title=module.title).exclude(pk__in=taken).order_by("pk"):
        theirs = _steps(candidate)
        if _words(theirs) == words:
            return _matched(candidate, steps, theirs)
    return _matched(copy := _copy(module, steps, owner), steps, _steps(copy))


def _copy(module: Module, steps: list[Step], owner: Practitioner) -> Module:
    copy = Module.objects.create(practitioner=owner, **_values(module, MODULE))
    for step in steps:
        prompts = list(step.prompts.all())
        its = Step.objects.create(module=copy, position=step.position, **_values(step, STEP))
        Prompt.objects.bulk_create(
            Prompt(step=its, position=prompt.position, **_values(prompt, PROMPT)) for prompt in prompts
        )
    return copy


#: What a module says and how it is handled; what a step and a prompt say.
MODULE = ("title", "description", "sensitive_words", "holds_while_away")
STEP = ("title", "body", "minutes", "content_note", "taken_out")
PROMPT = ("kind", "text", "options")


def _values(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _steps(module: Module) -> list[Step]:
    return list(module.steps.order_by("position", "pk").prefetch_related("prompts"))


def _words(steps: list[Step]) -> list[Any]:
    return [
        (_values(step, STEP), [_values(prompt, PROMPT) for prompt in step.prompts.all()]) for step in steps
    ]


def _matched(module: Module, steps: list[Step], theirs: list[Step]) -> Counterpart:
    pairs = list(zip(steps, theirs, strict=True))
    prompts = {
        mine.pk: its.pk
        for step, other in pairs
        for mine, its in zip(step.prompts.all(), other.prompts.all(), strict=True)
    }
    return Counterpart(module, {step.pk: other.pk for step, other in pairs}, prompts)
