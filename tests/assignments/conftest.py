"""Maya and Tom at the desk, and days that are still to come whenever the suite runs."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from practice.assignments.schedule import first_day
from tests.cast import make_assignment


def signed_in(practitioner):
    browser = Browser()
    browser.force_login(practitioner)
    return browser


@pytest.fixture
def mayas_desk(maya):
    return signed_in(maya)


@pytest.fixture
def toms_desk(tom):
    return signed_in(tom)


@pytest.fixture
def sunday():
    """A Sunday more than a week away."""
    return first_day(timezone.localdate() + timedelta(days=8), 6)


@pytest.fixture
def running(ada, module, sunday):
    """Ada receives the module from that Sunday on."""
    return make_assignment(ada, module, first_on=sunday, now=timezone.now())


@pytest.fixture
def assign_url():
    return reverse("admin:assignments_assignment_add")


@pytest.fixture
def at_once(settings):
    """Nothing can be taken back, so nothing waits for it."""
    settings.HOLD_MINUTES = 0


def page_of(assignment):
    return reverse("admin:assignments_assignment_change", args=(assignment.pk,))


def move_url(assignment, slug):
    return reverse("admin:assignments_assignment_move", args=(assignment.pk, slug))
