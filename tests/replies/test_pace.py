"""The client's own pace: rest, slower, carry on, stop. Only buttons act."""

from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.assignments.models import Assignment
from practice.mailing.models import Suppression
from practice.people.models import AuditEntry, Away
from practice.people.trail import in_words
from resources.models import Module
from tests.cast import make_assignment, make_module
from tests.replies.conftest import deliver
from tests.replies.paper import text_of

WEEK = timedelta(weeks=1)


@pytest.fixture
def running(ada, module):
    """Ada's series, whose next email comes within a week from today."""
    return make_assignment(ada, module, first_on=timezone.localdate() + timedelta(days=5), now=timezone.now())


@pytest.fixture
def link(running):
    return f"/n/{deliver(running, running.module.steps.first()).token}/"


def spoken(day):
    return f"{day:%A}, {day.day} {day:%B}"


def free(running, first, last):
    return Blackout.objects.create(client=running.client, first_on=first, last_on=last, by_client=True)


def pressed(browser, page, **data):
    response = browser.post(page, data, follow=True)
    assert response.status_code == 200
    return text_of(response)


def test_not_this_week_rests_over_the_next_slot_alone(phone, link, running):
    slot = running.next_on
    said = pressed(phone, f"{link}pace/", do="not_this_week")
    assert f"The emails rest. The next one comes on {spoken(slot + WEEK)}, and" in said
    running.refresh_from_db()
    assert (running.state, running.state_by) == ("paused", "the client")
    assert running.paused_until == slot + timedelta(days=1)
    running.resume(timezone.now() + timedelta(days=6))
    assert running.next_on == slot + timedelta(days=7)


def test_where_days_without_emails_come_first_it_rests_over_the_email_that_would_come(phone, link, running):
    slot = running.next_on
    free(running, slot, slot + timedelta(days=2))
    said = pressed(phone, f"{link}pace/", do="not_this_week")
    assert f"The next one comes on {spoken(slot + 2 * WEEK)}, and" in said
    running.refresh_from_db()
    assert running.paused_until == slot + WEEK + timedelta(days=1)


def test_and_over_the_one_that_would_come_after_a_time_away(phone, link, running, maya):
    slot = running.next_on
    Module.objects.update(holds_while_away=True)
    Away.objects.create(practitioner=maya, starts_on=slot, back_on=slot + timedelta(days=1))
    pressed(phone, f"{link}pace/", do="not_this_week")
    running.refresh_from_db()
    assert running.paused_until == slot + WEEK + timedelta(days=1)


def test_an_email_that_was_asked_for_sooner_rests_over_its_slot(phone, link, running):
    slot = running.next_on
    running.send_now(timezone.now() + timedelta(days=1))
    pressed(phone, f"{link}pace/", do="not_this_week")
    running.refresh_from_db()
    assert running.paused_until == slot + timedelta(days=1)


def test_pause_until_a_date_and_carry_on(phone, link, running):
    until = running.next_on + timedelta(days=36)
    free(running, running.next_on + 6 * WEEK, running.next_on + 6 * WEEK)
    said = pressed(phone, f"{link}pace/", do="pause", until=until.isoformat())
    assert f"The next one comes on {spoken(running.next_on + 7 * WEEK)}, and" in said
    running.refresh_from_db()
    assert (running.state, running.paused_until) == ("paused", until)
    assert "The next email comes on" in pressed(phone, f"{link}pace/", do="carry_on")
    running.refresh_from_db()
    assert running.state == "active"


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        ("", "Choose the day"),
        ("soon", "Write it like 2026-03-12"),
        (date(2001, 1, 1).isoformat(), "Choose a day after today"),
        (date(2999, 1, 1).isoformat(), "within the next year"),
    ],
)
def test_a_date_that_cannot_be_meant_is_explained_and_comes_back(phone, link, running, until, reason):
    page = phone.post(f"{link}pace/", {"do": "pause", "until": until})
    assert page.status_code == 422
    assert reason in text_of(page)
    assert f'value="{until}"' in page.content.decode()
    running.refresh_from_db()
    assert running.state == "active"


def test_every_two_weeks_and_every_week_again(phone, link, running):
    assert "every two weeks now" in pressed(phone, f"{link}pace/", do="every_two_weeks")
    running.refresh_from_db()
    assert running.every_weeks == 2
    pressed(phone, f"{link}pace/", do="every_week")
    running.refresh_from_db()
    assert running.every_weeks == 1


