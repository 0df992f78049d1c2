"""What needs the practitioner's attention: why, in plain words, and the one thing to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, Outlook
from practice.mailing.models import Delivery
from practice.people.models import Client, Practitioner

#: An email that failed is spoken of for so long. One that is uncertain waits until somebody decides.
SPOKEN_OF = timedelta(days=14)

State = Delivery.State


@dataclass(frozen=True)
class Concern:
    """Who and what it is about, why, and the action that resolves it. `quiet`: nothing is wrong, it only rests."""

    client: str
    about: str
    why: str
    action: str
    url: str
    quiet: bool = False


def concerns(
    practitioner: Practitioner, outlooks: Iterable[tuple[Assignment, Outlook]], now: datetime
) -> list[Concern]:
    """Emails in trouble first, then what is held, then what rests or has ended."""
    without = set(
        Client.objects.of(practitioner).knowing_consent().filter(agreed=False).values_list("pk", flat=True)
    )
    held = [_held(row, seen.hold, row.client_id not in without) for row, seen in outlooks if seen.hold]
    found = [*_troubled(practitioner, now), *held, *_ended(practitioner, now)]
    return sorted(found, key=lambda concern: concern.quiet)


def _troubled(practitioner: Practitioner, now: datetime) -> list[Concern]:
    lately = Q(
        state__in=(State.FAILED, State.BOUNCED, State.COMPLAINED, State.SUPPRESSED),
        due_at__gte=now - SPOKEN_OF,
    )
    emails = (
        Delivery.objects.of(practitioner)
        .filter(Q(state=State.UNCERTAIN) | lately)
        .select_related("assignment__client", "step")
    )
    return [_trouble(email) for email in emails]


def _trouble(email: Delivery) -> Concern:
    client = email.assignment.client
    their_page = reverse("admin:people_client_change", args=(client.pk,))
    its_page = reverse("admin:mailing_delivery_change", args=(email.pk,))
    action, url = {
        State.UNCERTAIN: ("Decide whether to send it again", its_page),
        State.FAILED: ("Look at it and send it again", its_page),
        State.BOUNCED: (f"Look at {client}’s address", their_page),
        State.SUPPRESSED: (f"Look at {client}’s address", their_page),
        State.COMPLAINED: ("Look at it before you meet", its_page),
    }[State(email.state)]
    why = (
        f"{email.get_state_display()}."
        if not email.reason
        else f"{email.get_state_display()}. {email.reason}"
    )
    return Concern(client.name, email.step.title, why, action, url)


def _held(row: Assignment, hold: Hold, agreed: bool) -> Concern:
    rests = row.state == Assignment.State.PAUSED
    if rests:
        action, page, pk = "Look at it", "assignments_assignment_change", row.pk
    elif agreed:
        action, page, pk = f"Look at {row.client}’s address", "people_client_change", row.client_id
    else:
        action, page, pk = "Record that they agreed", "people_client_consent", row.client_id
    url = reverse(f"admin:{page}", args=(pk,))
    return Concern(row.client.name, row.module.title, f"{hold.why} {hold.release}", action, url, quiet=rests)


def _ended(practitioner: Practitioner, now: datetime) -> list[Concern]:
    """Clients whose last step went out lately, and to whom nothing is going out now."""
    running = Assignment.objects.of(practitioner).running().values("client")
    ended = (
        Assignment.objects.of(practitioner)
        .filter(state=Assignment.State.FINISHED, passed__at__gte=now - SPOKEN_OF)
        .exclude(client__in=running)
        .select_related("client", "module")
        .distinct()
    )
    return [
        Concern(
            row.client.name,
            row.module.title,
            "Every step went out, and nothing else is going out to them.",
            "Assign another module",
            f"{reverse('admin:assignments_assignment_add')}?clients={row.client_id}",
            quiet=True,
        )
        for row in ended
    ]
