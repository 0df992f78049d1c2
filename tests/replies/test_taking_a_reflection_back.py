"""What was sent can be taken back until the practitioner has opened it, in the browser that sent it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from practice.replies.models import Mark, Reply
from tests.replies.paper import fields_of, soup, text_of, typed

LIST = "/desk/replies/reply/"


@pytest.fixture
def sent(phone, link):
    phone.post(link, typed(phone.get(link), "The sea.", "7"))
    return Reply.objects.get()


def take_back(browser, link, reply):
    return browser.post(link, {"take_back": reply.pk})


def is_sent():
    return Reply.objects.sent().exists()


def button(page):
    return soup(page).find("button", {"name": "take_back"})


def test_what_nobody_opened_is_a_draft_again(phone, link, sent, desk, maya):
    page = phone.get(link)
    assert "Maya has not opened it yet. Until then you can take it back." in text_of(page)
    assert button(page)["value"] == str(sent.pk)
    page = take_back(phone, link, sent)
    assert "Taken back. Maya has not seen it" in text_of(page)
    assert fields_of(page)["answer-0"] == "The sea."
    assert not is_sent()
    assert desk(maya).get(LIST).context["cl"].result_count == 0
    assert desk(maya).get(reverse("admin:replies_reply_change", args=(sent.pk,))).status_code == 404


def test_it_can_be_changed_and_sent_again(phone, link, sent):
    page = take_back(phone, link, sent)
    phone.post(link, fields_of(page) | {"answer-0": "The wind."})
    assert Reply.objects.sent().get().values() == ["The wind.", "7"]


def test_a_second_press_says_the_same(phone, link, sent):
    for _ in range(2):
        assert "Taken back." in text_of(take_back(phone, link, sent))


def test_a_look_takes_nothing_back(phone, link, sent):
    phone.get(f"{link}?take_back={sent.pk}")
    assert is_sent()


@pytest.mark.parametrize("place", ["replies_reply_change", "replies_client", "replies_digest"])
def test_what_was_opened_stays_and_its_page_says_so(phone, link, sent, desk, maya, place):
    """Looking marks nothing as read. But the words were seen, and nothing else may be said."""
    pk = sent.pk if place == "replies_reply_change" else sent.client_id
    desk(maya).get(reverse(f"admin:{place}", args=(pk,)))
    seen = phone.get(link)
    assert "Maya has opened it. It stays as it is." in text_of(seen)
    assert not button(seen)
    assert "Maya has opened it in the meantime, so it stays where it is." in text_of(
        take_back(phone, link, sent)
    )
    assert is_sent()


def test_what_was_marked_as_read_stays_also_when_it_is_marked_as_unread_again(phone, link, sent, desk, maya):
    for mark in ("read", "unread"):
        desk(maya).post(reverse("admin:replies_reply_change", args=(sent.pk,)), {"mark": mark})
        assert not button(phone.get(link))
        take_back(phone, link, sent)
        assert is_sent()


def test_the_page_says_that_it_was_read(phone, link, sent):
    Reply.objects.all().mark_as(Mark.READ, timezone.now())
    assert "Maya has read it. It stays as it is." in text_of(phone.get(link))


def test_seeing_that_it_came_is_not_opening_it(phone, link, sent, desk, maya):
    for page in ("/desk/", LIST):
        desk(maya).get(page)
    take_back(phone, link, sent)
    assert not is_sent()


def test_another_browser_cannot_take_it_back_and_learns_nothing(other_browser, phone, link, sent):
    page = take_back(other_browser, link, sent)
    assert "This browser cannot take it back. Only the one that sent it can, if it keeps cookies." in text_of(
        page
    )
    assert "The sea." not in page.content.decode()
    assert page.content.count(b"value") == take_back(other_browser, link, Reply(pk=987)).content.count(
        b"value"
    )
    assert is_sent()


@pytest.mark.parametrize("asked_for", ["", "x", "0", "9" * 40, "-1"])
def test_what_is_nobodys_is_answered_with_the_page(phone, link, sent, asked_for):
    assert phone.post(link, {"take_back": asked_for}).status_code == 200
    assert is_sent()


def test_marking_what_was_taken_back_in_the_meantime_says_so(phone, link, sent, desk, maya, client):
    browser = desk(maya)
    assert Reply.objects.filter(pk=sent.pk).take_back() == 1
    response = browser.post(
        LIST, {"action": "mark_read", "_selected_action": sent.pk, "index": "0"}, follow=True
    )
    assert response.status_code == 200
    sent.refresh_from_db()
    assert (sent.sent_at, sent.read_at) == (None, None)


@pytest.mark.django_db(transaction=True)
def test_reading_and_taking_back_at_the_same_moment_have_one_winner(sent):
    for turn in range(20):
        Reply.objects.update(sent_at=timezone.now() + timedelta(seconds=turn), read_at=None)
        both_ready = Barrier(2)

        def do(act, both_ready=both_ready):
            try:
                both_ready.wait()
                return act(Reply.objects.filter(pk=sent.pk))
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            read, taken = pool.map(
                do, (lambda it: it.mark_as(Mark.READ, timezone.now()), lambda it: it.take_back())
            )
        sent.refresh_from_db()
        assert (read, taken) in {(1, 0), (0, 1)}
        assert (bool(sent.sent_at), bool(sent.read_at)) == ((True, True) if read else (False, False))
