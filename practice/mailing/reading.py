"""What a client got to read and was asked: in the words of their own edition, whatever became of the step since."""

from dataclasses import dataclass
from typing import Any, Self

from practice.mailing import personal
from practice.mailing.models import Delivery
from resources.models import Step


@dataclass(frozen=True)
class Asked:
    """A question as it was put. `prompt` is its id in the step it came from, where it may no longer be."""

    prompt: int
    kind: str
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """A step as it was at one moment."""

    title: str
    body: str
    minutes: int
    content_note: str
    questions: tuple[Asked, ...]

    @classmethod
    def of_step(cls, step: Step) -> Self:
        """As it is now."""
        asked = (
            Asked(row.pk, row.kind, row.text, tuple(map(str, row.options))) for row in step.prompts.all()
        )
        return cls(step.title, step.body, step.minutes, step.content_note, tuple(asked))

    @classmethod
    def of_delivery(cls, delivery: Delivery) -> Self:
        """As it was when the email left; of one that never left, as it is now."""
        kept = delivery.edition.reading if delivery.edition else None
        return cls.from_json(kept) if kept else cls.of_step(personal.step_of(delivery))

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"questions": [vars(question) for question in self.questions]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        asked = (
            Asked(**(question | {"options": tuple(question["options"])})) for question in data["questions"]
        )
        return cls(**(data | {"questions": tuple(asked)}))
