"""Why an email did not leave is kept in English, and told in the language of whoever reads it."""

import pytest
from django.utils import translation

from practice.mailing import reasons
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery
from practice.mailing.unsent import unsent


@pytest.fixture
def elsewhere(monkeypatch):
    """A language that has a word for everything: our own, in brackets."""
    monkeypatch.setattr(reasons, "gettext", lambda text: f"[{text}]")


KEPT = (
    *(*reasons.BY_DETAIL.values(), *reasons.BY_SUBJECT.values(), *reasons.BY_CODE.values()),
    *(*reasons.REMEMBERED.values(), reasons.DROPPED, reasons.LAPSED, reasons.PARKED, reasons.UNREADABLE, ""),
    reasons.later(450, "4.2.2 full"),
    reasons.later(None, ""),
    reasons.heard(Heard.RETURNED, "4.2.2 full"),
    reasons.SERVER_BUSY % {"detail": 451},
    reasons.NOT_UNDERSTOOD % {"detail": "100%\nof it"},
    unsent(True, Delivery.State.FAILED, reasons.later(451, ""))["reason"],
    "What somebody else’s server says, 100%",
)


@pytest.mark.parametrize("kept", KEPT)
def test_in_english_it_is_told_as_it_is_kept(kept):
    assert reasons.shown(kept) == kept


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (reasons.BY_DETAIL["1.1"], f"[{reasons.BY_DETAIL['1.1']}]"),
        (reasons.DROPPED, "[Something broke before it left.] [It will be tried again.]"),
        (reasons.later(450, "4.2.2 full"), "[The mailbox is full.] [It will be tried again.]"),
        (
            reasons.heard(Heard.RETURNED, "4.2.2 full"),
            "[The mailbox is full.] [The next email is tried as planned.]",
        ),
        (
            unsent(True, Delivery.State.FAILED, reasons.TOO_LATE)["reason"],
            f"[{reasons.PERHAPS_BEFORE}] [{reasons.TOO_LATE}]",
        ),
        (
            reasons.SERVER_UNREACHABLE % {"detail": "TimeoutError"},
            "[The mail server cannot be reached (TimeoutError).]",
        ),
    ],
)
def test_each_part_of_it_is_translated_as_a_whole(elsewhere, kept, told):
    assert reasons.shown(kept) == told


def test_what_is_kept_depends_on_no_language():
    with translation.override("de"):
        assert reasons.later(None, "") == "The mail server asked us to try later. It will be tried again."


def test_the_words_of_a_server_are_told_as_they_are(elsewhere):
    assert Delivery(code=550, answer="No such user").noted == "No such user"
    assert Delivery(answer="The server hung up.").noted == "[The server hung up.]"
