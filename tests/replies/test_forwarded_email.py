"""A forwarded email reveals nothing of what was written."""

import json

from practice.replies.models import Reply
from tests.replies.paper import fields_of, text_of, typed


def test_another_browser_sees_the_questions_and_none_of_the_answers(phone, other_browser, link):
    phone.post(link, typed(phone.get(link), "Canary.", "7"))
    phone.post(link, typed(phone.get(f"{link}?another"), "Second canary.") | {"save": "1"})
    for query in ("", "?another", *(f"?draft={reply.pk}" for reply in Reply.objects.all())):
        page = other_browser.get(link + query)
        assert fields_of(page)["answer-0"] == ""
        assert "anary" not in page.content.decode()
        assert "Sent " not in text_of(page)


def test_another_browser_begins_a_reflection_of_its_own(phone, other_browser, link):
    for browser, words in ((phone, "From Ada."), (other_browser, "From somebody else.")):
        browser.post(f"{link}draft/", typed(browser.get(link), words))
    assert Reply.objects.count() == 2
    assert fields_of(phone.get(link))["answer-0"] == "From Ada."
    assert fields_of(other_browser.get(link))["answer-0"] == "From somebody else."


def test_the_page_of_one_email_opens_no_reflection_of_another(phone, link, assignment):
    from tests.replies.conftest import deliver

    second = deliver(assignment, assignment.module.steps.all()[1])
    phone.post(f"{link}draft/", typed(phone.get(link), "To the first."))
    reply = Reply.objects.get()
    assert "To the first." not in phone.get(f"/n/{second.token}/?draft={reply.pk}").content.decode()


def test_a_sheet_of_one_email_is_worth_nothing_on_another(phone, other_browser, link, assignment):
    from tests.replies.conftest import deliver

    second = deliver(assignment, assignment.module.steps.all()[1])
    answer = phone.post(f"{link}draft/", typed(phone.get(link), "To the first."))
    sheet = json.loads(answer.content)["sheet"]
    other_browser.post(f"/n/{second.token}/", {"sheet": sheet, "answer-0": "Mixed up."})
    assert Reply.objects.drafts().get().values()[0] == "To the first."
