"""Answers on a scale over time, one small chart for each question. It shows what was answered and judges nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.people.in_words import day_in_words
from practice.replies.legible import Shown
from practice.replies.thread import Letter
from resources.models import PromptKind

#: The chart's own units; the page scales it as a whole.
WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BOTTOM = 30, 390, 16, 156
HIGHEST = 10
#: A line begins with two points.
FEWEST = 2


@dataclass(frozen=True)
class Point:
    """One answer: when, to which step, its number, and where it stands in the chart."""

    at: datetime
    step: str
    value: int
    x: int
    y: int


@dataclass(frozen=True)
class Scale:
    """One question as it was asked, and its answers, the oldest first. `broken` counts those that no key fits."""

    question: str
    ends: tuple[str, ...]
    points: list[Point]
    broken: int
    lines = tuple((value, BOTTOM - value * (BOTTOM - TOP) // HIGHEST) for value in (0, 5, HIGHEST))
    width, height, left, right, bottom = WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM

    @property
    def line(self) -> str:
        """The points as an SVG polyline takes them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def ends_in_words(self) -> str:
        """ "0 is “Not at all”, 10 is “Very”.", or empty where the ends have no names."""
        if len(self.ends) != 2:
            return ""
        return _("0 is “%(lowest)s”, 10 is “%(highest)s”.") % {
            "lowest": self.ends[0],
            "highest": self.ends[1],
        }

    @property
    def in_words(self) -> str:
        """What the chart shows, for whoever does not see it."""
        first, last = (day_in_words(timezone.localtime(self.points[n].at)) for n in (0, -1))
        values = ", ".join(str(point.value) for point in self.points)
        said = ngettext(
            "%(count)s answer from 0 to 10, from %(first)s to %(last)s: %(values)s.",
            "%(count)s answers from 0 to 10, from %(first)s to %(last)s: %(values)s.",
            len(self.points),
        )
        return said % {"count": len(self.points), "first": first, "last": last, "values": values}


def scales(letters: Iterable[Letter]) -> list[Scale]:
    """A chart for each question on a scale that was answered twice or more. The same words are the same question."""
    asked: dict[tuple[str, ...], list[tuple[Letter, Shown]]] = {}
    for letter, one in chain.from_iterable(((letter, one) for one in letter.answers) for letter in letters):
        answer = one.answer
        if answer.kind == PromptKind.SCALE and (answer.value or one.broken):
            asked.setdefault((answer.question, *answer.options), []).append((letter, one))
    drawn = (_scale(question, ends, given) for (question, *ends), given in asked.items())
    return [scale for scale in drawn if len(scale.points) >= FEWEST]


def _scale(question: str, ends: list[str], given: list[tuple[Letter, Shown]]) -> Scale:
    read = [(letter.reply, int(one.answer.value)) for letter, one in given if not one.broken]
    moments = [reply.sent_at for reply, _ in read if reply.sent_at]
    points = [
        Point(reply.sent_at, reply.delivery.step.title, value, _x(reply.sent_at, moments), _y(value))
        for reply, value in read
        if reply.sent_at
    ]
    return Scale(question, tuple(ends), sorted(points, key=lambda point: point.at), len(given) - len(read))


def _x(at: datetime, moments: list[datetime]) -> int:
    """Where a moment stands between the first and the last of them; in the middle when they are one."""
    first, last = min(moments), max(moments)
    inner_left, inner_right = LEFT + 12, RIGHT - 12
    if first == last:
        return (inner_left + inner_right) // 2
    return inner_left + round((at - first) / (last - first) * (inner_right - inner_left))


def _y(value: int) -> int:
    return BOTTOM - round(value / HIGHEST * (BOTTOM - TOP))