@pytest.mark.parametrize(("before", "press", "then"), [(1, "every_two_weeks", 2), (2, "every_week", 1)])
def test_the_next_email_comes_as_planned_past_days_without_emails(phone, link, running, before, press, then):
    running.change_pace(before)
    slot, planned = running.next_on, running.next_on + before * WEEK
    days = free(running, slot, slot)
    assert f"The next email comes on {spoken(planned)}." in text_of(phone.get(f"{link}pace/"))
    assert f"The next email comes on {spoken(planned)}." in pressed(phone, f"{link}pace/", do=press)
    days.delete()
    running.refresh_from_db()
    assert [step.day for step in running.plan()][:2] == [planned, planned + then * WEEK]


def test_a_rest_of_which_nothing_is_left_promises_no_email(phone, link, running):
    running.pause(timezone.now(), until=timezone.localdate() + timedelta(days=10))
    for step in running.module.steps.all():
        running.pass_step(step, timezone.now())
    said = text_of(phone.get(f"{link}pace/"))
    assert "The emails rest." in said
    assert "comes on" not in said


@pytest.mark.parametrize(
    ("press", "done"),
    [
        ("every_two_weeks", "Done. From the next email on, one comes every two weeks."),
        ("every_week", "Done. From the next email on, one comes every week."),
        ("without_notes", "Done. No short notes come for this series."),
        ("with_notes", "Done. Short notes may come again."),
    ],
)
def test_a_press_after_which_the_next_day_is_the_same_is_answered_on_top(phone, link, running, press, done):
    assert "Done." not in text_of(phone.get(f"{link}pace/"))
    said = pressed(phone, f"{link}pace/", do=press)
    assert f"Your own pace {done} The next email comes on {spoken(running.next_on)}." in said


def test_so_are_days_that_are_named_and_removed(phone, link, running):
    day = running.next_on + timedelta(days=3)
    said = pressed(phone, f"{link}pace/", do="free_days", first_on=day.isoformat(), last_on="")
    assert "Your own pace Done. These days are kept free. They are listed below." in said
    said = pressed(phone, f"{link}pace/", do="remove_days", days=Blackout.objects.get().pk)
    assert "Your own pace Done. Emails may come on these days again." in said


def test_what_changed_nothing_is_not_said_to_be_done(phone, link, running):
    assert "Done." not in pressed(phone, f"{link}pace/", do="remove_days", days="0")
    running.stop(timezone.now())
    assert "Done." not in pressed(phone, f"{link}pace/", do="every_week")


def test_a_pause_of_the_practitioners_is_not_the_clients_to_end(phone, link, running):
    running.pause(timezone.now())
    assert "Carry on" not in text_of(phone.get(f"{link}pace/"))
    pressed(phone, f"{link}pace/", do="carry_on")
    running.refresh_from_db()
    assert running.state == "paused"


def test_nor_can_they_end_it_by_a_pause_of_their_own(phone, link, running):
    running.pause(timezone.now())
    assert "Pause until a date" not in text_of(phone.get(f"{link}pace/"))
    day = timezone.localdate() + timedelta(days=1)
    for fields in ({"do": "pause", "until": day.isoformat()}, {"do": "not_this_week"}):
        pressed(phone, f"{link}pace/", **fields)
    running.refresh_from_db()
    assert (running.state, running.state_by, running.paused_until) == ("paused", "the practitioner", None)


def test_but_they_can_make_it_longer(phone, link, running):
    today = timezone.localdate()
    running.pause(timezone.now(), until=today + timedelta(days=10))
    pressed(phone, f"{link}pace/", do="pause", until=(today + timedelta(days=15)).isoformat())
    running.refresh_from_db()
    assert running.paused_until == today + timedelta(days=15)
    assert running.state_by == "the practitioner"


def test_why_they_cannot_make_it_shorter_is_said_and_the_day_comes_back(phone, link, running):
    rests, earlier = (timezone.localdate() + timedelta(days=days) for days in (10, 5))
    running.pause(timezone.now(), until=rests)
    page = phone.post(f"{link}pace/", {"do": "pause", "until": earlier.isoformat()})
    assert page.status_code == 422
    assert f"rest until {rests:%A}, {rests.day} {rests:%B} as it is. Choose a day after that." in text_of(
        page
    )
    assert f'value="{earlier.isoformat()}"' in page.content.decode()
    running.refresh_from_db()
    assert running.paused_until == rests


