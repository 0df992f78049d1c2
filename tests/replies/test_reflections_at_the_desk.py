"""Reflections at the desk: for their own practitioner alone."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from practice.replies.models import Reply

LIST = "/desk/replies/reply/"


@pytest.fixture
def sent(phone, link):
    phone.post(link, {"answer-0": "The sea, <b>and</b> rain.", "answer-1": "7", "send": "1"})
    return Reply.objects.get()


def page_of(reply):
    return reverse("admin:replies_reply_change", args=(reply.pk,))


def test_maya_reads_what_ada_sent(desk, maya, sent):
    assert "Ada" in desk(maya).get(LIST).content.decode()
    page = desk(maya).get(page_of(sent)).content.decode()
    assert "The sea, &lt;b&gt;and&lt;/b&gt; rain." in page
    assert "7 of 10 (Not at all – Very)" in page


def test_tom_and_whoever_runs_the_installation_see_nothing(desk, tom, superuser, sent):
    for other in (tom, superuser):
        assert not re.search(r"\bAda\b", desk(other).get(LIST).content.decode())
        assert desk(other).get(page_of(sent)).status_code == 404
        assert desk(other).post(page_of(sent), {"mark": "read"}).status_code == 404
        desk(other).post(LIST, {"action": "mark_read", "_selected_action": sent.pk})
    sent.refresh_from_db()
    assert sent.read_at is None


def test_a_draft_is_nowhere_at_the_desk(desk, maya, phone, link):
    phone.post(link, {"answer-0": "Not yet for her.", "save": "1"})
    draft = Reply.objects.get()
    assert desk(maya).get(page_of(draft)).status_code == 404
    assert desk(maya).get(LIST).context["cl"].result_count == 0


def test_looking_does_not_mark_it_as_read_but_the_button_does_and_back(desk, maya, sent):
    browser = desk(maya)
    browser.get(page_of(sent))
    sent.refresh_from_db()
    assert sent.read_at is None
    browser.post(page_of(sent), {"mark": "read"})
    sent.refresh_from_db()
    assert sent.read_at
    browser.post(page_of(sent), {"mark": "unread"})
    sent.refresh_from_db()
    assert sent.read_at is None


def test_nothing_can_be_written_or_deleted_there(desk, maya, sent):
    browser = desk(maya)
    browser.post(page_of(sent), {"answer-0": "Changed.", "delete": "1", "_save": "1"})
    assert Reply.objects.get().values() == ["The sea, <b>and</b> rain.", "7"]
    for page in ("add/", f"{sent.pk}/delete/"):
        assert browser.post(LIST + page, {"post": "yes"}).status_code in (302, 404)
    assert Reply.objects.exists()


def test_an_answer_that_cannot_be_decrypted_says_so_loudly(desk, maya, sent):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_answer SET value = 'gAAAAA-damaged' WHERE position = 0")
    page = desk(maya).get(page_of(sent)).content.decode()
    assert "This answer cannot be decrypted." in page
    assert "Left empty" not in page
    assert "7 of 10" in page


def test_deleting_a_step_at_the_desk_cannot_take_the_reflections_with_it(desk, maya, sent):
    page = f"/desk/resources/step/{sent.delivery.step_id}/delete/"
    desk(maya).post(page, {"post": "yes"})
    desk(maya).post(
        "/desk/resources/step/",
        {"action": "delete_selected", "_selected_action": sent.delivery.step_id, "post": "yes"},
    )
    assert Reply.objects.get().values() == ["The sea, <b>and</b> rain.", "7"]
