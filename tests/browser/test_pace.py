"""The pace page in a real browser with all that it can hold: in every language, on the smallest phone, at a desk."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from tests.browser import looking
from tests.browser.conftest import DESK, SMALLEST

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", [SMALLEST, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_everybody_can_use_it_whatever_stands_there(open_page, link, assignment, ada, language, size):
    ada.language = language
    ada.save()
    today = timezone.localdate()
    for last in (0, 8):
        Blackout.objects.create(
            client=ada, first_on=today, last_on=today + timedelta(days=last), by_client=True
        )
    Assignment.objects.update(remind_after=3)
    page = open_page(f"{link}pace/", size)
    looking.check(page, "days named")
    page.locator("button[value=free_days]").click()
    looking.check(page, "a day is asked for")
    page.locator("button[value=without_notes]").click()
    looking.check(page, "without notes")
    Assignment.objects.update(quiet_steps=2)
    page.reload()
    looking.check(page, "about to rest")
    row = Assignment.objects.get()
    row.fall_silent()
    row.save()
    page.goto(f"{link}pace/")
    looking.check(page, "resting")
