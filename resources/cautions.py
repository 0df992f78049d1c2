"""What to know before a module reaches a client. Rooms above this one add what they notice with `caution`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.models import Module


@dataclass(frozen=True)
class Caution:
    """What is noticed, in a sentence, and what can be done about it."""

    what: str
    advice: str


#: From a module and the languages of those who may get it to what is noticed.
Find = Callable[["Module", Collection[str]], list[Caution]]
_finders: list[Find] = []


def caution(find: Find) -> Find:
    """Register a function that notices something."""
    _finders.append(find)
    return find


def of(module: Module, languages: Collection[str]) -> list[Caution]:
    """Everything that is noticed about a module for clients with these languages."""
    return [noticed for find in _finders for noticed in find(module, languages)]
