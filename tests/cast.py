"""The named cast. Maya owns; Tom is another practitioner, who must see nothing of hers."""

from datetime import UTC, date, datetime, time

import pytest

from practice.assignments.models import Assignment
from practice.people.models import Client, Consent, Practice, Practitioner
from resources.models import Module, Prompt, PromptKind, Step

PASSWORD = "between-two-sessions"
#: A Monday.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def practice(db):
    practice = Practice.current()
    practice.name = "Linden House"
    practice.postal_address = "Linden House, 4 Canal Street, 10115 Berlin"
    practice.help_lines = "Emergency: 112\nTelefonSeelsorge: 0800 111 0 111"
    practice.save()
    return practice


@pytest.fixture
def maya(practice):
    return Practitioner.objects.create_user(
        "maya@example.com", PASSWORD, name="Maya Lindgren", time_zone="Europe/Berlin"
    )


@pytest.fixture
def tom(practice):
    return Practitioner.objects.create_user(
        "tom@example.com", PASSWORD, name="Tom Okafor", time_zone="Europe/London"
    )


@pytest.fixture
def superuser(practice):
    return Practitioner.objects.create_superuser("root@example.com", PASSWORD, name="Runs It")


def make_practitioner(email, name, zone):
    return Practitioner.objects.create_user(email, PASSWORD, name=name, time_zone=zone)


def make_client(practitioner, name, email, zone, consented=True):
    client = Client.objects.create(practitioner=practitioner, name=name, email=email, time_zone=zone)
    if consented:
        Consent.objects.create(client=client, given_at=datetime(2026, 1, 1, tzinfo=UTC))
    return client


def make_module(practitioner, title="Coming home to yourself", steps=3):
    module = Module.objects.create(practitioner=practitioner, title=title)
    for number in range(1, steps + 1):
        step = Step.objects.create(
            module=module, position=number, title=f"Step {number}", body=f"<p>Reading number {number}.</p>"
        )
        Prompt.objects.create(step=step, position=1, text=f"What stayed with you from reading {number}?")
        Prompt.objects.create(
            step=step,
            position=2,
            kind=PromptKind.SCALE,
            text="How settled do you feel?",
            options=["Not at all", "Very"],
        )
    return module


def make_assignment(client, module, first_on=date(2026, 3, 8), at=time(18, 0), every_weeks=1, now=NOW):
    """Assigned and active, the way the admin does it."""
    return Assignment.begin(client, module, first_on=first_on, at=at, every_weeks=every_weeks, now=now)


@pytest.fixture
def ada(maya):
    """Maya's client in Berlin, who agreed to emails."""
    return make_client(maya, "Ada", "ada@example.org", "Europe/Berlin")


@pytest.fixture
def bo(tom):
    """Tom's client in London, who agreed to emails."""
    return make_client(tom, "Bo", "bo@example.org", "Europe/London")


@pytest.fixture
def module(maya):
    return make_module(maya)


@pytest.fixture
def toms_module(tom):
    return make_module(tom, title="Learning to rest")


@pytest.fixture
def assignment(ada, module):
    """Ada receives the module on Sundays at 18:00 in Berlin, from 8 March 2026 on."""
    return make_assignment(ada, module)
