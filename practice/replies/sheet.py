"""A sheet: the questions exactly as one open page shows them, sealed, so that an answer keeps its question.

The practitioner may edit or delete a question while somebody is answering it, and a GET may store nothing. So the
page itself carries its questions, signed. It also carries a random name, by which the same page sent twice is one
reply, and the reply it continues.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Self

from django.core import signing

from practice.mailing.models import Delivery
from practice.mailing.reading import Asked, Reading
from practice.replies.models import Answer, Reply
from resources.models import PromptKind


@dataclass(frozen=True)
class Question:
    """One question as shown. `prompt` is its id in the step it came from, where it may no longer be."""

    prompt: int | None
    kind: str
    text: str
    options: tuple[str, ...] = ()

    @classmethod
    def of(cls, asked: Asked) -> Self:
        """A question of a reading. A choice without anything to choose becomes a question for words."""
        options = tuple(dict.fromkeys(line for option in asked.options if (line := " ".join(option.split()))))
        choosable = asked.kind in {PromptKind.TEXT, PromptKind.SCALE} or options
        return cls(asked.prompt, asked.kind if choosable else PromptKind.TEXT, asked.text, options)

    @classmethod
    def of_answer(cls, answer: Answer) -> Self:
        """The question that an answer was given to."""
        return cls(answer.prompt_id, answer.kind, answer.question, tuple(answer.options))


@dataclass(frozen=True)
class Sheet:
    """The questions of one open page. `reply` and `revision` name the saved draft it continues, if any."""

    page: str
    questions: tuple[Question, ...]
    reply: int | None = None
    revision: int = 0

    @classmethod
    def blank(cls, delivery: Delivery) -> Self:
        """A new page with the questions that this client's email brought."""
        return cls(secrets.token_hex(16), tuple(map(Question.of, Reading.of_delivery(delivery).questions)))

    @classmethod
    def continuing(cls, reply: Reply, page: str = "") -> Self:
        """A page (a new one, unless named) that shows a saved draft with its questions as they were shown before."""
        questions = tuple(map(Question.of_answer, reply.answers.all()))
        return cls(page or secrets.token_hex(16), questions, reply.pk, reply.revision)

    def seal(self, delivery: Delivery) -> str:
        """The sheet as text for a hidden field, signed for this delivery."""
        questions = [
            [question.prompt, question.kind, question.text, question.options] for question in self.questions
        ]
        return signing.dumps(
            [self.page, self.reply, self.revision, questions], salt=_salt(delivery), compress=True
        )

    @classmethod
    def unseal(cls, sealed: str, delivery: Delivery) -> Self | None:
        """The sheet that a page sends back, or None when it was changed or belongs to another delivery."""
        try:
            page, reply, revision, questions = signing.loads(sealed, salt=_salt(delivery))
        except signing.BadSignature:
            return None
        return cls(page, tuple(_question(*question) for question in questions), reply, revision)


def _question(prompt: int | None, kind: str, text: str, options: Any) -> Question:
    return Question(prompt, kind, text, tuple(options))


def _salt(delivery: Delivery) -> str:
    return f"reflection-sheet-{delivery.pk}"
