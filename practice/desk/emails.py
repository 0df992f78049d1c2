"""The few emails that a practitioner's home speaks of, of all that their clients ever received: in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from practice.mailing.models import WINDOW, Delivery
from practice.people.models import Practitioner
from resources.models import Module

#: An email that failed is spoken of for so long. One that is uncertain waits until somebody decides.
SPOKEN_OF = timedelta(days=14)

State = Delivery.State
ON_THE_WAY = (State.DUE, State.CLAIMED, State.SUBMITTING)
WENT_WRONG = (State.FAILED, State.BOUNCED, State.COMPLAINED, State.SUPPRESSED)


@dataclass(frozen=True)
class Emails:
    """Each is a Delivery with `client_id` and `step_title`.

    Those on their way, the next to leave first; those that left since midnight on the practitioner's clock, and those
    that went wrong lately or that nobody can be sure of, the latest first.
    """

    on_the_way: list[Any]
    left_today: list[Any]
    in_trouble: list[Any]


def emails_of(practitioner: Practitioner, modules: Collection[int], now: datetime) -> Emails:
    """What there is to say of them at `now`. `modules` are those that run, by id, whoever's they are."""
    since, spoken_of = midnight(practitioner, now), now - SPOKEN_OF
    found = sorted(_read(practitioner, modules, since, spoken_of), key=lambda email: (email.due_at, email.pk))
    left = [
        one for one in found if one.state in Delivery.SENT and one.accepted_at and one.accepted_at >= since
    ]
    troubled = [one for one in found if one.state == State.UNCERTAIN or _went_wrong(one, spoken_of)]
    return Emails(
        on_the_way=[one for one in found if one.state in ON_THE_WAY],
        left_today=sorted(left, key=lambda email: (email.accepted_at, email.pk), reverse=True),
        in_trouble=troubled[::-1],
    )


def midnight(practitioner: Practitioner, now: datetime) -> datetime:
    """When the day of `now` began on the practitioner's calendar, on their clock."""
    zone = ZoneInfo(practitioner.time_zone)
    return datetime.combine(now.astimezone(zone).date(), time.min, zone)


def _read(
    practitioner: Practitioner, modules: Collection[int], since: datetime, spoken_of: datetime
) -> list[Any]:
    """One statement of three parts: each has a small index of its own. What two of them find is there once."""
    emails = Delivery.objects.few_of(practitioner).order_by()
    emails = emails.only("state", "reason", "heard", "to_address", "due_at", "accepted_at", "assignment")
    emails = emails.annotate(client_id=F("assignment__client"), step_title=F("step__title"))
    undecided = emails.filter(_any_of(*ON_THE_WAY, State.UNCERTAIN))
    went_wrong = emails.filter(_any_of(*WENT_WRONG), due_at__gte=spoken_of)
    # An email waits for no longer than its window, so none that left since then was due before this.
    theirs = Module.objects.filter(Q(practitioner=practitioner) | Q(pk__in=modules))
    lately = emails.lately(theirs, since - 2 * WINDOW)
    left = lately.filter(state__in=Delivery.SENT, accepted_at__gte=since)
    return list(undecided.union(went_wrong, left))


def _any_of(*states: State) -> Q:
    """Not state__in, in which the databases would see no use for the small indexes of these states."""
    found = Q()
    for state in states:
        found |= Q(state=state)
    return found


def _went_wrong(email: Delivery, since: datetime) -> bool:
    return email.state in WENT_WRONG and email.due_at >= since
