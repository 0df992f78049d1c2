"""Changes of the order of a module's steps: what each would mean for the clients in it, and how it is done."""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _

from resources import effects, readers
from resources.models import Module, Step
from resources.readers import Reader

UP, DOWN, OUT, BACK = "up", "down", "out", "back"


@dataclass
class Order:
    """A module's steps that go out, in order, and who is in it."""

    module: Module
    steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = self.module.order()

    @cached_property
    def readers(self) -> list[Reader]:
        return readers.of(self.module)

    def meaning(self, after: list[int], typed: dict[int, str] | None = None) -> tuple[list[str], str]:
        """Sentences about whoever would get another step next than so far, and a token for exactly these.

        `after` are ids of steps in their new order; one not saved yet is effects.NEW. `typed` are titles by id that
        are not saved yet. Both answers are empty when the order is nobody's concern.
        """
        changed = effects.turns(self.readers, [step.pk for step in self.steps], after)
        rows = self.module.steps.filter(pk__in=after)
        titles = {step.pk: step.title for step in [*self.steps, *rows]} | (typed or {})
        return effects.spoken(changed, titles), effects.token(changed, titles) if changed else ""

    def with_step(self, step: int, at: int | None) -> list[int]:
        """The ids when this one stands at place `at` (from 0) among the others; None means at the end."""
        others = [row.pk for row in self.steps if row.pk != step]
        place = len(others) if at is None else at
        return [*others[:place], step, *others[place:]]


@dataclass
class StepMove:
    """One step moved up or down, taken out of its module, or put back."""

    step: Step
    way: str

    @cached_property
    def order(self) -> Order:
        return Order(self.step.module)

    @property
    def is_possible(self) -> bool:
        """Whether there is a place to go to, as things stand."""
        if self.step.taken_out or self.way == BACK:
            return self.step.taken_out and self.way == BACK
        last = len(self.order.steps) - 1
        return {UP: self._at > 0, DOWN: self._at < last, OUT: True}[self.way]

    @cached_property
    def meaning(self) -> tuple[list[str], str]:
        """See Order.meaning."""
        return self.order.meaning(self._after)

    @property
    def button(self) -> str:
        """What the button says that does it."""
        said = {
            UP: _("Move “%(step)s” up"),
            DOWN: _("Move “%(step)s” down"),
            OUT: _("Take “%(step)s” out"),
            BACK: _("Put “%(step)s” back"),
        }
        return said[self.way] % {"step": self.step}

    @property
    def general(self) -> str:
        """What it means whoever is in the module."""
        return {
            OUT: _(
                "It then goes to nobody any more. Whoever has it keeps it, with what they wrote, and you can put it "
                "back at any time."
            ),
            BACK: _("It then goes to whoever has not had it yet, in its place in the order."),
        }.get(self.way, "")

    def act(self) -> str:
        """Do it. Returns what to say afterwards."""
        if self.way in (OUT, BACK):
            Step.objects.filter(pk=self.step.pk).update(taken_out=self.way == OUT)
            said = _("“%(step)s” is taken out.") if self.way == OUT else _("“%(step)s” is back.")
        else:
            self.step.module.place(self.step, self._at + (-1 if self.way == UP else 1))
            said = _("“%(step)s” was moved. Clients who wait for it get it in the new order.")
        return said % {"step": self.step}

    @cached_property
    def _at(self) -> int:
        return self.order.steps.index(self.step)

    @property
    def _after(self) -> list[int]:
        if self.way == OUT:
            return [row.pk for row in self.order.steps if row != self.step]
        if self.way == BACK:
            rows = self.step.module.steps.order_by("position", "pk")
            return [row.pk for row in rows if not row.taken_out or row == self.step]
        return self.order.with_step(self.step.pk, self._at + (-1 if self.way == UP else 1))


WAYS = (UP, DOWN, OUT, BACK)
