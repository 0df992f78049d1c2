"""What needs the practitioner's attention: why, in plain words, and the one thing to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.assignments.outlook import Hold, Outlook
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery, Suppression
from practice.mailing.suppressions import held
from practice.people.models import Client, Practitioner

#: An email that failed is spoken of for so long. One that is uncertain waits until somebody decides.
SPOKEN_OF = timedelta(days=14)
#: So many emails in a row that came back for a reason of the moment are more than a moment.
OFTEN = 3

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
    holds = [(row, seen.hold) for row, seen in outlooks if seen.hold]
    waiting = [_held(row, hold, row.client_id not in without) for row, hold in holds]
    troubled = _troubled(_emails_in_trouble(practitioner, now), [hold for _, hold in holds])
    return sorted([*troubled, *waiting, *_ended(practitioner, now)], key=lambda concern: concern.quiet)


def _emails_in_trouble(practitioner: Practitioner, now: datetime) -> list[Delivery]:
    """The latest first."""
    lately = Q(
        state__in=(State.FAILED, State.BOUNCED, State.COMPLAINED, State.SUPPRESSED),
        due_at__gte=now - SPOKEN_OF,
    )
    emails = (
        Delivery.objects.of(practitioner)
        .filter(Q(state=State.UNCERTAIN) | lately)
        .select_related("assignment__client", "step")
    )
    return list(emails)


def _troubled(emails: list[Delivery], told: list[Hold]) -> list[Concern]:
    """Email by email; but once for each client whose address must not be written to, unless a hold `told` it already,
    and once for each whose emails came back lately.
    """
    addresses = {email.client.email.lower() for email in emails}
    suppressed = dict(Suppression.objects.filter(address__in=addresses).values_list("address", "why"))
    returned = {email.client.pk for email in emails if email.heard == Heard.RETURNED}
    again_and_again = _again_and_again(returned)
    found: dict[object, Concern] = {}
    for email in emails:
        client, why = email.client, suppressed.get(email.client.email.lower())
        if email.state == State.UNCERTAIN:
            found[email.pk, "email"] = _trouble(email)
        elif why:
            hold = held(Suppression.Why(why), client.name)
            if hold not in told:
                found.setdefault((client.pk, "client"), _left_in_peace(email, hold))
        elif email.heard == Heard.RETURNED:
            found.setdefault((client.pk, "client"), _came_back(email, client.pk in again_and_again))
        else:
            found[email.pk, "email"] = _trouble(email)
    return list(found.values())


def _again_and_again(clients: set[int]) -> set[int]:
    """Those whose last emails all came back, for whatever reason of the moment."""
    last: dict[int, list[str]] = {client: [] for client in clients}
    sent = Delivery.objects.filter(assignment__client__in=clients, state__in=Delivery.SENT)
    for client, heard in sent.order_by("-due_at", "-pk").values_list("assignment__client", "heard"):
        last[client].append(heard)
    return {client for client, heard in last.items() if heard[:OFTEN] == [Heard.RETURNED] * OFTEN}


def _left_in_peace(email: Delivery, hold: Hold) -> Concern:
    client = email.client
    url = reverse("admin:people_client_change", args=(client.pk,))
    return Concern(
        client.name, email.step.title, f"{hold.why} {hold.release}", f"Look at {client}’s address", url
    )


def _came_back(email: Delivery, again_and_again: bool) -> Concern:
    client = email.client
    if again_and_again:
        why = f"The last {OFTEN} emails to {client} came back. {email.reason} Ask {client} if the address is right."
        url = reverse("admin:people_client_change", args=(client.pk,))
        return Concern(client.name, email.step.title, why, f"Look at {client}’s address", url)
    url = reverse("admin:mailing_delivery_change", args=(email.pk,))
    why = f"It came back. {email.reason}"
    return Concern(client.name, email.step.title, why, "Look at it and send it again", url, quiet=True)


def _trouble(email: Delivery) -> Concern:
    client = email.assignment.client
    their_page = reverse("admin:people_client_change", args=(client.pk,))
    its_page = reverse("admin:mailing_delivery_change", args=(email.pk,))
    moved = email.to_address and email.to_address.lower() != client.email.lower()
    action, url = {
        State.UNCERTAIN: ("Decide whether to send it again", its_page),
        State.FAILED: ("Look at it and send it again", its_page),
        State.BOUNCED: ("Send it again", its_page) if moved else (f"Look at {client}’s address", their_page),
        State.SUPPRESSED: (f"Look at {client}’s address", their_page),
        State.COMPLAINED: ("Look at it before you meet", its_page),
    }[State(email.state)]
    reason = f"{client} has another address now." if moved and email.state == State.BOUNCED else email.reason
    why = f"{email.get_state_display()}. {reason}".strip()
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
