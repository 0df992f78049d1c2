"""Nothing a client typed is ever lost: not to a mistake, a blocked cookie, a second press or a second window."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from practice.replies.models import Reply
from resources.models import Prompt
from tests.replies.paper import fields_of, soup, text_of, typed


def drafted(browser, link, data):
    return json.loads(browser.post(f"{link}draft/", data).content)


def test_save_for_later_brings_it_back_in_the_same_browser(phone, link):
    page = phone.post(link, typed(phone.get(link), "The sea.", "7") | {"save": "1"})
    assert "Saved for later." in text_of(page)
    back = fields_of(phone.get(link))
    assert (back["answer-0"], back["answer-1"]) == ("The sea.", "7")
    assert not Reply.objects.sent().exists()


def test_the_draft_of_a_page_is_one_draft_however_often_it_is_saved(phone, link):
    data = typed(phone.get(link), "The")
    data["sheet"] = drafted(phone, link, data)["sheet"]
    drafted(phone, link, data | {"answer-0": "The sea."})
    assert Reply.objects.get().values() == ["The sea.", ""]


def test_an_answer_to_autosave_that_got_lost_on_the_way_makes_no_second_draft(phone, link):
    data = typed(phone.get(link), "The")
    drafted(phone, link, data)
    drafted(phone, link, data | {"answer-0": "The sea."})
    assert Reply.objects.get().values() == ["The sea.", ""]


def test_an_answer_that_is_too_long_comes_back_whole_with_the_reason(phone, link):
    long = "Word. " * 4000
    page = phone.post(link, typed(phone.get(link), long, "7"))
    assert page.status_code == 422
    assert "20000 is the most that fits" in text_of(page)
    back = fields_of(page)
    assert back["answer-0"].strip() == long.strip()
    assert back["answer-1"] == "7"
    assert soup(page).find("textarea", {"aria-invalid": "true", "aria-describedby": True})
    assert fields_of(phone.get(link))["answer-0"].strip() == long.strip()  # it was kept as a draft, too


def test_more_than_a_page_can_carry_is_explained(phone, link):
    page = phone.post(link, {"answer-0": "x" * 6_000_000})
    assert page.status_code == 413
    assert "send them in parts" in text_of(page)
    assert page["Content-Security-Policy"].startswith("default-src 'none'")


def test_exactly_the_longest_answer_is_sent(phone, link):
    phone.post(link, typed(phone.get(link), "é" * 20_000))
    assert Reply.objects.sent().get().values()[0] == "é" * 20_000


def test_a_browser_that_keeps_no_cookies_can_write_and_send(link):
    def fresh():
        return Browser(enforce_csrf_checks=True)

    data = typed(fresh().get(link), "The")
    data["sheet"] = drafted(fresh(), link, data)["sheet"]
    page = fresh().post(link, data | {"answer-0": "The sea."})
    assert "It is with Maya now." in text_of(page)
    assert "The sea." in text_of(page)
    assert Reply.objects.get().values() == ["The sea.", ""]


@pytest.fixture
def forgetful():
    """Opens and posts as a browser that keeps no cookies."""

    def post(link, data):
        return Browser(enforce_csrf_checks=True).post(link, data)

    return post


def test_a_browser_that_keeps_no_cookies_is_told_to_leave_its_page_open(link, forgetful):
    data = typed(Browser().get(link), "The sea.")
    first = forgetful(link, data | {"save": "1"})
    assert "If it keeps no cookies, leave this page open instead, or send it." in text_of(first)
    again = forgetful(link, fields_of(first) | {"save": "1"})
    assert "once this page is closed, this browser cannot show it again" in text_of(again)
    assert "Saved for later." not in text_of(again)
    assert fields_of(again)["answer-0"] == "The sea."
    assert Reply.objects.get().values() == ["The sea.", ""]


def test_a_page_that_saves_itself_there_hears_of_it_and_keeps_its_copy(link, forgetful):
    data = typed(Browser().get(link), "The")
    first = json.loads(forgetful(f"{link}draft/", data).content)
    assert first["state"] == "saved"  # nobody can know yet
    second = json.loads(forgetful(f"{link}draft/", data | {"sheet": first["sheet"]}).content)
    assert second["state"] == "only here"


def test_nothing_can_be_taken_back_there_and_so_it_is_not_offered(link, forgetful):
    data = typed(Browser().get(link), "The sea.")
    data["sheet"] = json.loads(forgetful(f"{link}draft/", data).content)["sheet"]
    sent = forgetful(link, data)
    assert "It is with Maya now." in text_of(sent)
    assert "take it back" not in text_of(sent).lower()
    assert "has opened it" not in text_of(sent)


def test_once_the_link_is_over_the_page_does_not_lead_back_to_it(phone, link, delivery):
    data = typed(phone.get(link), "The sea.")
    delivery.link_expires_at = timezone.now() - timedelta(seconds=1)
    delivery.save()
    page = phone.post(link, data | {"save": "1"})
    assert "once this page is closed, this browser cannot show it again" in text_of(page)


def test_a_browser_that_keeps_cookies_is_led_back_by_the_email(phone, link):
    first = phone.post(link, typed(phone.get(link), "The sea.") | {"save": "1"})
    again = phone.post(link, fields_of(first) | {"save": "1"}, follow=True)
    assert "Saved for later. To carry on, open the link in your email again, in this browser." in text_of(
        again
    )
    assert "cookies" not in text_of(again)
    assert drafted(phone, link, fields_of(again))["state"] == "saved"


def test_pressing_send_twice_sends_one(phone, link):
    data = typed(phone.get(link), "The sea.")
    for _ in range(3):
        assert "It is with Maya now." in text_of(phone.post(link, data, follow=True))
    assert Reply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_send_one(delivery, link):
    data = typed(Browser().get(link), "The sea.")

    def press(_):
        try:
            return Browser().post(link, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(16))) == {200}
    assert Reply.objects.get().values() == ["The sea.", ""]


def test_other_words_sent_from_the_same_page_are_another_reflection(phone, link):
    data = typed(phone.get(link), "The sea.")
    phone.post(link, data)
    phone.post(link, data | {"answer-0": "The wind."})
    phone.post(link, data | {"answer-0": "The wind."})
    assert [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")] == ["The sea.", "The wind."]


def test_other_words_saved_for_later_from_a_page_that_was_sent_are_a_draft(phone, link):
    data = typed(phone.get(link), "The sea.")
    phone.post(link, data)
    for _ in range(2):
        page = phone.post(link, data | {"answer-0": "The sea, and more.", "save": "1"}, follow=True)
    assert "Saved for later." in text_of(page)
    assert fields_of(page)["answer-0"] == "The sea, and more."
    phone.post(link, fields_of(page) | {"answer-0": "The sea, and much more.", "save": "1"})
    assert [(reply.values()[0], reply.sent_at is None) for reply in Reply.objects.order_by("pk")] == [
        ("The sea.", False),
        ("The sea, and much more.", True),
    ]


def test_words_too_long_to_be_sent_are_kept_from_a_page_that_was_sent_as_well(phone, link):
    data = typed(phone.get(link), "The sea.")
    phone.post(link, data)
    page = phone.post(link, data | {"answer-0": "Word. " * 4000})
    assert page.status_code == 422
    phone.post(link, fields_of(page) | {"answer-0": "Shorter."})
    assert [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")] == ["The sea.", "Shorter."]
    assert not Reply.objects.drafts().exists()


def test_a_button_pressed_on_a_page_that_was_sent_keeps_what_was_typed_since(phone, link):
    data = typed(phone.get(link), "The sea.")
    phone.post(link, data)
    answer = drafted(phone, link, data | {"answer-0": "The wind.", "save": "1"})
    assert answer["state"] == "saved"
    assert Reply.objects.drafts().get().values() == ["The wind.", ""]
    phone.post(link, data | {"answer-0": "The wind.", "sheet": answer["sheet"]})
    assert [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")] == ["The sea.", "The wind."]
    assert Reply.objects.count() == 2


def test_a_late_autosave_changes_nothing_of_what_was_sent(phone, link):
    data = typed(phone.get(link), "The sea.")
    phone.post(link, data)
    assert drafted(phone, link, data | {"answer-0": "The"}) == {"state": "sent"}
    assert Reply.objects.get().values() == ["The sea.", ""]


# --- What is on its way for long may arrive after what was typed later. The page counts along.


def kept():
    """The words of each reflection and draft, and whether it was sent."""
    return [(reply.values()[0], reply.sent_at is not None) for reply in Reply.objects.order_by("pk")]


def test_what_saves_itself_and_comes_late_writes_over_no_newer_words(phone, link):
    data = typed(phone.get(link))
    for count, words in ((2, "The sea."), (1, "The"), (3, "The sea, and")):
        drafted(phone, link, data | {"answer-0": words, "typed": count})
        assert kept() == [("The sea." if count < 3 else words, False)]


def test_newer_words_stay_a_draft_when_what_was_sent_before_comes_after_them(phone, link):
    data = typed(phone.get(link), "The sea.")
    drafted(phone, link, data | {"typed": 1})
    drafted(phone, link, data | {"answer-0": "The sea, and more.", "typed": 2})
    for _ in range(2):
        sent = phone.post(link, data | {"typed": 1}, follow=True)
        assert "It is with Maya now." in text_of(sent)
    assert kept() == [("The sea, and more.", False), ("The sea.", True)]
    assert fields_of(phone.get(link))["answer-0"] == "The sea, and more."


def test_newer_words_are_kept_as_a_draft_when_they_come_after_what_was_sent(phone, link):
    data = typed(phone.get(link), "The sea.") | {"typed": 1}
    phone.post(link, data)
    answer = drafted(phone, link, data | {"answer-0": "The sea, and", "typed": 2})
    newer = data | {"answer-0": "The sea, and more.", "typed": 3, "sheet": answer["sheet"]}
    assert drafted(phone, link, newer)["state"] == "saved"
    assert kept() == [("The sea.", True), ("The sea, and more.", False)]


def test_what_is_too_long_to_be_sent_and_comes_late_is_kept_beside_newer_words(phone, link):
    data = typed(phone.get(link))
    drafted(phone, link, data | {"answer-0": "Shorter.", "typed": 2})
    page = phone.post(link, data | {"answer-0": "Word. " * 4000, "typed": 1})
    assert page.status_code == 422
    phone.post(link, fields_of(page) | {"answer-0": "Word.", "typed": 2})
    assert kept() == [("Shorter.", False), ("Word.", True)]


@pytest.mark.parametrize("count", ["", "-1", "²", "9" * 30, "\x00"])
def test_a_count_that_is_none_loses_nothing(phone, link, count):
    data = typed(phone.get(link), "The sea.") | {"typed": count}
    drafted(phone, link, data)
    phone.post(link, data | {"answer-0": "The wind."})
    assert kept() == [("The wind.", True)]


# --- Several windows


def test_two_windows_on_an_empty_page_keep_both_drafts(phone, link):
    first, second = phone.get(link), phone.get(link)
    drafted(phone, link, typed(first, "From the first."))
    drafted(phone, link, typed(second, "From the second."))
    assert {reply.values()[0] for reply in Reply.objects.all()} == {"From the first.", "From the second."}
    page = phone.get(link)
    assert fields_of(page)["answer-0"] == "From the second."
    other = soup(page).find("a", string=lambda text: text and "another window" in text)
    assert fields_of(phone.get(link + other["href"]))["answer-0"] == "From the first."


def test_two_windows_on_the_same_draft_do_not_overwrite_each_other(phone, link):
    drafted(phone, link, typed(phone.get(link), "Begun."))
    first, second = phone.get(link), phone.get(link)
    drafted(phone, link, typed(first, "Begun, and the first went on."))
    drafted(phone, link, typed(second, "Begun, and the second went on."))
    kept = {reply.values()[0] for reply in Reply.objects.all()}
    assert kept == {"Begun, and the first went on.", "Begun, and the second went on."}


def test_the_same_draft_sent_from_two_windows_is_sent_once(phone, link):
    drafted(phone, link, typed(phone.get(link), "Begun."))
    first, second = phone.get(link), phone.get(link)
    phone.post(link, fields_of(first))
    assert "It is with Maya now." in text_of(phone.post(link, fields_of(second), follow=True))
    assert Reply.objects.count() == 1


def test_a_question_edited_meanwhile_keeps_the_answer_with_the_question_as_shown(phone, link):
    data = typed(phone.get(link), "The sea.", "7")
    Prompt.objects.update(text="Something else entirely", kind="text", options=[])
    phone.post(link, data)
    answers = Reply.objects.sent().get().answers.all()
    assert [answer.question for answer in answers] == [
        "What stayed with you from reading 1?",
        "How settled do you feel?",
    ]
    assert answers[1].in_words() == "7 of 10 (Not at all – Very)"


def test_a_question_deleted_meanwhile_keeps_its_answer(phone, link, delivery):
    data = typed(phone.get(link), "The sea.", "7")
    delivery.step.prompts.all().delete()
    phone.post(link, data)
    answers = Reply.objects.sent().get().answers.all()
    assert [(answer.prompt, answer.value) for answer in answers] == [(None, "The sea."), (None, "7")]


def test_a_draft_shows_its_questions_as_they_were_when_it_was_begun(phone, link):
    phone.post(link, typed(phone.get(link), "The sea.") | {"save": "1"})
    Prompt.objects.update(text="Something else entirely")
    assert "What stayed with you from reading 1?" in text_of(phone.get(link))


def test_a_question_cannot_be_put_into_a_clients_mouth(phone, link):
    data = typed(phone.get(link), "Yes.")
    data["sheet"] = data["sheet"][:-3] + "abc"
    phone.post(link, data)
    assert Reply.objects.get().answers.first().question == "What stayed with you from reading 1?"


def test_a_link_that_expires_while_its_page_is_open_still_takes_what_was_written(phone, link, delivery):
    data = typed(phone.get(link), "The sea.")
    delivery.link_expires_at = timezone.now() - timedelta(seconds=1)
    delivery.save()
    assert phone.get(link).status_code == 404
    assert "It is with Maya now." in text_of(phone.post(link, data))
    assert phone.post(link, {"answer-0": "Without a page."}).status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "Ich möchte „nein“ sagen 🌊\n\n  and <b>not</b> & more {{ x }} {% y %}",
        "\x00before\x00 and after",
        "مرحبا\u202e",
    ],
)
def test_words_of_any_kind_arrive_as_they_were_written(phone, link, words):
    phone.post(link, typed(phone.get(link), words.replace("\n", "\r\n")))
    assert Reply.objects.get().values()[0] == words.replace("\x00", "")


def test_what_is_stored_cannot_be_read_in_the_database(phone, link):
    phone.post(link, typed(phone.get(link), "Canary in a field."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM replies_answer")
        assert "Canary" not in str(cursor.fetchall())
