"""The page behind the link: reading, questions, and what a client is told before and after sending."""

import re

import pytest

from practice.replies.models import Reply
from resources.models import Prompt, PromptKind
from tests.replies.paper import fields_of, soup, text_of, typed


def test_the_reading_stands_first_and_then_the_questions(phone, link):
    page = phone.get(link).content.decode()
    assert page.index("Reading number 1.") < page.index("What stayed with you from reading 1?")


def test_title_and_icon_tell_a_bystander_nothing(phone, link, delivery, maya):
    head = soup(phone.get(link)).head
    assert head.title.get_text() == "A page for you"
    for word in (delivery.step.title, delivery.assignment.module.title, "Maya", "Linden", "therap", "Ada"):
        assert word not in head.decode()


def test_minutes_and_content_note_stand_above_the_reading(phone, link, delivery):
    delivery.step.minutes, delivery.step.content_note = 4, "This one speaks about loss."
    delivery.step.save()
    page = text_of(phone.get(link))
    assert page.index("4 minutes to read") < page.index("speaks about loss") < page.index("Reading number 1.")


def test_a_reading_is_cleaned_once_more_on_its_way_out(phone, link, delivery):
    delivery.step.body = '<p onclick="x()">Calm.</p><script>alert(1)</script><img src=x onerror=alert(1)>'
    delivery.step.save()
    page = phone.get(link).content.decode()
    assert "<p>Calm.</p>" in page
    assert "alert(1)" not in page
    assert "onclick" not in page


def test_it_says_before_sending_what_will_happen(phone, link):
    page = text_of(phone.get(link))
    assert "Maya reads what you send within two working days. Nobody watches this page live." in page
    assert "Leave any of these empty." in page


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        (
            "de",
            "Maya liest, was Sie senden: innerhalb von zwei",
            "Maya liest es: innerhalb von zwei Werktagen.",
        ),
        ("es", "Maya lee lo que envías: en un plazo", "Maya lo lee: en un plazo de dos días"),
    ],
)
def test_it_says_so_in_the_clients_language(phone, link, ada, language, before, after):
    ada.language = language
    ada.save()
    page = phone.get(link)
    assert before in text_of(page)
    assert after in text_of(phone.post(link, typed(page, "The sea."), follow=True))


def test_a_line_to_arrive_with_stands_before_the_questions(phone, link):
    page = text_of(phone.get(link))
    assert page.index("feel your feet on the floor") < page.index("What stayed with you from reading 1?")


def test_help_lines_are_on_every_page_and_call_at_a_tap(phone, link):
    sent = phone.post(link, typed(phone.get(link), "The sea."))
    for page in (
        sent,
        *map(phone.get, (link, f"{link}?another", f"{link}stop/", f"{link}pace/", "/n/nothing/")),
    ):
        assert soup(page).find("a", href="tel:08001110111").get_text() == "0800 111 0 111"
        assert soup(page).find("a", href="#help")


def test_all_four_kinds_are_shown_and_nothing_is_preselected(phone, link, delivery):
    for kind in (PromptKind.CHOICE, PromptKind.CHECKLIST):
        Prompt.objects.create(
            step=delivery.step, position=9, kind=kind, text=f"A {kind}", options=["Rest", "Walk"]
        )
    page = soup(phone.get(link))
    assert not page.select("[name^=answer-][checked]")
    assert [box["value"] for box in page.find_all("input", {"name": "answer-1"})] == [
        *map(str, range(11)),
        "",
    ]
    assert [box["type"] for box in page.find_all("input", {"name": "answer-2"})] == ["radio"] * 3
    assert [box["type"] for box in page.find_all("input", {"name": "answer-3"})] == ["checkbox"] * 2
    legends = [legend.get_text(strip=True) for legend in page.select(".question > legend")]
    assert legends == ["How settled do you feel?", "A choice", "A checklist"]


def test_a_choice_without_anything_to_choose_becomes_a_question_for_words(phone, link, delivery):
    Prompt.objects.create(step=delivery.step, position=9, kind=PromptKind.CHOICE, text="Which?", options=[])
    assert soup(phone.get(link)).find("textarea", {"name": "answer-2"})


def test_what_is_sent_is_kept_with_its_questions(phone, link, delivery):
    phone.post(link, typed(phone.get(link), "The sea.", "7"))
    reply = Reply.objects.sent().get()
    assert reply.delivery == delivery
    assert [(answer.question, answer.in_words()) for answer in reply.answers.all()] == [
        ("What stayed with you from reading 1?", "The sea."),
        ("How settled do you feel?", "7 of 10 (Not at all – Very)"),
    ]


def test_after_sending_it_says_what_happens_next_and_shows_what_was_sent(phone, link):
    page = text_of(phone.post(link, typed(phone.get(link), "The sea.", "7")))
    assert "Thank you. It is with Maya now." in page
    assert "Maya reads it within two working days." in page
    assert "The sea." in page
    assert "7 of 10" in page


def test_what_was_sent_is_shown_again_and_cannot_be_changed_but_another_can_be_written(phone, link):
    first = typed(phone.get(link), "The sea.")
    phone.post(link, first)
    again = phone.get(link)
    assert "The sea." in text_of(again)
    assert not soup(again).find("textarea")
    phone.post(link, typed(phone.get(f"{link}?another"), "The wind."))
    assert [reply.values()[0] for reply in Reply.objects.sent().order_by("pk")] == ["The sea.", "The wind."]


def test_nothing_written_is_answered_kindly_and_not_sent(phone, link):
    page = phone.post(link, fields_of(phone.get(link)))
    assert page.status_code == 422
    assert "Nothing is written yet." in text_of(page)
    assert not Reply.objects.exists()


def test_one_word_is_enough(phone, link):
    phone.post(link, typed(phone.get(link), "", "0"))
    assert Reply.objects.sent().get().values() == ["", "0"]


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Für Sie, von"), ("es", "Para ti, de"), ("en", "For you, from")]
)
def test_the_page_speaks_the_clients_language_whatever_the_browser_asks_for(
    phone, link, ada, language, words
):
    ada.language = language
    ada.save()
    response = phone.get(link, headers={"accept-language": "fr"})
    assert soup(response).html["lang"] == language
    assert response["Content-Language"] == language
    assert words in text_of(response)


@pytest.mark.parametrize(
    ("language", "sent"),
    [("de", r"Gesendet am \d+\. \w+ \d{4}, \d\d:\d\d"), ("es", r"Enviado el \d+ de \w+ de \d{4}, \d\d:\d\d")],
)
def test_days_are_written_as_the_clients_language_writes_them(phone, link, ada, language, sent):
    ada.language = language
    ada.save()
    page = phone.post(link, typed(phone.get(link), "One word."))
    assert re.search(sent, text_of(page))


def test_link_pages_send_strict_headers_and_nothing_inline(phone, link, practice):
    for path in ("", "stop/", "pace/", "draft/"):
        response = phone.get(link + path)
        policy = response["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        page = response.content.decode().replace(f'data-to="{practice.leave_to}"', "")
        assert not re.search(r"<script(?![^>]*src=\"/static/)|<style|\sstyle=|\son\w+=|https?://", page)
