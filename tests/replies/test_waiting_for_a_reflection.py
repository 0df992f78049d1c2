"""An assignment can wait for the reflection on its last step, until it comes, or somebody or the calendar ends it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing.models import Delivery
from practice.replies.models import Reply
from practice.replies.waiting import GoOn, awaited
from resources.models import Prompt
from tests.assignments.conftest import move_url, page_of
from tests.assignments.test_assigning import text
from tests.cast import NOW, make_assignment, make_client
from tests.mailing.sending import SLOT, send_due, use_server

WEEK = timedelta(weeks=1)
SUMMER = timedelta(hours=1)  # from 29 March on Berlin is an hour nearer


@pytest.fixture
def waiting(ada, module, settings, smtp_sink):
    """Ada's assignment waits for her, for three weeks at most. Its first step has left."""
    use_server(settings, smtp_sink.address)
    row = make_assignment(ada, module)
    row.wait_for_reflections(3)
    send_due(SLOT)
    row.refresh_from_db()
    return row


def left(row):
    return [email.step.title for email in row.deliveries.filter(state="accepted").order_by("accepted_at")]


def reflect(row, title="Step 1", sent_at=SLOT + timedelta(days=2)):
    email = Delivery.objects.get(assignment=row, step__title=title)
    return Reply.objects.create(delivery=email, page=f"{title} {sent_at}", saved_at=NOW, sent_at=sent_at)


def test_the_first_step_waits_for_nothing(waiting):
    assert left(waiting) == ["Step 1"]


def test_the_next_step_stays_back_until_a_reflection_was_sent(waiting):
    send_due(SLOT + WEEK)
    assert left(waiting) == ["Step 1"]
    reflect(waiting, sent_at=SLOT + WEEK + timedelta(days=1))
    send_due(SLOT + WEEK + timedelta(days=1))
    assert left(waiting) == ["Step 1"]
    send_due(SLOT + 2 * WEEK)
    assert left(waiting) == ["Step 1", "Step 2"]
    send_due(SLOT + 3 * WEEK - SUMMER)
    assert left(waiting) == ["Step 1", "Step 2"]


def test_a_reflection_in_time_changes_nothing_of_the_pace(waiting):
    reflect(waiting)
    send_due(SLOT + WEEK)
    assert left(waiting) == ["Step 1", "Step 2"]


def test_a_draft_is_no_reflection(waiting):
    reflect(waiting, sent_at=None)
    send_due(SLOT + WEEK)
    assert left(waiting) == ["Step 1"]


def test_if_none_comes_it_goes_on_by_itself_in_the_slot_after_three_weeks(waiting):
    for hours in range(0, 22 * 24, 4):
        send_due(SLOT + timedelta(hours=hours) - (SUMMER if hours > 20 * 24 else timedelta()))
    assert left(waiting) == ["Step 1", "Step 2"]
    assert Delivery.objects.get(step__title="Step 2").accepted_at.date() == date(2026, 3, 29)


def test_the_outlook_says_why_and_what_releases_it(waiting):
    hold = waiting.outlook().hold
    assert hold.why == "Waiting for Ada’s reflection on “Step 1”."
    assert "once Ada has sent one, or when you press “Do not wait this time”." in hold.release
    assert "If none comes, it goes on by itself on Sunday 29 March 2026." in hold.release
    reflect(waiting)
    assert waiting.outlook().hold is None


def test_once_it_goes_on_by_itself_nothing_is_held_any_more(waiting):
    send_due(SLOT + WEEK)
    send_due(SLOT + 2 * WEEK)
    waiting.refresh_from_db()
    assert waiting.next_on == date(2026, 3, 29)
    assert waiting.outlook().hold is None


def test_a_step_without_questions_is_not_waited_for(waiting):
    Prompt.objects.filter(step__title="Step 1").delete()
    send_due(SLOT + WEEK)
    assert left(waiting) == ["Step 1", "Step 2"]


def test_a_step_that_was_skipped_is_not_waited_for(waiting):
    reflect(waiting)
    waiting.skip_next(SLOT + timedelta(days=3))
    send_due(SLOT + WEEK)
    assert left(waiting) == ["Step 1", "Step 3"]


