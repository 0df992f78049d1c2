"""Whom an answer is for: shared, kept, or to talk about. The client chooses for the page, and for one answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from practice.desk.home import home
from practice.replies.digest import digest
from practice.replies.models import Answer, Reply
from practice.replies.scales import scales
from practice.replies.sharing import Choice
from practice.replies.thread import letters, sent_by
from practice.replies.waiting import awaited
from tests.cast import NOW
from tests.replies.paper import fields_of, soup, text_of, typed
from tests.replies.writing_back import wrote

LIST = "/desk/replies/reply/"
TALK = "Something to talk about"


def chosen(response, *answers, **more):
    """The form filled in, with "sharing" and "sharing-0" given as `whole` and `first`."""
    names = {"whole": "sharing", "first": "sharing-0", "second": "sharing-1"}
    return typed(response, *answers) | {names[name]: value for name, value in more.items()}


def at_the_desk(browser):
    """What the page of the only reflection shows."""
    return text_of(browser.get(reverse("admin:replies_reply_change", args=(Reply.objects.get().pk,))))


def test_everything_is_shared_unless_something_else_is_chosen(phone, link):
    page = soup(phone.get(link))
    assert page.find("input", {"name": "sharing", "checked": True})["value"] == "share"
    for number in (0, 1):
        assert page.find("input", {"name": f"sharing-{number}", "checked": True})["value"] == ""
    phone.post(link, {"answer-0": "From a page of before."})
    assert Reply.objects.sent().get().has_shared_words()


# --- Kept


def test_what_is_all_kept_is_nowhere_at_the_desk_and_the_page_says_so(phone, link, desk, maya, delivery):
    page = phone.post(link, chosen(phone.get(link), "Only for me.", "7", whole="keep"))
    assert "This is kept for you. " in text_of(page)
    assert "Nothing of it was sent. Maya sees none of it, and not that you wrote it." in text_of(page)
    assert "It is with Maya" not in text_of(page)
    browser, kept = desk(maya), Reply.objects.get()
    assert browser.get(LIST).context["cl"].result_count == 0
    assert browser.get(reverse("admin:replies_reply_change", args=(kept.pk,))).status_code == 404
    assert home(maya, timezone.now()).reflections == []
    assert letters(sent_by(delivery.assignment.client)) == []
    assert Reply.objects.counts()["all"] == 0


def test_what_is_kept_comes_back_in_this_browser_and_in_no_other(phone, other_browser, link):
    phone.post(link, chosen(phone.get(link), "Only for me.", whole="keep"))
    back = phone.get(link)
    assert fields_of(back)["answer-0"] == "Only for me."
    assert fields_of(back)["sharing"] == "keep"
    assert "Nothing of it is sent, and only this browser shows it." in text_of(back)
    assert "Only for me." not in other_browser.get(link).content.decode()


def test_what_is_kept_is_not_called_a_draft_until_it_would_tell_something(phone, link):
    phone.post(link, chosen(phone.get(link), "Only for me.", whole="keep"))
    back = phone.get(link)
    assert "Kept for you, " in text_of(back)
    assert "draft" not in text_of(back).split("For you to write")[1].split("Whom this is for")[0]
    phone.post(link, chosen(back, "Only for me.", whole="share") | {"save": "1"})
    assert "A draft, saved" in text_of(phone.get(link))


def test_one_answer_can_be_kept_and_then_neither_it_nor_its_question_is_at_the_desk(phone, link, desk, maya):
    page = phone.post(link, chosen(phone.get(link), "Only for me.", "7", first="keep"))
    assert "Kept for you. Maya does not see it." in text_of(page)
    read = at_the_desk(desk(maya))
    assert "7 of 10" in read
    assert "Only for me." not in read
    assert "What stayed with you" not in read


def test_one_answer_can_be_shared_of_a_page_that_is_kept(phone, link, desk, maya):
    page = phone.post(link, chosen(phone.get(link), "For Maya.", "7", whole="keep", first="share"))
    assert "It is with Maya now." in text_of(page)
    read = at_the_desk(desk(maya))
    assert "For Maya." in read
    assert "How settled" not in read


def test_a_page_of_which_every_answer_is_kept_by_itself_is_not_sent(phone, link):
    page = phone.post(link, chosen(phone.get(link), "Only for me.", first="keep"))
    assert "This is kept for you." in text_of(page)
    assert not Reply.objects.sent().exists()


def test_a_kept_answer_is_stored_encrypted(phone, link):
    phone.post(link, chosen(phone.get(link), "Canary.", whole="keep"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM replies_answer")
        assert "Canary" not in str(cursor.fetchall())


def test_nobody_is_taken_to_have_written_who_kept_it(phone, link, assignment, delivery):
    assignment.wait_for_reflections(3)
    assignment.pass_step(delivery.step, NOW)
    assignment.refresh_from_db()
    assert awaited([assignment])
    phone.post(link, chosen(phone.get(link), "Only for me.", whole="keep"))
    assert awaited([assignment])
    phone.post(link, chosen(phone.get(link), "For Maya.", whole="share"))
    assert not awaited([assignment])


# --- To talk about


def test_what_is_to_be_talked_about_shows_its_question_and_no_word(phone, link, desk, maya):
    page = phone.post(link, chosen(phone.get(link), "Hard to write.", "7", whole="talk"))
    assert "Thank you. Maya knows that there is something to talk about." in text_of(page)
    read = at_the_desk(desk(maya))
    assert f"What stayed with you from reading 1? {TALK}" in read
    assert f"How settled do you feel? {TALK}" in read
    assert "Hard to write." not in read
    assert "7 of 10" not in read


def test_a_question_can_be_marked_to_talk_about_without_a_word(phone, link, desk, maya):
    phone.post(link, chosen(phone.get(link), "", whole="keep", first="talk"))
    read = at_the_desk(desk(maya))
    assert f"What stayed with you from reading 1? {TALK}" in read
    assert "How settled" not in read


def test_a_question_left_empty_on_such_a_page_is_not_told_of(phone, link, desk, maya):
    phone.post(link, chosen(phone.get(link), "Hard to write.", whole="talk"))
    assert "How settled" not in at_the_desk(desk(maya))


def test_such_a_page_with_nothing_on_it_is_not_sent(phone, link):
    page = phone.post(link, chosen(phone.get(link), whole="talk"))
    assert "Nothing is written yet." in text_of(page)
    assert not Reply.objects.exists()


# --- Everywhere


@pytest.mark.parametrize("other", ["keep", "talk"])
def test_a_number_that_is_not_shared_is_in_no_chart(delivery, ada, other):
    replies = [
        wrote(
            delivery,
            NOW + timedelta(days=n),
            ("How settled?", str(n), ("Not at all", "Very")),
            ("Why?", f"{n}."),
        )
        for n in range(3)
    ]
    replies[1].answers.filter(kind="scale").update(sharing=other)
    (scale,) = scales(letters(sent_by(ada)))
    assert [point.value for point in scale.points] == [0, 2]


@pytest.mark.parametrize("other", ["keep", "talk"])
def test_words_that_are_not_shared_are_on_no_paper(delivery, ada, other):
    wrote(delivery, NOW, ("What stayed?", "The sea."), ("And?", "Rain.")).answers.filter(position=1).update(
        sharing=other
    )
    page = digest(ada, None, timezone.now(), timezone.get_current_timezone())
    paper = render_to_string("admin/replies/reply/digest_pdf.html", {"digest": page, "client": ada})
    assert "The sea." in paper
    assert "Rain." not in paper
    assert (TALK in paper) is (other == "talk")


def test_an_answers_own_choice_goes_before_that_of_its_page(delivery):
    every = {}
    for whole in ("share", "keep", "talk"):
        reply = wrote(
            delivery, NOW, ("Q", "words"), ("Q", "words"), ("Q", "words"), ("Q", "words"), sharing=whole
        )
        for position, own in enumerate(("", "share", "keep", "talk")):
            reply.answers.filter(position=position).update(sharing=own)
            every[whole, own] = reply.answers.get(position=position).pk
        Reply.objects.filter(pk=reply.pk).update(page=whole)
    shared = {every[pair] for pair in every if (pair[1] or pair[0]) == "share"}
    told = {every[pair] for pair in every if (pair[1] or pair[0]) != "keep"}
    assert {answer.pk for answer in Answer.objects.shared()} == shared
    assert {answer.pk for answer in Answer.objects.told()} == told
    Reply.objects.update(sent_at=None)
    assert not Answer.objects.shared().exists()
    assert not Answer.objects.told().exists()


def test_the_words_to_talk_about_are_not_even_read_from_the_database(delivery):
    wrote(delivery, NOW, ("What stayed?", "The sea."), sharing="talk")
    assert [answer.stored for answer in Answer.objects.told()] == [""]


@pytest.mark.parametrize(
    ("choice", "values", "tells"),
    [
        (Choice(), ["word"], True),
        (Choice(), [""], False),
        (Choice("keep"), ["word"], False),
        (Choice("keep", ("share",)), ["word"], True),
        (Choice("keep", ("share",)), ["", "word"], False),
        (Choice("share", ("keep",)), ["word"], False),
        (Choice("talk"), ["word"], True),
        (Choice("talk"), [""], False),
        (Choice("keep", ("talk",)), [""], True),
    ],
)
def test_something_is_told_when_there_is_something_to_tell(choice, values, tells):
    assert choice.tells(values) is tells


def test_the_choice_comes_back_with_the_draft(phone, link):
    phone.post(link, chosen(phone.get(link), "The sea.", whole="talk", second="keep") | {"save": "1"})
    back = fields_of(phone.get(link))
    assert (back["sharing"], back["sharing-0"], back["sharing-1"]) == ("talk", "", "keep")
    assert soup(phone.get(link)).find_all("details", {"class": "own", "open": True})


def test_a_choice_that_there_is_not_sends_nothing(phone, link):
    for name in ("sharing", "sharing-0"):
        page = phone.post(link, typed(phone.get(link), "The sea.") | {name: "everybody"})
        assert page.status_code == 422
    assert not Reply.objects.sent().exists()
