"""What a change of a module means for the clients in it, in numbers and names. Pure: readers in, sentences out."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from practice.people.in_words import listed
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
    known = {
        "names": named(names),
        "before": titles[before] if before is not None else "",
        "after": titles[after] if after is not None else "",
    }
    if after is None:
        return _("Nothing is left to come for %(names)s instead of “%(before)s”: the series ends.") % known
    if before is None:
        said = ngettext("%(names)s gets “%(after)s” next.", "%(names)s get “%(after)s” next.", len(names))
    else:
        said = ngettext(
            "%(names)s gets “%(after)s” next instead of “%(before)s”.",
            "%(names)s get “%(after)s” next instead of “%(before)s”.",
            len(names),
        )
    return said % known


def token(changed: Sequence[Turn], titles: Mapping[int, str]) -> str:
    """Names what somebody was asked about, so that the answer counts for that and for nothing else."""
    return hashlib.sha256("\n".join([*map(str, changed), *spoken(changed, titles)]).encode()).hexdigest()[:32]


def standing(readers: Sequence[Reader], step: int) -> list[str]:
    """Who has a step, and for whom it is still to come."""
    has = _names(reader for reader in readers if step in reader.sent)
    waits = _names(reader for reader in readers if reader.is_running and step not in reader.passed)
    said = []
    if has:
        sent = _(
            "This step went out to %(names)s, where it stays in the wording that was sent, "
            "whatever you change here."
        )
        said.append(sent % {"names": named(has)})
    if waits:
        to_come = (
            ngettext(
                "It is still to come for %(count)s client (%(names)s).",
                "It is still to come for %(count)s clients (%(names)s).",
                len(waits),
            )
            if has
            else ngettext(
                "This step is still to come for %(count)s client (%(names)s).",
                "This step is still to come for %(count)s clients (%(names)s).",
                len(waits),
            )
        )
        said.append(to_come % {"count": len(waits), "names": named(waits)})
    said += _reworded(readers, step)
    return said or [_("No client has this step, and it is to come for nobody at present.")]


def corrected(readers: Sequence[Reader], step: int) -> list[str]:
    """Who gets a step as it is from now on, and who keeps it as it was."""
    has = _names(reader for reader in readers if step in reader.sent)
    waits = _names(
        reader
        for reader in readers
        if reader.is_running and step not in reader.passed and step not in reader.reworded
    )
    to_come = ngettext("%(names)s gets it like this.", "%(names)s get it like this.", len(waits))
    said = [to_come % {"names": named(waits)}] if waits else []
    said += _reworded(readers, step)
    if has:
        keep = ngettext(
            "%(names)s keeps the wording that was sent, also behind the link.",
            "%(names)s keep the wording that was sent, also behind the link.",
            len(has),
        )
        said.append(keep % {"names": named(has)})
    return said


def _reworded(readers: Sequence[Reader], step: int) -> list[str]:
    """To whom a step is still to come in words of their own, which no change of the step reaches."""
    own = _names(reader for reader in readers if step in reader.reworded and step not in reader.passed)
    if not own:
        return []
    said = _(
        "You have changed it for %(names)s alone. There it stays so, until you change it on that assignment’s page."
    )
    return [said % {"names": named(own)}]


def in_numbers(readers: Sequence[Reader], step: int) -> str:
    """The same in a few words: "went to 1 client, to come for 3"; empty when it is about nobody."""
    has = len(_names(reader for reader in readers if step in reader.sent))
    waits = len(_names(reader for reader in readers if reader.is_running and step not in reader.passed))
    if has and waits:
        said = ngettext(
            "went to %(has)s client, to come for %(waits)s",
            "went to %(has)s clients, to come for %(waits)s",
            has,
        )
    elif has:
        said = ngettext("went to %(has)s client", "went to %(has)s clients", has)
    elif waits:
        said = ngettext("to come for %(waits)s client", "to come for %(waits)s clients", waits)
    else:
        return ""
    return said % {"has": has, "waits": waits}


def named(names: Sequence[str]) -> str:
    """Names as people list them: "Ada, Bea and 12 others"."""
    shown = list(names)
    if len(shown) > MOST_NAMES:
        others = len(shown) - MOST_NAMES + 1
        shown = [
            *shown[: MOST_NAMES - 1],
            ngettext("%(count)s other", "%(count)s others", others) % {"count": others},
        ]
    return listed(shown)


def _names(readers: Iterable[Reader]) -> list[str]:
    return list(dict.fromkeys(reader.name for reader in readers))
