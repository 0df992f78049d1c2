"""Ada's first email, its link, and browsers to open it with."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.mailing.models import Delivery


@pytest.fixture
def delivery(assignment):
    return deliver(assignment, assignment.module.steps.first())


def deliver(assignment, step, now=None):
    """An email that left, the way the planner makes it."""
    now = now or timezone.now()
    delivery = Delivery.planned(assignment, step.pk, now, "example.org")
    delivery.state, delivery.accepted_at = Delivery.State.ACCEPTED, now
    delivery.save()
    return delivery


@pytest.fixture
def link(delivery):
    """The private link, as a path."""
    return f"/n/{delivery.token}/"


@pytest.fixture
def phone():
    """Ada's browser."""
    return Browser()


@pytest.fixture
def other_browser():
    """The browser of somebody who was forwarded the email."""
    return Browser()


@pytest.fixture
def desk():
    """Signs a practitioner in at the desk."""

    def sign_in(practitioner):
        browser = Browser()
        browser.force_login(practitioner)
        return browser

    return sign_in


@pytest.fixture
def expired(delivery):
    delivery.link_expires_at = timezone.now() - timedelta(seconds=1)
    delivery.save()
    return delivery