def test_stop_this_series_leaves_the_others(phone, link, running, ada, maya):
    other = make_assignment(ada, make_module(maya, title="Learning to rest"))
    assert "This series has ended" in pressed(phone, f"{link}stop/", what="series")
    running.refresh_from_db()
    other.refresh_from_db()
    assert (running.state, running.state_by, other.state) == ("stopped", "the client", "active")
    assert not Suppression.objects.exists()


def test_a_series_stopped_by_mistake_can_be_carried_on_at_once(phone, link, running):
    assert "Carry on with this series" in pressed(phone, f"{link}stop/", what="series")
    pressed(phone, f"{link}pace/", do="carry_on")
    running.refresh_from_db()
    assert running.state == "active"


def test_stop_all_emails_ends_every_series_and_keeps_the_address_from_being_written_to(
    phone, link, ada, maya
):
    make_assignment(ada, make_module(maya, title="Learning to rest"))
    ada.email = "Ada@Example.org"
    ada.save()
    for _ in range(2):
        assert "No more emails come to you" in pressed(phone, f"{link}stop/", what="all")
    assert not Assignment.objects.running().exists()
    assert Suppression.objects.get().address == "ada@example.org"
    assert not ada.has_consent()  # a new address needs a fresh one
    assert "Carry on" not in text_of(phone.get(f"{link}pace/"))


def test_the_way_to_a_slower_pace_is_offered_while_the_series_goes_on(phone, link, running):
    assert "Rest or choose a slower pace instead" in text_of(phone.get(f"{link}stop/"))
    assert "Rest or choose" not in pressed(phone, f"{link}stop/", what="series")


def test_a_mail_programs_one_click_stops_this_series_without_cookies_or_redirect(link, running):
    response = Browser(enforce_csrf_checks=True).post(
        f"{link}stop/", "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    running.refresh_from_db()
    assert running.state == "stopped"
    assert not Suppression.objects.exists()


def test_nothing_stops_by_a_post_that_names_nothing(phone, link, running):
    assert "Nothing has changed yet" in pressed(phone, f"{link}stop/")
    running.refresh_from_db()
    assert running.state == "active"


def test_short_notes_in_between_are_gone_without_and_let_come_again(phone, link, running):
    assert "Short notes" not in text_of(phone.get(f"{link}pace/"))
    running.remind(3)
    assert "You can go without." in text_of(phone.get(f"{link}pace/"))
    assert "None come." in pressed(phone, f"{link}pace/", do="without_notes")
    running.refresh_from_db()
    assert running.no_reminders
    pressed(phone, f"{link}pace/", do="with_notes")
    running.refresh_from_db()
    assert not running.no_reminders


def test_what_they_choose_stands_in_their_trail_without_what_it_was(phone, link, running, ada):
    running.remind(3)
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    for fields in (
        {"do": "every_two_weeks"},
        {"do": "every_week"},
        {"do": "not_this_week"},
        {"do": "pause", "until": until},
        {"do": "carry_on"},
        {"do": "without_notes"},
    ):
        before = AuditEntry.objects.count()
        pressed(phone, f"{link}pace/", **fields)
        assert AuditEntry.objects.count() == before + 1, fields
    pressed(phone, f"{link}stop/", what="series")
    lines = AuditEntry.objects.about(ada)
    assert set(lines.values_list("kind", "thing_id")) == {("assignments.assignment", running.pk)}
    said = {(line.who, line.did) for line in in_words(lines)}
    assert said == {("The client, behind their private link,", "changed a series")}


def test_what_changes_nothing_leaves_no_line(phone, link, running):
    running.pause(timezone.now())
    for do in ("every_week", "not_this_week", "carry_on", "with_notes", "anything"):
        pressed(phone, f"{link}pace/", do=do)
    pressed(phone, f"{link}stop/")
    assert not AuditEntry.objects.exists()


def test_all_that_is_stopped_at_once_has_a_line_for_each_series(phone, link, running, ada, maya):
    other = make_assignment(ada, make_module(maya, title="Learning to rest"))
    for _ in range(2):
        pressed(phone, f"{link}stop/", what="all")
    lines = AuditEntry.objects.filter(kind="assignments.assignment").values_list("thing_id", flat=True)
    assert sorted(lines) == sorted([running.pk, other.pk])
