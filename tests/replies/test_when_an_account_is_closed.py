"""The pages behind the link promise nobody who reads, and no email that does not come, once an account is closed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from practice.people import accounts
from practice.people.models import Away
from practice.replies.models import Message
from tests.replies.paper import text_of, typed
from tests.replies.test_messages import opened, page, write  # noqa: F401

NOBODY = "At the moment nobody reads what arrives here. It is kept. If you need somebody now, the numbers are below."


@pytest.fixture
def close(maya, superuser):
    """Closes Maya's account; what her clients receive goes on, or waits."""
    return lambda go_on: accounts.close(maya, superuser, series_go_on=go_on)


@pytest.mark.parametrize("part", ["", "pace/", "stop/"])
@pytest.mark.parametrize("go_on", [True, False])
def test_every_page_says_it(phone, link, close, go_on, part):
    close(go_on)
    assert NOBODY in text_of(phone.get(link + part))


def test_what_is_sent_is_kept_and_nobody_is_said_to_read_it(phone, link, close):
    close(False)
    shown = phone.get(link)
    assert "within two working days" not in text_of(shown)
    for choice in ("share", "talk"):
        form = typed(shown, "Calm.") | {"sharing": choice, "send": "1"}
        said = text_of(phone.post(link, form, follow=True))
        assert "Thank you. It is kept." in said
        assert NOBODY in said.split("What happens next")[1]
        assert "Nobody has opened it yet. Until then you can take it back." in said
        assert "Maya has" not in said
        assert "Maya knows" not in said
        assert "next email comes" not in said
        shown = phone.get(f"{link}?another")
    assert "What you sent is kept." in text_of(phone.get(link))


def test_their_own_page_takes_a_message_and_says_the_same(phone, opened, close):  # noqa: F811
    close(False)
    said = text_of(write(phone, opened, "Thursday is good."))
    assert Message.objects.get().text == "Thursday is good."
    assert said.count(NOBODY) == 2
    assert "within two working days" not in said


@pytest.mark.parametrize("state", ["active", "resting", "about to rest"])
def test_the_pace_page_names_no_day_while_emails_wait(phone, link, assignment, close, state):
    now = timezone.now()
    if state == "resting":
        assignment.pause(now, by="the client", until=timezone.localdate() + timedelta(days=9))
    if state == "about to rest":
        type(assignment).objects.update(quiet_steps=2)
    close(False)
    said = text_of(phone.get(f"{link}pace/"))
    assert "At the moment no emails come." in said
    assert "comes on" not in said
    assert "rest until" not in said
    assert "usual hour, with" not in said


def test_where_the_series_go_on_the_next_email_is_told(phone, link, close):
    close(True)
    assert "The next email comes on" in text_of(phone.get(f"{link}pace/"))
    sent = phone.post(link, typed(phone.get(link), "Calm.") | {"send": "1"}, follow=True)
    assert "The next email comes by itself." in text_of(sent)


def test_a_series_that_ended_has_ended(phone, link, assignment, close):
    assignment.stop(timezone.now(), by="the client")
    close(False)
    assert "This series has ended." in text_of(phone.get(f"{link}pace/"))


def test_a_time_away_promises_no_day_on_which_they_are_back(phone, link, maya, close):
    today = timezone.localdate()
    Away.objects.create(practitioner=maya, starts_on=today, back_on=today + timedelta(days=5))
    close(False)
    assert "is away" not in text_of(phone.get(link))


def test_once_it_is_open_again_nothing_is_said_of_it(phone, link, maya, superuser, close):
    close(False)
    maya.set_password("between-two-sessions")
    accounts.reopen(maya, superuser)
    said = text_of(phone.get(link))
    assert NOBODY not in said
    assert "Maya reads what you send within two working days." in said
