"""Any question can be skipped on purpose. Nothing is stored of it but an empty answer."""

from practice.replies.models import Reply
from resources.models import Prompt, PromptKind
from tests.replies.paper import fields_of, soup, text_of, typed


def test_every_question_can_be_skipped(phone, link, delivery):
    for kind in (PromptKind.CHOICE, PromptKind.CHECKLIST):
        Prompt.objects.create(step=delivery.step, position=9, kind=kind, text=kind, options=["Rest", "Walk"])
    page = soup(phone.get(link))
    skips = [label.input for label in page.select(".question .skip")]
    assert [(box["name"], box["type"], box["value"]) for box in skips] == [
        ("skip-0", "checkbox", "1"),
        ("answer-1", "radio", ""),
        ("answer-2", "radio", ""),
        ("skip-3", "checkbox", "1"),
    ]
    assert not any(box.has_attr("checked") for box in skips)


def test_what_is_skipped_is_an_empty_answer_whatever_stands_there(phone, link, delivery):
    Prompt.objects.create(
        step=delivery.step, position=9, kind=PromptKind.CHECKLIST, text="What?", options=["Rest", "Walk"]
    )
    data = typed(phone.get(link), "Rather not.", "7", "Rest") | {"skip-0": "1", "skip-2": "1"}
    page = phone.post(link, data)
    assert Reply.objects.sent().get().values() == ["", "7", ""]
    assert "Rather not." not in text_of(page)


def test_a_skipped_answer_may_be_longer_than_fits(phone, link):
    page = phone.post(link, typed(phone.get(link), "x" * 30_000, "7") | {"skip-0": "1"})
    assert page.status_code == 200
    assert Reply.objects.sent().get().values() == ["", "7"]


def test_an_empty_page_of_which_all_is_skipped_is_answered_kindly(phone, link):
    page = phone.post(link, fields_of(phone.get(link)) | {"skip-0": "1"})
    assert "A single word is enough, and so is closing this page." in text_of(page)
    assert soup(page).find("input", {"name": "skip-0", "checked": True})


def test_a_page_of_which_all_that_was_written_is_skipped_says_so_and_keeps_the_words_on_it(phone, link):
    for words in ("Rather not.", "x" * 30_000):
        page = phone.post(link, typed(phone.get(link), words) | {"skip-0": "1", "send": "1"})
        assert page.status_code == 422
        assert "“Skip this one” is ticked, so what you wrote is left out" in text_of(page)
        assert "Nothing is written yet" not in text_of(page)
        assert fields_of(page)["answer-0"] == words
    assert not Reply.objects.sent().exists()


def test_at_the_desk_it_looks_like_any_that_was_left_empty(phone, link, desk, maya):
    phone.post(link, typed(phone.get(link), "Rather not.", "7") | {"skip-0": "1"})
    page = text_of(desk(maya).get(f"/desk/replies/reply/{Reply.objects.get().pk}/change/"))
    assert "What stayed with you from reading 1? Left empty" in page
    assert "kip" not in page.replace("Skip to", "")
