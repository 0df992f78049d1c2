"""What a practitioner notes about a reflection: theirs alone, and never the client's."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse

from practice.replies.models import Concern, Mark, Note, Reply
from tests.replies.test_read_first import WORRYING

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


def press(browser, page, name, value, note):
    """Type a note on the page about a reflection, press one of its buttons, and see what comes."""
    shown = BeautifulSoup(browser.get(page).content, "html.parser")
    form = shown.find("button", attrs={"name": name, "value": value}).find_parent("form")
    sent = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    return browser.post(page, sent | {form.find("textarea")["name"]: note, name: value}, follow=True)


@pytest.mark.parametrize("mark", [Mark.READ, Mark.TO_DISCUSS, Mark.DISCUSSED])
def test_one_that_was_typed_is_kept_when_a_mark_is_pressed(desk, maya, page, mark):
    told = press(desk(maya), page, "mark", mark.value, WORDS).content.decode()
    assert Note.objects.get().text == WORDS
    assert Reply.objects.get().mark is mark
    assert "Your note is kept." in told


def test_one_that_was_typed_is_kept_when_a_reflection_is_acknowledged(desk, maya, phone, link):
    phone.post(link, {"answer-0": WORRYING, "answer-1": "7", "send": "1"})
    page = reverse("admin:replies_reply_change", args=(Reply.objects.get().pk,))
    press(desk(maya), page, "acknowledge", "yes", WORDS)
    assert Concern.objects.get().acknowledged_at
    assert Note.objects.get().text == WORDS


def test_a_mark_from_an_older_window_leaves_a_newer_note_as_it_is(desk, maya, page):
    browser = desk(maya)
    browser.post(page, {"note": WORDS})
    browser.post(page, {"note": "", "initial-note": "", "mark": "to-discuss"})
    assert Note.objects.get().text == WORDS
    assert Reply.objects.get().mark is Mark.TO_DISCUSS


def test_a_mark_writes_nothing_of_a_note_that_was_not_touched(desk, maya, page):
    browser = desk(maya)
    browser.post(page, {"note": WORDS})
    as_typed = WORDS.replace("\n", "\r\n")
    kept_at = Note.objects.get().saved_at
    told = press(browser, page, "mark", "to-discuss", as_typed).content.decode()
    assert Note.objects.get().saved_at == kept_at
    assert "Your note is kept." not in told


def test_with_a_note_that_does_not_fit_nothing_is_marked(desk, maya, page):
    long = "so many words " * 2_000
    answer = press(desk(maya), page, "mark", "read", long)
    assert answer.status_code == 422
    assert "so many words so many words" in answer.content.decode()
    assert Reply.objects.get().mark is Mark.UNREAD


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
        browser.post(page, {"note": text, "initial-note": "another", "mark": "to-discuss"})
        assert Reply.objects.get().mark is Mark.UNREAD
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM replies_note")
            assert cursor.fetchone() == ("gAAAAA-damaged",)


def break_it():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_note SET text = 'gAAAAA-damaged'")
