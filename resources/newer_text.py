"""What a newer text of an article would change in a module, step by step, and doing what is chosen of it."""

import hashlib
import json
from dataclasses import dataclass

from django.db import transaction

from resources import effects
from resources.comparing import Pair, Paragraph, pairs, paragraphs
from resources.content import LONGEST_TITLE, ContentStep
from resources.draft import Draft
from resources.models import Module, Step
from resources.sanitize import clean
from resources.step_moves import OUT, Order, StepMove


@dataclass
class Difference:
    """One step of the module, one part of the newer text, or both, and what taking it over would mean."""

    #: The step's id and the part's number, such as "12-0", "12-" or "-0": a tick counts for these and no others.
    name: str
    step: Step | None
    part: ContentStep | None
    paragraphs: list[Paragraph]
    meaning: list[str]

    @property
    def kind(self) -> str:
        """ "added", "removed", "changed" or "same"."""
        if self.step is None or self.part is None:
            return "added" if self.step is None else "removed"
        same = self.step.title == self.part.title and all(text.kind == "same" for text in self.paragraphs)
        return "same" if same else "changed"


def parts_of(draft: Draft) -> list[ContentStep]:
    """The newer text as steps, cleaned."""
    return [
        ContentStep(part.title[:LONGEST_TITLE], clean(part.html), part.minutes, "", part.prompts)
        for part in draft.steps
    ]


def differences(module: Module, draft: Draft) -> list[Difference]:
    """Step by step, in the order of the newer text."""
    order, parts = Order(module), parts_of(draft)
    found, place = [], 0
    for pair in pairs(order.steps, parts):
        step = None if pair.old is None else order.steps[pair.old]
        part = None if pair.new is None else parts[pair.new]
        lines = paragraphs(step.body if step else "", part.body if part else "")
        name = f"{step.pk if step else ''}-{'' if pair.new is None else pair.new}"
        found.append(Difference(name, step, part, lines, _meaning(order, pair, step, part, place)))
        place = place if pair.old is None else pair.old + 1
    return found


def _meaning(order: Order, pair: Pair, step: Step | None, part: ContentStep | None, place: int) -> list[str]:
    if step is None and part:
        return order.meaning(order.with_step(effects.NEW, place), {effects.NEW: part.title})[0]
    if step and part is None:
        return [*effects.standing(order.readers, step.pk), *StepMove(step, OUT).meaning[0]]
    return effects.standing(order.readers, step.pk) if step else []


@transaction.atomic
def take_over(module: Module, draft: Draft, chosen: set[str], looked_at: str) -> int | None:
    """Do what was chosen, by name: new words for a step, a step more, or one taken out. Its questions stay.

    Answers how many changes these were; None, and nothing is done, when the module is not as it was `looked_at`.
    """
    module = Module.locked(module.pk)  # so that two presses do it once
    list(module.steps.select_for_update(no_key=True).order_by("pk"))
    if seen(module) != looked_at:
        return None
    found = differences(module, draft)
    taken = {one.name for one in found if one.name in chosen and one.kind != "same"}
    _take(module, found, taken)
    return len(taken)


def _take(module: Module, found: list[Difference], taken: set[str]) -> None:
    above: Step | None = None
    for difference in found:
        step, part, is_taken = difference.step, difference.part, difference.name in taken
        if is_taken and step and part:
            step.title, step.body, step.minutes = part.title, part.body, part.minutes
            step.count_save()
            step.save()
        elif is_taken and step:
            Step.objects.filter(pk=step.pk).update(taken_out=True)
            continue
        elif is_taken and part:
            step = Step.write(module, module.next_position(), part)
            order = module.order()
            module.place(step, order.index(above) + 1 if above else 0)
        above = step or above


def seen(module: Module) -> str:
    """Names the module as it stands, so that a choice counts for what was looked at."""
    rows = [[step.pk, step.revision] for step in module.order()]
    return hashlib.sha256(json.dumps([rows, module.content().as_json()]).encode()).hexdigest()
