"""Whom an answer is for: the practitioner, the client alone, or both of them when they next meet.

A client chooses once for the whole page and may choose otherwise for one answer. What is read at the desk comes from
`AnswerQuerySet.told` and from nowhere else, so that a kept word has no way to get there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from practice.people.ownership import OwnedQuerySet


class Sharing(models.TextChoices):
    """What becomes of an answer once its page is sent."""

    SHARE = "share", _("Share it")
    KEEP = "keep", _("Keep it for me")
    TALK = "talk", _("Talk about it when we meet")


@dataclass(frozen=True)
class Choice:
    """What a client chose: for the whole page, and for each answer in the questions' order ("" is as for the page)."""

    whole: str = Sharing.SHARE
    own: tuple[str, ...] = ()

    def own_of(self, number: int) -> str:
        """What was chosen for this one answer; empty where it goes with the page."""
        return self.own[number] if number < len(self.own) else ""

    def tells(self, values: Sequence[str]) -> bool:
        """Whether anything of these answers reaches the practitioner. Nothing does that is empty, unless it was chosen
        by itself to be talked about."""
        return any(
            self.own_of(number) == Sharing.TALK
            or (value and (self.own_of(number) or self.whole) != Sharing.KEEP)
            for number, value in enumerate(values)
        )


SHARE_ALL = Choice()


class AnswerQuerySet(OwnedQuerySet):
    """Answers, asked for in plain words."""

    def shared(self) -> Self:
        """Those whose words were sent to be read. The desk reads the words of no others."""
        return self._sent().filter(chosen=Sharing.SHARE)

    def told(self) -> Self:
        """What the desk may show, each with `stored`: the encrypted words of those shared, and nothing of those to talk
        about. What is kept is not among them, nor what was left empty on a page that is to be talked about."""
        words = Cast("value", models.TextField())
        left_empty = Q(chosen=Sharing.TALK, sharing="", written="")
        told = self._sent().annotate(written=words).exclude(chosen=Sharing.KEEP).exclude(left_empty)
        return told.defer("value").annotate(
            stored=Case(
                When(chosen=Sharing.SHARE, then=words), default=Value(""), output_field=models.TextField()
            )
        )

    def _sent(self) -> Self:
        chosen = Coalesce(NullIf("sharing", Value("")), "reply__sharing")
        return self.exclude(reply__sent_at=None).annotate(chosen=chosen)
