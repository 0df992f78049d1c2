"""What a practitioner notes about a reflection: theirs alone, and never the client's."""

import pytest
from django.db import connection
from django.urls import reverse

from practice.replies.models import Mark, Note, Reply

WORDS = "Ask about the brother.\n\nGently."


@pytest.fixture
def sent(phone, link):
    phone.post(link, {"answer-0": "The sea.", "answer-1": "7", "send": "1"})
    return Reply.objects.get()


@pytest.fixture
def page(sent):
    return reverse("admin:replies_reply_change", args=(sent.pk,))


def test_a_note_is_kept_changed_and_taken_away(desk, maya, sent, page):
    browser = desk(maya)
    assert b"Your note is kept." in browser.post(page, {"note": WORDS}, follow=True).content
    assert WORDS in browser.get(page).content.decode()
    browser.post(page, {"note": "Not now."})
    assert Note.objects.get().text == "Not now."
    assert b"There is no note now." in browser.post(page, {"note": ""}, follow=True).content
    assert not Note.objects.exists()


def test_a_note_leaves_the_mark_as_it_is_and_a_mark_the_note(desk, maya, sent, page):
    browser = desk(maya)
    browser.post(page, {"note": WORDS})
    assert Reply.objects.get().mark is Mark.UNREAD
    browser.post(page, {"mark": "to-discuss"})
    assert Note.objects.get().text == WORDS


def test_the_client_sees_nothing_of_it(desk, maya, phone, link, page):
    desk(maya).post(page, {"note": WORDS})
    for address in (link, f"{link}?another", f"{link}pace/"):
        answer = phone.get(address)
        assert answer.status_code == 200
        assert "brother" not in answer.content.decode()


def test_the_clients_page_works_with_a_note_that_no_key_fits(desk, maya, phone, link, page):
    desk(maya).post(page, {"note": WORDS})
    break_it()
    assert phone.get(link).status_code == 200


def test_it_is_encrypted_in_the_database(desk, maya, page):
    desk(maya).post(page, {"note": WORDS})
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM replies_note")
        assert "brother" not in cursor.fetchone()[0]


def test_nobody_else_reads_or_writes_one(desk, maya, tom, superuser, page):
    desk(maya).post(page, {"note": WORDS})
    for other in (tom, superuser):
        assert desk(other).get(page).status_code == 404
        assert desk(other).post(page, {"note": "Mine now."}).status_code == 404
    assert Note.objects.get().text == WORDS


def test_its_words_stand_in_no_history(desk, maya, sent, page):
    browser = desk(maya)
    browser.post(page, {"note": WORDS})
    history = browser.get(reverse("admin:replies_reply_history", args=(sent.pk,))).content.decode()
    assert "Changed the note." in history
    assert "brother" not in history


def test_one_that_is_too_long_stays_on_the_page(desk, maya, page):
    answer = desk(maya).post(page, {"note": "so many words " * 2_000})
    assert answer.status_code == 422
    assert "so many words so many words" in answer.content.decode()
    assert not Note.objects.exists()


def test_one_that_cannot_be_decrypted_says_so_and_is_not_written_over(desk, maya, page):
    browser = desk(maya)
    browser.post(page, {"note": WORDS})
    break_it()
    shown = browser.get(page).content.decode()
    assert "Your note about this cannot be decrypted." in shown
    assert "Keep this note" not in shown
    assert "The sea." in shown
    for text in ("typed in an older window", ""):
        answer = browser.post(page, {"note": text}, follow=True)
        assert "Nothing was changed: the note that is there cannot be decrypted." in answer.content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM replies_note")
            assert cursor.fetchone() == ("gAAAAA-damaged",)


def break_it():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_note SET text = 'gAAAAA-damaged'")
