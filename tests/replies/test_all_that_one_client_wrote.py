"""The page with all reflections of one client: newest first, with notes on the screen and none on paper."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse

from practice.replies.models import Mark, Note, Reply
from tests.cast import NOW, make_assignment, make_client
from tests.replies.conftest import deliver
from tests.replies.writing_back import wrote


@pytest.fixture
def thread(ada):
    return reverse("admin:replies_client", args=(ada.pk,))


@pytest.fixture
def two(assignment):
    """What Ada wrote to the first two steps."""
    first, second, _ = assignment.module.steps.all()
    one = wrote(deliver(assignment, first, NOW), NOW, ("What stayed?", "The sea."), ("And then?", ""))
    later = NOW + timedelta(days=7)
    return one, wrote(
        deliver(assignment, second, later), later, ("What stayed?", "<i>Rain</i>, and\n\nquiet.")
    )


def soup(response):
    return BeautifulSoup(response.content, "html.parser").main


def test_it_shows_everything_step_by_step_the_newest_first(desk, maya, two, thread):
    page = soup(desk(maya).get(thread))
    assert [title.text for title in page.select(".reflection-title")] == ["Step 2", "Step 1"]
    words = page.get_text(" ")
    assert "2 reflections, the newest first." in words
    assert "<i>Rain</i>, and" in words
    assert "The sea." in words
    assert "Left empty" in words


def test_only_what_this_client_sent_is_on_it(desk, maya, two, thread, module):
    other = make_client(maya, "Cleo", "cleo@example.org", "Europe/Berlin")
    wrote(deliver(make_assignment(other, module), module.steps.first(), NOW), NOW, ("What?", "Not Ada's."))
    draft = Reply.objects.create(delivery=two[0].delivery, page="a draft", saved_at=NOW)
    draft.answers.create(question="What?", value="Not yet for her.")
    words = soup(desk(maya).get(thread)).get_text(" ")
    assert "Not Ada's." not in words
    assert "Not yet for her." not in words


def test_another_practitioner_and_whoever_runs_the_installation_get_a_404(desk, tom, superuser, two, thread):
    for other in (tom, superuser):
        assert desk(other).get(thread).status_code == 404


def test_looking_changes_nothing(desk, maya, two, thread):
    desk(maya).get(thread)
    assert all(reply.mark is Mark.UNREAD for reply in Reply.objects.all())


def test_without_a_reflection_it_says_what_will_come(desk, maya, ada, thread):
    assert "What Ada sends from the page behind their emails appears here" in soup(
        desk(maya).get(thread)
    ).get_text(" ")


def test_notes_are_on_the_screen_and_kept_off_paper(desk, maya, ada, two, thread):
    ada.private_note = "Prefers mornings."
    ada.save()
    Note.keep(two[0], "Ask about the boat.", NOW)
    page = soup(desk(maya).get(thread))
    for words in ("Prefers mornings.", "Ask about the boat."):
        assert page.find(string=lambda text, words=words: words in text).find_parent("aside")["class"] == [
            "reflection-own-note"
        ]


def test_one_answer_that_cannot_be_decrypted_hides_no_other(desk, maya, two, thread):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_answer SET value = 'gAAAAA-damaged' WHERE reply_id = %s", [two[1].pk])
    words = soup(desk(maya).get(thread)).get_text(" ")
    assert "This answer cannot be decrypted." in words
    assert f"name reflection {two[1].pk}" in words
    assert "The sea." in words


def test_it_costs_the_same_for_many_as_for_two(desk, maya, two, thread, django_assert_max_num_queries):
    browser = desk(maya)
    browser.get(thread)
    for hours in range(1, 30):
        reply = wrote(two[0].delivery, NOW + timedelta(hours=hours), ("What?", "Words."), ("More?", "Words."))
        Note.keep(reply, "A note.", NOW)
    with django_assert_max_num_queries(8):
        assert len(browser.get(thread).context["letters"]) == 31


def test_every_way_to_it_is_a_link(desk, maya, ada, two, thread):
    browser = desk(maya)
    for page in (
        reverse("admin:replies_reply_change", args=(two[0].pk,)),
        reverse("admin:people_client_change", args=(ada.pk,)),
    ):
        assert f'href="{thread}"' in browser.get(page).content.decode()
