"""What a change of a module means for the clients in it, in numbers and names. Pure: readers in, sentences out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from resources.readers import Reader

#: So many names stand in a sentence; of more it says how many.
MOST_NAMES = 6
#: Stands for a step that is not saved yet.
NEW = 0


@dataclass(frozen=True)
class Turn:
    """A client for whom another step would come next than so far. None: no step at all."""

    name: str
    before: int | None
    after: int | None


def turns(readers: Iterable[Reader], before: Sequence[int], after: Sequence[int]) -> list[Turn]:
    """For whom a new order of the steps (of ids) changes what comes next."""
    found = [Turn(reader.name, reader.next_of(before), reader.next_of(after)) for reader in readers]
    return [turn for turn in found if turn.before != turn.after]


def spoken(changed: Sequence[Turn], titles: Mapping[int, str]) -> list[str]:
    """A sentence for each kind of change, with the names of all whom it is about."""
    kinds = dict.fromkeys((turn.before, turn.after) for turn in changed)
    return [
        _sentence([turn.name for turn in changed if (turn.before, turn.after) == kind], *kind, titles)
        for kind in kinds
    ]


def _sentence(names: Sequence[str], before: int | None, after: int | None, titles: Mapping[int, str]) -> str:
    instead = f" instead of “{titles[before]}”" if before is not None else ""
    if after is None:
        return f"Nothing is left to come for {named(names)}{instead}: the series ends."
    return f"{named(names)} {'gets' if len(names) == 1 else 'get'} “{titles[after]}” next{instead}."


def token(changed: Sequence[Turn], titles: Mapping[int, str]) -> str:
    """Names what somebody was asked about, so that the answer counts for that and for nothing else."""
    return hashlib.sha256("\n".join([*map(str, changed), *spoken(changed, titles)]).encode()).hexdigest()[:32]


def standing(readers: Sequence[Reader], step: int) -> list[str]:
    """Who has a step, and for whom it is still to come."""
    has = _names(reader for reader in readers if step in reader.sent)
    waits = _names(reader for reader in readers if reader.is_running and step not in reader.passed)
    said = []
    if has:
        said.append(
            f"This step went out to {named(has)}. There it stays in the wording that was sent, "
            "whatever you change here."
        )
    if waits:
        begins = "It is still to come for" if has else "This step is still to come for"
        said.append(f"{begins} {counted(len(waits))}: {named(waits)}.")
    return said or ["No client has this step, and it is to come for nobody at present."]


def corrected(readers: Sequence[Reader], step: int) -> list[str]:
    """Who gets a step as it is from now on, and who keeps it as it was."""
    has = _names(reader for reader in readers if step in reader.sent)
    waits = _names(reader for reader in readers if reader.is_running and step not in reader.passed)
    said = [f"It comes like this to {named(waits)}."] if waits else []
    keep = "keeps" if len(has) == 1 else "keep"
    return [*said, f"{named(has)} {keep} the wording that was sent, also behind the link."] if has else said


def in_numbers(readers: Sequence[Reader], step: int) -> str:
    """The same in a few words: "went to 1 client, to come for 3"; empty when it is about nobody."""
    has = len(_names(reader for reader in readers if step in reader.sent))
    waits = len(_names(reader for reader in readers if reader.is_running and step not in reader.passed))
    parts = [
        f"went to {counted(has)}" if has else "",
        f"to come for {waits if has else counted(waits)}" if waits else "",
    ]
    return ", ".join(filter(None, parts))


def counted(number: int) -> str:
    return f"{number} client{'' if number == 1 else 's'}"


def named(names: Sequence[str]) -> str:
    """Names as people list them: "Ada, Bea and 12 others"."""
    shown = list(names)
    if len(shown) > MOST_NAMES:
        shown = [*shown[: MOST_NAMES - 1], f"{len(shown) - MOST_NAMES + 1} others"]
    *most, last = shown
    return f"{', '.join(most)} and {last}" if most else last


def _names(readers: Iterable[Reader]) -> list[str]:
    return list(dict.fromkeys(reader.name for reader in readers))
