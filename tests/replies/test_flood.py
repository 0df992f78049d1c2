"""A link that floods is slowed. Nobody else is: not their neighbours in an office, and not whoever wants to stop."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Delivery
from practice.people.models import Client
from practice.replies.flood import KEPT_FOR, MOST_MISSES, MOST_WRITES, WINDOW
from practice.replies.models import Message, Reply, Writes
from tests.replies.conftest import deliver
from tests.replies.paper import soup, text_of, typed
from tests.replies.test_goodbye_pack import open_with_code

OFFICE = "198.51.100.7"


@pytest.fixture(autouse=True)
def nobody_missed_anything_yet():
    cache.clear()


def flood(delivery, count=MOST_WRITES):
    """So often this link was written through in the minute that goes on; unless told, as often as is taken."""
    Writes.objects.update_or_create(
        link=delivery.token_sha256, defaults={"began_at": timezone.now(), "count": count}
    )


def a_minute_goes_by():
    Writes.objects.update(began_at=F("began_at") - WINDOW)


def repeated(browser, link, shown):
    """Press the button of a page that pauses."""
    fields = soup(shown).select("main form input[type=hidden]")
    data = {}
    for field in fields:
        data.setdefault(field["name"], []).append(field["value"])
    return browser.post(link, data)


def test_who_types_all_the_time_is_never_slowed(phone, link):
    data = typed(phone.get(link), "")
    for number in range(60):
        assert phone.post(f"{link}draft/", data | {"answer-0": f"Words {number}"}).status_code == 200
    assert phone.post(link, data | {"answer-0": "Words, sent."}, follow=True).status_code == 200


def test_a_link_that_floods_is_slowed_and_no_other_one_is(phone, delivery, link, assignment):
    other = f"/n/{deliver(assignment, assignment.module.steps.last()).token}/"
    data = typed(phone.get(link), "Again and again.")
    flood(delivery, MOST_WRITES - 3)
    answers = [phone.post(f"{link}draft/", data).status_code for _ in range(6)]
    assert answers == [200] * 3 + [429] * 3
    assert phone.post(f"{other}draft/", data).status_code == 200
    assert phone.get(link).status_code == 200


def test_it_says_when_to_come_back_and_that_is_when_it_works(phone, delivery, link):
    data = typed(phone.get(link), "Words.")
    flood(delivery)
    paused = phone.post(link, data)
    assert paused.status_code == 429
    assert 0 < int(paused.headers["Retry-After"]) <= WINDOW.total_seconds()
    assert paused.headers["Cache-Control"] == "no-store"
    a_minute_goes_by()
    assert phone.post(link, data).status_code == 200


def test_what_was_typed_comes_back_and_goes_on_its_way_at_a_press(phone, delivery, link):
    words = "<b>One</b> & two.\n\nThree, “four”."
    data = typed(phone.get(link), words, "7") | {"sharing": "keep", "send": "1"}
    flood(delivery)
    paused = phone.post(link, data)
    assert not Reply.objects.exists()
    assert "nothing you wrote is lost" in text_of(paused)
    assert "<b>One</b> & two. Three, “four”." in text_of(paused)
    assert not soup(paused).select("main b")
    assert repeated(phone, link, paused).status_code == 429
    a_minute_goes_by()
    assert "This is kept for you." in text_of(repeated(phone, link, paused))
    assert Reply.objects.get().values() == [words, "7"]


def test_a_message_comes_back_too(phone, delivery, ada):
    page = open_with_code(phone, f"/c/{delivery.token}/")
    named = soup(phone.get(page)).select_one("main input[name=page]")["value"]
    flood(delivery)
    paused = phone.post(page, {"do": "write", "page": named, "text": "Thursday is good."})
    assert paused.status_code == 429
    assert "Thursday is good." in text_of(paused)
    a_minute_goes_by()
    assert repeated(phone, page, paused).status_code == 302
    assert Message.objects.get().text == "Thursday is good."


def test_a_flood_keeps_nobody_from_stopping(phone, delivery, link, assignment):
    flood(delivery)
    assert phone.post(f"{link}pace/", {"do": "not_this_week"}).status_code == 429
    assert phone.post(f"{link}stop/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.STOPPED


def test_it_speaks_the_clients_language(phone, delivery, link, ada):
    ada.language = "de"
    ada.save()
    flood(delivery)
    paused = phone.post(link, {"answer-0": "Wörter"})
    assert "Diese Seite macht eine kurze Pause" in text_of(paused)


def test_two_hundred_clients_behind_one_address_all_write(maya, module):
    now, step = timezone.now(), module.steps.first()
    clients = Client.objects.bulk_create(
        Client(practitioner=maya, name=f"Client {number}", email=f"{number}@example.org")
        for number in range(200)
    )
    series = Assignment.objects.bulk_create(
        Assignment(client=client, module=module, first_on=now, at="18:00", state="stopped")
        for client in clients
    )
    emails = [Delivery.planned(one, step.pk, now, "example.org", state="accepted") for one in series]
    Delivery.objects.bulk_create(emails)
    office = Browser(REMOTE_ADDR=OFFICE)
    words = {"answer-0": "Words of one of many."}
    assert {office.post(f"/n/{email.token}/", words, follow=True).status_code for email in emails} == {200}
    assert Reply.objects.sent().count() == 200


def test_an_address_that_guesses_is_told_to_wait_and_a_link_that_opens_is_served_to_it(
    link, expired, assignment
):
    office, elsewhere = Browser(REMOTE_ADDR=OFFICE), Browser(REMOTE_ADDR="198.51.100.8")
    good = f"/n/{deliver(assignment, assignment.module.steps.last()).token}/"
    cache.set(f"missed-{OFFICE}", MOST_MISSES - 1, 60)
    before = office.get("/n/guessed/")
    assert (before.status_code, "Retry-After" in before.headers) == (404, False)
    for bad in ("/n/guessed/", link, "/c/guessed/"):
        for ask in (office.get, office.post):
            after = ask(bad)
            assert (after.status_code, after.content) == (429, before.content)
            assert after.headers["Retry-After"] == "60"
        assert elsewhere.get(bad).status_code == 404
    assert office.get(good).status_code == 200
    assert office.post(good, typed(office.get(good), "Words.")).status_code == 200


def test_a_whole_house_of_scanners_does_not_come_near(practice):
    office = Browser(REMOTE_ADDR=OFFICE)
    assert {office.get(f"/n/old-link-{number}/").status_code for number in range(300)} == {404}


def test_counts_of_yesterday_are_forgotten(phone, link, assignment):
    old = Writes.objects.create(link="a" * 64, began_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    phone.post(f"{link}draft/", typed(phone.get(link), "Words."))
    assert not Writes.objects.filter(pk=old.pk).exists()
    assert Writes.objects.count() == 1
