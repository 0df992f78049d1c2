"""The whole calendar of an assignment that is not yet made: what goes out when, on whose clock. Saves nothing."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.assignments.clock_changes import ClockChange, clock_changes
from practice.assignments.outlook import (
    Planned,
    Span,
    calendar,
    on_the_clock,
    place,
    spoken_day,
)
from practice.assignments.schedule import Rhythm, local_day
from practice.people.in_words import listed
from practice.people.models import Client

HELD_BACK = gettext_noop("This is only minutes away. It leaves when the time to take it back is over.")


@dataclass(frozen=True)
class Line:
    """One email: the step, its hour on the clients' clock and on the practitioner's, and what is unusual."""

    step: str
    client_time: str
    own_time: str
    notes: list[str]


@dataclass
class Group:
    """Clients whose emails leave at the same moments, wherever they live."""

    planned: list[Planned]
    lines: list[Line]
    gone: str
    zones: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    @property
    def places(self) -> str:
        """ "Berlin and Paris"."""
        return listed(place(zone) for zone in self.zones)


def preview(
    steps: Sequence[str],
    clients: Iterable[Client],
    rhythm: dict[str, Any],
    own_zone: str,
    now: datetime,
    hold: timedelta = timedelta(0),
    without: Mapping[int, tuple[Span, ...]] | None = None,
) -> list[Group]:
    """What goes out when, for clients grouped by the moments at which it does, the earliest group first.

    For as long as the `hold`, nothing leaves. `without` are days kept free, by the client's id.
    """
    groups: dict[tuple[datetime, ...], Group] = {}
    alike: dict[tuple[str, tuple[Span, ...]], Group] = {}
    for client in clients:
        kind = client.time_zone, (without or {}).get(client.pk, ())
        if kind not in alike:
            own = Rhythm(**rhythm, zone=client.time_zone)
            group = _group(steps, own, own_zone, now, now + hold, kind[1])
            key = tuple(planned.at for planned in group.planned)
            alike[kind] = groups.setdefault(key, group)
            if client.time_zone not in alike[kind].zones:
                alike[kind].zones.append(client.time_zone)
        alike[kind].clients.append(client)
    return [groups[key] for key in sorted(groups)]


def _group(
    steps: Sequence[str],
    rhythm: Rhythm,
    own_zone: str,
    now: datetime,
    earliest: datetime,
    without: tuple[Span, ...],
) -> Group:
    first = rhythm.day_from(now)
    planned = calendar(rhythm, steps, first, without)
    return Group(planned, lines_of(planned, rhythm, own_zone, earliest), _gone(rhythm, first, planned))


def lines_of(planned: Sequence[Planned], rhythm: Rhythm, own_zone: str, earliest: datetime) -> list[Line]:
    """Each email with its hour on both clocks, and what is unusual about it. None leaves before `earliest`."""
    changes = [
        [],
        *(_changes(before.at, after.at, rhythm.zone, own_zone) for before, after in pairwise(planned)),
    ]
    return [
        Line(
            step.step,
            on_the_clock(max(step.at, earliest), rhythm.zone),
            on_the_clock(max(step.at, earliest), own_zone),
            _gap(step, rhythm) + notes + ([_(HELD_BACK)] if step.at < earliest else []),
        )
        for step, notes in zip(planned, changes, strict=True)
    ]


def _gone(rhythm: Rhythm, first: date, planned: Sequence[Planned]) -> str:
    if first == rhythm.first_on:
        return ""
    return _(
        "On %(day)s it is already past %(hour)s in %(place)s. The first email leaves on %(first_day)s."
    ) % {
        "day": spoken_day(rhythm.first_on),
        "hour": f"{rhythm.at:%H:%M}",
        "place": place(rhythm.zone),
        "first_day": spoken_day(planned[0].day if planned else first),
    }


def _gap(step: Planned, rhythm: Rhythm) -> list[str]:
    if local_day(step.at, rhythm.zone) != step.day:
        gaps = {"day": spoken_day(step.day), "place": place(rhythm.zone)}
        return [_("%(day)s does not exist in %(place)s.") % gaps]
    hour = f"{rhythm.at:%H:%M}"
    if f"{step.at.astimezone(ZoneInfo(rhythm.zone)):%H:%M}" == hour:
        return []
    return [_("%(hour)s does not exist on that day, because the clocks go forward.") % {"hour": hour}]


def _changes(before: datetime, after: datetime, zone: str, own_zone: str) -> list[str]:
    """Notes on the clocks that change between two emails, on either side."""
    theirs, own = (clock_changes(name, before, after) for name in (zone, own_zone))
    if theirs == own:
        return [_on_both_sides(change) for change in theirs]
    return [
        *(_on_one_side(change, place(zone)) for change in theirs),
        *(_on_one_side(change, place(own_zone)) for change in own),
    ]


def _on_both_sides(change: ClockChange) -> str:
    forward = change.by > timedelta()
    said = _("Clocks go forward on %(day)s.") if forward else _("Clocks go back on %(day)s.")
    return said % {"day": spoken_day(change.on)}


def _on_one_side(change: ClockChange, where: str) -> str:
    forward = change.by > timedelta()
    said = (
        _("Clocks go forward in %(place)s on %(day)s.")
        if forward
        else _("Clocks go back in %(place)s on %(day)s.")
    )
    return said % {"place": where, "day": spoken_day(change.on)}


def fingerprint(groups: Iterable[Group]) -> str:
    """A short digest of what a preview shows, to notice when it is no longer what would happen."""
    shown = [
        [
            [client.pk for client in group.clients],
            [(step.step, step.at.isoformat()) for step in group.planned],
        ]
        for group in groups
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:24]
