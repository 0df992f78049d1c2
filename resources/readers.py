"""Which clients are in a module, and how far they have come. The room above registers how to find out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.models import Module


@dataclass(frozen=True)
class Reader:
    """A client in a module. Steps are ids: those that went out, those that need not come (out or skipped), and those
    whose title and reading were changed for this client alone."""

    name: str
    sent: frozenset[int]
    passed: frozenset[int]
    #: Whether steps still come by themselves: not after a stop or the end.
    is_running: bool
    reworded: frozenset[int] = frozenset()

    def next_of(self, order: Sequence[int]) -> int | None:
        """The step that comes next if they stand in this order: the first that need not be left out."""
        return next((step for step in order if step not in self.passed), None) if self.is_running else None


Find = Callable[["Module"], list[Reader]]
_finders: list[Find] = []


def register(find: Find) -> Find:
    """Register a function from a module to those of its owner's clients who receive it."""
    _finders.append(find)
    return find


def of(module: "Module") -> list[Reader]:
    """Every client who received or receives this module, by name."""
    return sorted((reader for find in _finders for reader in find(module)), key=lambda reader: reader.name)
