"""Answers on a scale over time: one small chart a question, with its table. Nothing is added up or judged."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse

from practice.people.models import Client
from practice.replies.scales import BOTTOM, TOP, scales
from practice.replies.thread import letters, sent_by
from tests.cast import NOW
from tests.replies.conftest import deliver
from tests.replies.writing_back import wrote

SETTLED = "How settled do you feel?"
ENDS = ("Not at all", "Very")


def drawn():
    return scales(letters(sent_by(Client.objects.get())))


def on(delivery, days, value, question=SETTLED, ends=ENDS):
    return wrote(delivery, NOW + timedelta(days=days), (question, value, ends))


def test_the_answers_stand_in_the_order_of_time_and_at_their_height(delivery):
    for days, value in ((14, "10"), (0, "0"), (7, "5")):
        on(delivery, days, value)
    (scale,) = drawn()
    assert (scale.question, scale.ends) == (SETTLED, ENDS)
    assert [point.value for point in scale.points] == [0, 5, 10]
    assert [point.y for point in scale.points] == [BOTTOM, (TOP + BOTTOM) // 2, TOP]
    first, second, third = (point.x for point in scale.points)
    assert second - first == third - second, "a week is as wide as the next one"


def test_each_question_has_its_own_chart_and_other_ends_are_another_question(delivery):
    for days in (0, 7):
        on(delivery, days, "3")
        on(delivery, days + 1, "4", ends=("Never", "Always"))
        on(delivery, days + 2, "5", question="How heavy was the week?")
    assert {(scale.question, scale.ends) for scale in drawn()} == {
        (SETTLED, ENDS),
        (SETTLED, ("Never", "Always")),
        ("How heavy was the week?", ENDS),
    }


def test_a_single_answer_and_one_left_empty_draw_nothing(delivery):
    on(delivery, 0, "3")
    on(delivery, 7, "")
    assert drawn() == []


def test_answers_in_words_are_in_no_chart(delivery):
    for days in (0, 7):
        wrote(delivery, NOW + timedelta(days=days), ("How many?", "7"))
    assert drawn() == []


def test_two_at_the_same_moment_do_not_break_it(delivery, assignment):
    on(delivery, 0, "3")
    on(deliver(assignment, assignment.module.steps.last(), NOW), 0, "4")
    (scale,) = drawn()
    assert len({point.x for point in scale.points}) == 1


def test_one_that_cannot_be_decrypted_is_missing_and_said_to_be(desk, maya, ada, delivery):
    for days in (0, 7, 14):
        reply = on(delivery, days, str(days // 7))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_answer SET value = 'gAAAAA-damaged' WHERE reply_id = %s", [reply.pk])
    page = desk(maya).get(reverse("admin:replies_client", args=(ada.pk,)))
    assert "One answer cannot be decrypted and is missing here." in page.content.decode()
    assert [point.value for point in page.context["scales"][0].points] == [0, 1]


@pytest.fixture
def figure(desk, maya, ada, delivery):
    for days, value in ((0, "3"), (7, "7")):
        on(delivery, days, value, question="Is it < 5 & calm?")
    page = desk(maya).get(reverse("admin:replies_client", args=(ada.pk,)))
    return BeautifulSoup(page.content, "html.parser").find("figure")


def test_the_chart_says_in_words_what_it_shows(figure):
    named = figure.svg["aria-labelledby"].split()
    title, desc = (figure.find(id=name).get_text(" ", strip=True) for name in named)
    assert figure.svg["role"] == "img"
    assert title == "Is it < 5 & calm?"
    assert desc == (
        "2 answers from 0 to 10, from 2 March 2026 to 9 March 2026: 3, 7. 0 is “Not at all”, 10 is “Very”."
    )


def test_the_table_beside_it_holds_the_same(figure):
    rows = [[cell.text for cell in row.find_all("td")] for row in figure.tbody.find_all("tr")]
    assert rows == [["2 Mar 2026", "Step 1", "3"], ["9 Mar 2026", "Step 1", "7"]]


def test_it_neither_adds_up_nor_judges(figure):
    words = figure.get_text(" ").lower()
    assert not any(word in words for word in ("score", "average", "mean", "better", "worse", "trend", "%"))
    assert not figure.svg.find_all(fill=True)
