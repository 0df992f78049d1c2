"""Many emails, what their providers tell of each, in order or in any order, and what becomes of them all."""

from datetime import UTC, datetime, timedelta

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, ProviderEvent, Suppression
from practice.people.models import Client
from tests.mailing.providers import PROVIDERS, post, use_provider
from tests.mailing.sending import SLOT

#: What can happen to an email, as it happens.
STORIES = (
    ("taken", "delivered"),
    ("taken", "delayed", "delivered"),
    ("taken", "delayed", "delayed", "returned"),
    ("taken", "returned"),
    ("taken", "returned", "delivered"),
    ("taken", "gone"),
    ("taken", "delivered", "gone"),
    ("taken", "delivered", "complained"),
    ("taken", "delivered", "complained", "unsubscribed"),
    ("taken", "delivered", "unsubscribed"),
    ("taken",),
)
BY = ("sendgrid", "brevo", "resend")


def make_emails(maya, module, number, states=("accepted", "submitting", "uncertain")):
    """Emails that left, each to a client of its own."""
    people = Client.objects.bulk_create(
        Client(practitioner=maya, name=f"C{n}", email=f"c{n}@example.org", time_zone="Europe/Berlin")
        for n in range(number)
    )
    series = Assignment.objects.bulk_create(
        Assignment(client=who, module=module, first_on=SLOT.date(), at=SLOT.time(), state="finished")
        for who in people
    )
    rows = [Delivery.planned(row, module.steps.first().pk, SLOT, "example.com") for row in series]
    for n, (row, who) in enumerate(zip(rows, people, strict=True)):
        row.state, row.submitted_at, row.to_address = states[n % len(states)], SLOT, who.email
        row.provider_id = f"provider-{n}"
    return Delivery.objects.bulk_create(rows)


def told_of(rows):
    """Every event of every email: (the provider's name, what it posts), an email's own in order."""
    events = []
    for n, row in enumerate(rows):
        by = BY[n % len(BY)]
        for number, what in enumerate(STORIES[n // len(BY) % len(STORIES)]):
            if by == "resend" and what == "unsubscribed":  # which it never tells
                continue
            events.append((by, PROVIDERS[by](row, what, at=moment(by, number))))
    return events


def moment(by, number):
    """As each provider writes it."""
    at = datetime(2026, 3, 8, 17, 0, tzinfo=UTC) + timedelta(minutes=number)
    return {"sendgrid": int(at.timestamp()), "brevo": int(at.timestamp()) * 1000, "resend": at.isoformat()}[
        by
    ]


def tell(settings, events, batch=50):
    """Post them all, each provider's own in this order; SendGrid's many at a time, as it does."""
    for by in BY:
        use_provider(settings, by)
        said = [what for name, what in events if name == by]
        if by == "sendgrid":
            flat = [event for listed in said for event in listed]
            said = [flat[n : n + batch] for n in range(0, len(flat), batch)]
        for what in said:
            assert post(by, what).status_code == 200


def outcome():
    """What became of each email, and which addresses are left in peace."""
    emails = Delivery.objects.order_by("pk").values_list("pk", "state", "heard", "reason")
    return list(emails), sorted(Suppression.objects.values_list("address", "why"))


def forget(rows):
    """As if nobody had told anything."""
    ProviderEvent.objects.all().delete()
    Suppression.objects.all().delete()
    Delivery.objects.bulk_update(
        rows, ["state", "heard", "reason", "provider_id", "accepted_at"], batch_size=200
    )
