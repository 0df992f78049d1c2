"""Stored texts made legible, many in one query. One that no key fits is told apart, and spoils no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, F, QuerySet, TextField
from django.db.models.functions import Cast

from practice.people.fields import CannotDecrypt, decrypt
from practice.replies.models import Answer
from practice.replies.sharing import AnswerQuerySet, Sharing


@dataclass(frozen=True)
class Shown:
    """An answer as it is read. `broken` where no key fits, because a blank would look like "left empty".

    Of one `to_talk_about` nothing is known here but its question.
    """

    answer: Answer
    words: str
    broken: bool
    to_talk_about: bool = False

    @property
    def question(self) -> str:
        return self.answer.asked


def legible(rows: QuerySet, field: str, stored: Expression | F | None = None) -> Iterator[tuple[Any, bool]]:
    """Each row with its encrypted `field` filled in, and whether that could be read; it is empty where not.

    `stored` is what to read in place of the whole column.
    """
    # Cast, so that the column comes as it is stored: decrypting it on the way would end at the first broken one.
    for row in rows.defer(field).annotate(token=stored or Cast(field, TextField())):
        try:
            text, is_read = decrypt(row.token), True
        except CannotDecrypt:
            text, is_read = "", False
        setattr(row, field, text)
        yield row, is_read


def shown(answers: AnswerQuerySet) -> list[Shown]:
    """Each of these answers that the desk may show, with its words if they were shared."""
    return [
        Shown(answer, answer.in_words(), not is_read, answer.chosen == Sharing.TALK)
        for answer, is_read in legible(answers.told(), "value", F("stored"))
    ]
