"""The list and the page of an assignment: what comes next, what can be done, and nothing of anybody else's."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from practice.assignments import doorbell
from practice.assignments.models import Assignment
from practice.assignments.outlook import spoken_day
from practice.mailing.planning import plan
from practice.people.models import Consent
from tests.assignments.conftest import move_url, page_of
from tests.assignments.test_assigning import text
from tests.cast import make_assignment, make_client

MOVES = (
    "send-now",
    "take-back",
    "skip",
    "pause",
    "move",
    "pace",
    "wait",
    "go-on",
    "send-last-again",
    "resume",
    "stop",
)
LIST = "admin:assignments_assignment_changelist"


def press(desk, assignment, slug, **answers):
    """Read the page that asks once more, and press its button."""
    url = move_url(assignment, slug)
    step = desk.get(url).context["step_id"]
    response = desk.post(url, answers | {"step": step}, follow=True)
    if response.context and "lines" in response.context:  # it shows the calendar first
        response = desk.post(url, answers | {"step": step, "looked": "1"}, follow=True)
    assignment.refresh_from_db()
    return text(response)


# --- What one sees --------------------------------------------------------------------------------


def test_the_page_says_what_comes_next_and_lists_every_step(mayas_desk, running, sunday):
    said = text(mayas_desk.get(page_of(running)))
    assert f"“Step 1” {spoken_day(sunday)} at 18:00, Berlin time" in said
    assert f"Next: {spoken_day(sunday)} at 18:00, Berlin time" in said
    assert f"Planned: {spoken_day(sunday + timedelta(weeks=2))} at 18:00, Berlin time" in said


def test_the_page_says_why_nothing_leaves_and_what_releases_it(mayas_desk, running, ada):
    ada.withdraw_consent(timezone.now())
    said = text(mayas_desk.get(page_of(running)))
    assert "Ada took back the agreement to emails." in said
    assert "Nothing leaves before Ada agrees" in said


def test_the_list_shows_both_times_and_what_is_held(mayas_desk, running, maya, module, sunday):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    noor = make_client(maya, "Noor", "noor@example.org", "Asia/Tokyo", consented=False)
    for client in (kei, noor):
        make_assignment(client, module, first_on=sunday, now=timezone.now())
    said = text(mayas_desk.get(reverse(LIST)))
    assert f"Step 1 {spoken_day(sunday)} at 18:00, Tokyo time {spoken_day(sunday)} at" in said
    assert "Noor has not agreed to emails yet." in said


def test_the_list_calls_held_what_only_somebody_can_release(mayas_desk, running, maya, module):
    noor = make_client(maya, "Noor", "noor@example.org", "Asia/Tokyo", consented=False)
    mia = make_client(maya, "Mia", "mia@example.org", "Asia/Tokyo")
    make_assignment(noor, module)
    make_assignment(mia, module).pause(timezone.now())
    page = BeautifulSoup(mayas_desk.get(reverse(LIST)).content, "html.parser")
    rows = page.select("#result_list tbody tr")
    states = {row.th.get_text(strip=True): row.select_one(".field-shown_state").get_text() for row in rows}
    assert states == {"Ada": "Going out", "Noor": "Held", "Mia": "Paused"}


@pytest.mark.parametrize("query", ["?q=ada", "?q=coming", "?state__exact=active", "?q=nobody", "?o=3"])
def test_the_list_can_be_searched_filtered_and_sorted(mayas_desk, running, query, at_once):
    said = text(mayas_desk.get(reverse(LIST) + query))
    assert ("Ada" in said) == ("nobody" not in query)


def test_a_list_of_fifty_costs_as_many_queries_as_one_of_two(
    mayas_desk, maya, module, django_assert_max_num_queries, sunday
):
    for number in range(50):
        client = make_client(maya, f"Client {number}", f"c{number}@example.org", "Europe/Berlin")
        make_assignment(client, module, first_on=sunday, now=timezone.now())
    with django_assert_max_num_queries(14):
        mayas_desk.get(reverse(LIST))


# --- What one does --------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", MOVES)
def test_looking_at_a_question_changes_nothing(mayas_desk, running, slug):
    if slug == "resume":
        running.pause(timezone.now())
    before = Assignment.objects.values().get()
    for _ in range(2):
        mayas_desk.get(move_url(running, slug))
        mayas_desk.head(move_url(running, slug))
    assert Assignment.objects.values().get() == before


def test_send_now_says_exactly_what_reaches_whom_and_what_follows_when(mayas_desk, running, sunday, at_once):
    said = text(mayas_desk.get(move_url(running, "send-now")))
    assert "This email goes to Ada at ada@example.org now. It brings “Step 1”." in said
    assert f"It takes the place of the email planned for {spoken_day(sunday)} at 18:00, Berlin time." in said
    assert f"“Step 2” follows on {spoken_day(sunday + timedelta(weeks=1))} at 18:00, Berlin time." in said
    assert "Send this to Ada" in said


def test_send_now_makes_the_step_due_and_says_that_it_is_leaving(mayas_desk, running, at_once):
    said = press(mayas_desk, running, "send-now")
    assert "“Step 1” is on its way to Ada now." in said
    assert Assignment.objects.due(timezone.now()).get() == running
    assert "Send the first step now" not in said


def test_an_email_that_is_in_the_outbox_is_shown_with_its_state_and_its_page(mayas_desk, running, at_once):
    press(mayas_desk, running, "send-now")
    plan(timezone.now())
    email = running.deliveries.get()
    response = mayas_desk.get(page_of(running))
    assert f"Step 1 {email.get_state_display()}" in text(response)
    assert reverse("admin:mailing_delivery_change", args=(email.pk,)) in response.content.decode()
    assert "“Step 2”" in text(response)


def test_send_now_goes_nowhere_without_consent(mayas_desk, running, ada):
    ada.withdraw_consent(timezone.now())
    said = text(mayas_desk.get(move_url(running, "send-now")))
    assert "This cannot be done now." in said
    mayas_desk.post(move_url(running, "send-now"), {"step": running.next_step().pk})
    assert not Assignment.objects.due(timezone.now()).exists()


def test_an_old_page_does_not_send_the_following_step(mayas_desk, running):
    step = running.next_step()
    running.pass_step(step, timezone.now())
    response = mayas_desk.post(move_url(running, "send-now"), {"step": step.pk}, follow=True)
    assert "Nothing was changed" in text(response)
    assert not Assignment.objects.due(timezone.now()).exists()


def test_a_broker_that_is_away_does_not_fail_the_page(
    mayas_desk, running, monkeypatch, django_capture_on_commit_callbacks, at_once
):
    monkeypatch.setattr(doorbell.current_app.conf, "broker_url", "redis://127.0.0.1:9/0")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert "on its way" in press(mayas_desk, running, "send-now")
    assert len(callbacks) == 1


def test_skip_leaves_a_step_out_and_it_can_be_brought_back(mayas_desk, running):
    assert "“Step 2” takes its place on" in text(mayas_desk.get(move_url(running, "skip")))
    assert "“Step 1” is skipped." in press(mayas_desk, running, "skip")
    assert running.next_step().title == "Step 2"
    passed = running.passed.get()
    url = reverse("admin:assignments_assignment_return", args=(running.pk, passed.step_id))
    assert "“Step 1” comes next: it goes to Ada on" in text(mayas_desk.get(url))
    assert running.passed.exists()
    assert "“Step 1” is back" in text(mayas_desk.post(url, follow=True))
    assert running.next_step().title == "Step 1"
    assert mayas_desk.post(url).status_code == 404


@pytest.mark.parametrize(
    ("before", "slug", "meanwhile"),
    [
        ("pause", "resume", lambda row, now: row.stop(now, by=row.By.CLIENT)),
        (None, "pause", lambda row, now: row.pause(now, row.By.CLIENT, now.date() + timedelta(days=100))),
    ],
)
def test_nothing_undoes_what_the_client_chose_meanwhile(mayas_desk, running, before, slug, meanwhile):
    if before:
        press(mayas_desk, running, before)
    url = move_url(running, slug)
    shown = BeautifulSoup(mayas_desk.get(url).content, "html.parser").select("main input[type=hidden]")
    fields = {box["name"]: box.get("value", "") for box in shown}
    meanwhile(running, timezone.now())
    chosen = Assignment.objects.values().get()
    until = (timezone.localdate() + timedelta(days=2)).isoformat()
    said = text(mayas_desk.post(url, fields | {"until": until}, follow=True))
    assert "Nothing was changed" in said
    assert Assignment.objects.values().get() == chosen


def test_a_step_that_comes_back_takes_nothing_elses_place(mayas_desk, running, settings):
    """What was confirmed as the next email stays so, as long as it can be taken back."""
    settings.HOLD_MINUTES = 10
    press(mayas_desk, running, "skip")
    skipped = running.passed.get().step
    press(mayas_desk, running, "send-now")
    url = reverse("admin:assignments_assignment_return", args=(running.pk, skipped.pk))
    assert "An email is about to leave." in text(mayas_desk.post(url))
    assert running.next_step().title == "Step 2"


def test_of_a_step_that_comes_back_it_is_said_when_it_leaves(mayas_desk, running, module):
    for _ in range(3):
        press(mayas_desk, running, "skip")
    running.refresh_from_db()
    assert running.state == "finished"
    first, *_, last = module.steps.all()
    url = reverse("admin:assignments_assignment_return", args=(running.pk, last.pk))
    assert "with it the series carries on." in text(mayas_desk.get(url))
    mayas_desk.post(url)
    running.refresh_from_db()
    assert (running.state, running.next_step()) == ("active", last)
    url = reverse("admin:assignments_assignment_return", args=(running.pk, first.pk))
    assert "“Step 1” comes next" in text(mayas_desk.get(url))
    Consent.objects.all().delete()
    assert "Ada has not agreed to emails yet. Nothing leaves before" in text(mayas_desk.get(url))
    press(mayas_desk, running, "pause")
    assert "Nothing leaves now" in text(mayas_desk.get(url))


def test_pause_until_a_day_and_resume(mayas_desk, running):
    until = timezone.localdate() + timedelta(days=30)
    assert f"Resting until {spoken_day(until)}" in press(
        mayas_desk, running, "pause", until=until.isoformat()
    )
    assert (running.state, running.paused_until) == ("paused", until)
    assert "It carries on: “Step 1” is next" in press(mayas_desk, running, "resume")
    assert running.state == "active"


@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("2020-01-01", "Choose a day after today, or leave it empty."),
        ("soon", "This is not a day."),
        ("2999-01-01", "more than two years ahead"),
    ],
)
def test_a_pause_that_makes_no_sense_is_asked_about(mayas_desk, running, until, message):
    said = press(mayas_desk, running, "pause", until=until)
    assert message in said
    assert running.state == "active"


def test_resuming_what_the_client_paused_asks_for_care(mayas_desk, running):
    running.pause(timezone.now(), by="the client")
    said = text(mayas_desk.get(move_url(running, "resume")))
    assert "Carry on only when Ada asked you to." in said


def test_stop_and_carry_on(mayas_desk, running):
    assert "Stopped. Ada gets nothing more of it." in press(mayas_desk, running, "stop")
    said = text(mayas_desk.get(page_of(running)))
    assert "Stopped, your choice." in said
    assert "Carry on" in said
    press(mayas_desk, running, "resume")
    assert running.state == "active"


@pytest.mark.parametrize("slug", ["pause", "stop", "resume"])
def test_two_browsers_press_the_same_button_and_the_second_is_told(mayas_desk, running, slug):
    if slug == "resume":
        running.pause(timezone.now())
    url, data = move_url(running, slug), {"step": running.next_step().pk}
    first = text(mayas_desk.post(url, data, follow=True))
    second = mayas_desk.post(url, data, follow=True)
    assert "Nothing was changed" not in first
    assert second.status_code == 200
    assert ("Nothing was changed" in text(second)) == (slug != "pause")


def test_what_was_done_is_kept(mayas_desk, running):
    press(mayas_desk, running, "stop")
    history = reverse("admin:assignments_assignment_history", args=(running.pk,))
    assert "Stopped. Ada gets nothing more of it." in text(mayas_desk.get(history))


# --- Nobody else ----------------------------------------------------------------------------------


def test_another_practitioner_finds_nothing(toms_desk, running):
    passed = running.pass_step(running.next_step(), timezone.now(), skipped=True)
    urls = [
        page_of(running),
        *(move_url(running, slug) for slug in MOVES),
        reverse("admin:assignments_assignment_return", args=(running.pk, passed.step_id)),
        reverse("admin:assignments_assignment_history", args=(running.pk,)),
        reverse("admin:assignments_assignment_undo", args=(running.pk,)),
    ]
    before = Assignment.objects.values().get()
    for url in urls:
        for ask in (toms_desk.get, toms_desk.head, toms_desk.post):
            assert ask(url).status_code == 404, url
    assert "Ada" not in text(toms_desk.get(reverse(LIST)))
    assert Assignment.objects.values().get() == before
    assert running.passed.exists()


def test_nobody_deletes_an_assignment_and_unknown_moves_are_not_found(mayas_desk, running):
    delete = reverse("admin:assignments_assignment_delete", args=(running.pk,))
    assert mayas_desk.post(delete, {"post": "yes"}).status_code == 403
    assert mayas_desk.get(move_url(running, "dance")).status_code == 404
    assert Assignment.objects.exists()


def test_the_pace_changes_from_the_next_email_on(mayas_desk, running, sunday):
    assert "Every 2 weeks from now on." in press(mayas_desk, running, "pace", every_weeks="2")
    assert [step.day for step in running.plan()] == [sunday + timedelta(weeks=weeks) for weeks in (0, 2, 4)]
    assert "choose 1 to 12" in press(mayas_desk, running, "pace", every_weeks="52")
    assert running.every_weeks == 2


def test_the_question_about_sending_leads_to_the_reading(mayas_desk, running):
    reading = reverse("admin:mailing_next_preview", args=(running.pk,))
    assert f'href="{reading}"' in mayas_desk.get(move_url(running, "send-now")).content.decode()


# --- Another day ----------------------------------------------------------------------------------


def test_the_next_step_moves_to_another_day_and_the_others_follow_from_there(mayas_desk, running, sunday):
    day = sunday + timedelta(days=9)
    said = press(mayas_desk, running, "move", day=day.isoformat())
    assert f"“Step 1” now goes out on {spoken_day(day)} at 18:00, Berlin time." in said
    assert [step.day for step in running.plan()] == [day + timedelta(weeks=week) for week in range(3)]


def test_the_new_calendar_is_shown_before_anything_is_changed(mayas_desk, running, sunday):
    day = sunday + timedelta(days=2)
    before = Assignment.objects.values().get()
    url, answers = move_url(running, "move"), {"step": running.next_step().pk, "day": day.isoformat()}
    said = text(mayas_desk.post(url, answers))
    for week in range(3):
        assert f"Step {week + 1} {spoken_day(day + timedelta(weeks=week))} at 18:00" in said
    assert "Move “Step 1”" in said
    assert "For you (Berlin)" in said
    assert Assignment.objects.values().get() == before


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("", "Choose a day."),
        ("2020-01-01", "lies in the past"),
        ("2999-01-01", "two years ahead"),
        ("x", "not a day"),
    ],
)
def test_a_day_that_makes_no_sense_is_asked_about(mayas_desk, running, day, message):
    url, answers = move_url(running, "move"), {"step": running.next_step().pk, "day": day, "looked": "1"}
    response = mayas_desk.post(url, answers)
    assert response.status_code == 422
    assert message in text(response)


def test_a_moved_step_is_only_moved_while_it_is_the_next(mayas_desk, running, sunday):
    step = running.next_step()
    running.pass_step(step, timezone.now())
    day = (sunday + timedelta(days=9)).isoformat()
    answers = {"step": step.pk, "day": day, "looked": "1"}
    assert "Nothing was changed" in text(mayas_desk.post(move_url(running, "move"), answers, follow=True))
    running.refresh_from_db()
    assert running.next_on == sunday


def test_a_new_pace_shows_its_calendar_first(mayas_desk, running, sunday):
    answers = {"step": running.next_step().pk, "every_weeks": "2"}
    said = text(mayas_desk.post(move_url(running, "pace"), answers))
    assert f"Step 3 {spoken_day(sunday + timedelta(weeks=4))} at 18:00" in said
    running.refresh_from_db()
    assert running.every_weeks == 1
