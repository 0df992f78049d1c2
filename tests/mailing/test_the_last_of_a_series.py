"""The last email of a series says that no other follows by itself, and so does the page after its answer."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.mailing.models import Delivery
from practice.mailing.viewing import View
from practice.people.models import Client
from resources.models import Step
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, html_of, parsed, send_due, text_of
from tests.replies.paper import text_of as page_text
from tests.replies.paper import typed

WEEK = timedelta(weeks=1)
LAST = "This was the last one of this series. No other follows by itself."


@pytest.fixture
def weeks(assignment, sink):
    """Lets Ada's emails of so many weeks leave, the clocks going forward in the last. Returns what came."""
    assignment.rest_after(0)

    def leave(number):
        for week in range(number):
            for hour in (1, 0):
                send_due(SLOT + week * WEEK - timedelta(hours=hour))
        return [parsed(mail.content) for mail in sink.mails]

    return leave


def says_so(email):
    said = [LAST in " ".join(part(email).split()) for part in (html_of, text_of)]
    assert said[0] == said[1]
    return said[0]


def answered(step):
    """The page after an answer to the email of this step."""
    Delivery.objects.update(link_expires_at=timezone.now() + WEEK)
    link = f"/n/{Delivery.objects.get(step__title=step).token}/"
    phone = Browser()
    return page_text(phone.post(link, typed(phone.get(link), "Calm.") | {"send": "1"}))


def test_the_last_one_says_so_and_none_before_it(weeks):
    assert [says_so(email) for email in weeks(3)] == [False, False, True]
    assert LAST in answered("Step 3")
    assert LAST not in answered("Step 2")


def test_the_page_of_one_that_is_followed_does_not(weeks):
    weeks(2)
    assert LAST not in answered("Step 2")


def test_where_the_last_step_is_left_out_the_one_before_it_is_the_last(weeks, assignment):
    weeks(2)
    assignment.skip_next(SLOT + WEEK)
    assert LAST in answered("Step 2")


def test_a_step_that_is_added_later_is_the_last_one_then(weeks, assignment, module, sink):
    weeks(3)
    Step.objects.create(module=module, position=4, title="Step 4", body="<p>Reading number 4.</p>")
    assert LAST in answered("Step 3"), "it comes when its practitioner presses Carry on"
    assignment.resume(SLOT + 3 * WEEK - timedelta(hours=2))
    assert LAST not in answered("Step 3")
    send_due(SLOT + 3 * WEEK - timedelta(hours=1))
    assert says_so(parsed(sink.mails[-1].content))
    assert LAST not in answered("Step 3")


def test_others_who_get_the_same_step_in_the_same_batch_are_told_what_is_true_of_them(
    weeks, maya, module, sink
):
    bea = make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    for step in module.steps.all()[:2]:
        bea.pass_step(step, SLOT - WEEK)
    cem = make_assignment(make_client(maya, "Cem", "cem@example.org", "Europe/Berlin"), module)
    for step in (module.steps.first(), module.steps.last()):
        cem.pass_step(step, SLOT - WEEK, skipped=True)
    send_due()
    said = {parsed(mail.content)["To"]: says_so(parsed(mail.content)) for mail in sink.mails}
    assert [said[key] for key in sorted(said)] == [False, True, True]


def test_a_short_notice_says_nothing_of_it(weeks):
    Client.objects.update(discretion="notice")
    assert not says_so(weeks(3)[-1])


def test_the_desk_shows_the_email_as_it_will_be(assignment, module, now):
    first, *_, last = module.steps.all()
    assert LAST not in View.upcoming(assignment, last, now).text
    for step in list(module.steps.all())[:-1]:
        assignment.pass_step(step, now)
    assert LAST in View.upcoming(assignment, last, now).text
    assert LAST not in View.preview(first, "full", now).text
