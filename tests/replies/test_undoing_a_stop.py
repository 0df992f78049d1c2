"""Stop all emails, pressed by mistake: the page after it takes back just that, with a press of its own."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery, Suppression
from practice.people.models import AuditEntry, Consent
from tests.cast import make_assignment, make_client, make_module
from tests.replies.conftest import deliver
from tests.replies.paper import soup, text_of

DAY = timedelta(days=1)
OFFER = "If you did not mean this"


@pytest.fixture
def running(ada, module):
    """Ada's series, whose next email comes within a week from today."""
    return make_assignment(ada, module, first_on=timezone.localdate() + 5 * DAY, now=timezone.now())


@pytest.fixture
def link(running):
    return f"/n/{deliver(running, running.module.steps.first()).token}/"


def stop_all(browser, link):
    return browser.post(f"{link}stop/", {"what": "all"})


def undo(browser, link, page):
    press = soup(page).find("input", {"name": "press"})["value"]
    return browser.post(f"{link}stop/", {"what": "undo", "press": press}, follow=True)


def schedule(row):
    row.refresh_from_db()
    return row.state, row.state_by, row.paused_until, row.next_on, row.next_due_at


def test_everything_is_as_it_was(phone, link, running, ada, maya):
    first_on = timezone.localdate() + 3 * DAY
    rests, over = (
        make_assignment(ada, make_module(maya, title=title), first_on) for title in ("Rest", "Over")
    )
    rests.pause(timezone.now(), until=timezone.localdate() + 9 * DAY)
    over.stop(timezone.now(), by="the client")
    before = [schedule(row) for row in (running, rests, over)]
    page = stop_all(phone, link)
    assert OFFER in text_of(page)
    said = text_of(undo(phone, link, page))
    assert "Undone. Everything is as it was. The next email comes on" in said
    assert [schedule(row) for row in (running, rests, over)] == before
    assert not Suppression.objects.exists()


def test_it_is_an_agreement_of_its_own_to_the_words_on_the_page(phone, link, ada):
    page = stop_all(phone, link)
    assert Consent.WORDING in text_of(page)
    undo(phone, link, page)
    first, again = ada.consents.order_by("given_at")
    assert first.withdrawn_at
    assert (again.how, again.wording, again.withdrawn_at) == ("link", Consent.WORDING, None)
    trail = AuditEntry.objects.about(ada).order_by("pk").values_list("action", flat=True)
    # The series that stopped and goes on is in it as well.
    assert list(trail)[-4:] == ["changed", "withdrew", "agreed", "changed"]


def test_in_the_language_of_the_client(phone, link, ada):
    type(ada).objects.update(language="de")
    undo(phone, link, stop_all(phone, link))
    assert ada.consents.first().wording.startswith("Ich bin damit einverstanden")


def test_twice_is_once(phone, link, ada):
    page = stop_all(phone, link)
    for _ in range(2):
        undo(phone, link, page)
    assert ada.consents.count() == 2


def test_only_the_page_after_the_press_offers_it_and_looking_undoes_nothing(phone, link):
    page = stop_all(phone, link)
    press = soup(page).find("input", {"name": "press"})["value"]
    assert OFFER not in text_of(phone.get(f"{link}stop/", {"what": "undo", "press": press}))
    assert Suppression.objects.exists()


@pytest.mark.parametrize("press", ["", "x", "ä"])
def test_a_press_that_is_none_undoes_nothing(phone, link, ada, press):
    stop_all(phone, link)
    page = phone.post(f"{link}stop/", {"what": "undo", "press": press})
    assert "No more emails come to you" in text_of(page)
    assert not ada.has_consent()


def test_nor_does_that_of_another_email(phone, link, ada, bo, toms_module):
    page = stop_all(phone, link)
    series = make_assignment(bo, toms_module)
    undo(phone, f"/n/{deliver(series, toms_module.steps.first()).token}/", page)
    assert not ada.has_consent()


def test_nor_does_it_once_they_asked_again_for_no_more_emails(phone, link, ada):
    page = stop_all(phone, link)
    assert OFFER not in text_of(stop_all(phone, link)), "that press ended nothing"
    undo(phone, link, page)
    assert not ada.has_consent()
    assert Suppression.objects.exists()


def test_where_no_email_came_before_nothing_is_offered(phone, link, ada):
    Suppression.add(ada.email, Suppression.Why.BOUNCED, timezone.now())
    assert OFFER not in text_of(stop_all(phone, link))


def test_an_old_mailbox_is_offered_nothing_and_undoes_nothing(phone, link, ada):
    page = stop_all(phone, link)
    Delivery.objects.update(to_address="before@example.org")
    undo(phone, link, page)
    assert not ada.has_consent()
    Suppression.objects.all().delete()
    Consent.objects.create(client=ada)
    assert OFFER not in text_of(stop_all(phone, link))


def test_who_is_archived_since_stays_so(phone, link, ada, running):
    page = stop_all(phone, link)
    type(ada).objects.update(archived_at=timezone.now())
    undo(phone, link, page)
    assert Assignment.objects.get().state == "stopped"


def test_a_series_that_the_practitioner_took_up_since_is_left_alone(phone, link, ada, running):
    page = stop_all(phone, link)
    running.resume(timezone.now())
    running.pause(timezone.now())
    undo(phone, link, page)
    assert schedule(running)[:2] == ("paused", "the practitioner")


def test_somebody_else_at_the_address_gets_what_they_had_and_no_more(phone, link, ada, tom, toms_module):
    same = make_client(tom, "A.", ada.email, "Europe/London")
    undo(phone, link, stop_all(phone, link))
    assert same.has_consent()
    assert not Suppression.objects.exists()


def test_the_page_does_not_tell_of_other_series(phone, link, ada, maya):
    make_assignment(ada, make_module(maya, title="Learning to rest"))
    press = soup(stop_all(phone, link)).find("input", {"name": "press"})["value"]
    assert press.startswith("gAAAA"), "encrypted"


def test_no_cookie_is_needed(link, ada):
    undo(Browser(), link, stop_all(Browser(), link))
    assert ada.has_consent()
