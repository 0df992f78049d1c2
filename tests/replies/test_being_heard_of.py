"""Whatever a client does ends the silence of a series. Looking at a page is nothing that anybody sees."""

import pytest
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.replies.models import Message
from tests.cast import make_assignment, make_module
from tests.replies.paper import soup, text_of, typed


@pytest.fixture
def quiet(assignment):
    """Two steps went out to Ada, and nothing came back."""
    Assignment.objects.update(quiet_steps=2)
    return assignment


@pytest.fixture
def resting(quiet):
    quiet.refresh_from_db()
    quiet.fall_silent()
    quiet.save()
    return quiet


def steps(assignment):
    return Assignment.objects.get(pk=assignment.pk).quiet_steps


@pytest.mark.parametrize("page", ["", "pace/", "stop/"])
def test_a_page_that_is_only_looked_at_tells_nothing(phone, link, quiet, page):
    phone.get(f"{link}{page}")
    phone.head(f"{link}{page}")
    assert steps(quiet) == 2


@pytest.mark.parametrize("button", [{"save": "1"}, {"send": "1"}])
def test_a_draft_and_a_reflection_do(phone, link, quiet, button):
    phone.post(link, typed(phone.get(link), "Something.") | button)
    assert steps(quiet) == 0


def test_what_keeps_itself_does(phone, link, quiet):
    phone.post(f"{link}draft/", typed(phone.get(link), "Some"))
    assert steps(quiet) == 0


def test_a_skipped_question_does(phone, link, quiet):
    phone.post(link, typed(phone.get(link), "") | {"skip-0": "1", "send": "1"})
    assert steps(quiet) == 0


@pytest.mark.parametrize("button", ["not_this_week", "every_two_weeks", "carry_on"])
def test_the_pace_page_does(phone, link, quiet, button):
    phone.post(f"{link}pace/", {"do": button})
    assert Assignment.objects.get(pk=quiet.pk).is_about_to_rest is False


def test_a_message_is_for_all_of_their_series(quiet, ada, maya, now):
    other = make_assignment(ada, make_module(maya, "Learning to rest"))
    Assignment.objects.update(quiet_steps=2)
    Message.write(ada, "Hello", "1", now, by_client=False)
    assert steps(quiet) == steps(other) == 2
    Message.write(ada, "Hello", "2", now, by_client=True)
    assert steps(quiet) == steps(other) == 0


def test_another_series_stays_as_quiet_as_it_was(phone, link, quiet, ada, maya):
    other = make_assignment(ada, make_module(maya, "Learning to rest"))
    Assignment.objects.update(quiet_steps=2)
    phone.post(f"{link}pace/", {"do": "every_two_weeks"})
    assert (steps(quiet), steps(other)) == (0, 2)


def test_the_pace_page_says_what_is_about_to_come_and_a_button_changes_it(phone, link, quiet):
    page = phone.get(f"{link}pace/")
    assert "about to rest by themselves" in text_of(page)
    assert soup(page).find("button", {"value": "carry_on"})
    page = phone.post(f"{link}pace/", {"do": "carry_on"}, follow=True)
    assert "The next email comes on" in text_of(page)


def test_who_rests_by_silence_carries_on_with_one_button(phone, link, resting):
    page = text_of(phone.get(f"{link}pace/"))
    assert "We left it here for now. There is nothing to do." in page
    phone.post(f"{link}pace/", {"do": "carry_on"})
    resting.refresh_from_db()
    assert (resting.state, resting.quiet_steps) == ("active", 0)
    assert resting.next_due_at > timezone.now()


def test_writing_while_it_rests_leaves_it_at_rest(phone, link, resting):
    phone.post(link, typed(phone.get(link), "Something.") | {"send": "1"})
    resting.refresh_from_db()
    assert (resting.state, resting.state_by, resting.quiet_steps) == ("paused", "silence", 2)