def test_one_that_does_not_wait_asks_nothing(assignment, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert awaited([assignment]) == {}


def test_many_that_wait_cost_as_many_queries_as_one(waiting, maya, module, django_assert_num_queries):
    for name in ("Bea", "Cem"):
        row = make_assignment(make_client(maya, name, f"{name}@example.org", "Europe/Berlin"), module)
        row.wait_for_reflections(3)
        row.pass_step(module.steps.first(), SLOT)
    rows = list(Assignment.objects.with_client())
    with django_assert_num_queries(1):
        assert len(awaited(rows)) == 3


def test_it_is_no_trouble_on_the_home_page(waiting, maya):
    concern = next(one for one in home(maya, SLOT + timedelta(days=1)).concerns if "Waiting" in one.why)
    assert concern.quiet
    assert concern.url == page_of(waiting)


# --- At the desk ----------------------------------------------------------------------------------


@pytest.fixture
def mayas_desk(desk, maya):
    return desk(maya)


def test_the_practitioner_lets_it_go_on_for_this_step_alone(waiting, mayas_desk):
    said = text(mayas_desk.get(page_of(waiting)))
    assert "Waiting for Ada’s reflection" in said
    url = move_url(waiting, GoOn.slug)
    before = Assignment.objects.values().get()
    question = mayas_desk.get(url)
    assert "“Step 2” goes out to Ada on Sunday 15 March 2026 at 18:00" in text(question)
    assert Assignment.objects.values().get() == before
    assert waiting.outlook().hold
    said = text(mayas_desk.post(url, {"step": question.context["step_id"]}, follow=True))
    assert "“Step 2” is next, on Sunday 15 March 2026" in said
    send_due(SLOT + WEEK)
    send_due(SLOT + 2 * WEEK)
    assert left(waiting) == ["Step 1", "Step 2"]


def test_another_practitioner_cannot(waiting, desk, tom):
    assert desk(tom).post(move_url(waiting, GoOn.slug)).status_code == 404
    assert waiting.outlook().hold


def test_the_waiting_is_chosen_when_assigning_and_said_before_it_is_kept(mayas_desk, ada, module):
    day = timezone.localdate() + timedelta(days=9)
    chosen = {"module": module.pk, "clients": [ada.pk], "first": day, "weekday": day.weekday()}
    chosen |= {"at": "18:00", "every_weeks": 1, "wait": "on", "wait_weeks": 4}
    url = reverse("admin:assignments_assignment_add")
    preview = mayas_desk.post(url, chosen | {"preview": ""})
    assert "If none comes, it goes on by itself after 4 weeks." in text(preview)
    mayas_desk.post(url, chosen | {"confirm": "1", "seen": preview.context["seen"]})
    row = Assignment.objects.get()
    assert row.wait_weeks == 4
    assert "waits for the reflection on the one before, for 4 weeks" in text(mayas_desk.get(page_of(row)))


def test_without_the_tick_it_does_not_wait_whatever_the_weeks(mayas_desk, ada, module):
    day = timezone.localdate() + timedelta(days=9)
    chosen = {"module": module.pk, "clients": [ada.pk], "first": day, "weekday": day.weekday()}
    chosen |= {"at": "18:00", "every_weeks": 1, "wait_weeks": 3, "wait": "False"}  # as its hidden field says
    url = reverse("admin:assignments_assignment_add")
    seen = mayas_desk.post(url, chosen | {"preview": ""}).context["seen"]
    mayas_desk.post(url, chosen | {"confirm": "1", "seen": seen})
    assert Assignment.objects.get().wait_weeks is None


@pytest.mark.parametrize(
    ("answers", "weeks"),
    [({"wait": "on", "wait_weeks": "2"}, 2), ({"wait": "on"}, 3), ({"wait_weeks": "5"}, None)],
)
def test_the_waiting_can_be_changed_later(mayas_desk, waiting, answers, weeks):
    url = move_url(waiting, "wait")
    step = mayas_desk.get(url).context["step_id"]
    mayas_desk.post(url, answers | {"step": step})
    waiting.refresh_from_db()
    assert waiting.wait_weeks == weeks
