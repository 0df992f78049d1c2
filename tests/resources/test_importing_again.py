"""The newer text of an article beside the module: what changed is shown, and only what is ticked is taken over."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from practice.mailing import planning
from resources.comparing import pairs, paragraphs
from resources.content import ContentStep
from resources.importing import import_text
from resources.models import Article, Step
from tests.cast import make_assignment

REST = "Rest is not a reward. It is part of the work, as breathing out is part of breathing. " * 5
LIMITS = "A no can be warm. It can also be clear, and those two do not exclude each other at all. " * 5
WALKS = "Walking is thinking with the feet. Some sentences come only after the second bridge of the way. " * 5


def text_with(*parts):
    return "# Small pauses\n\n" + "\n\n".join(f"## {title}\n\n{text}" for title, text in parts)


WORDS = "Take over the newer words: On rest"
WALK = "Add this as a step: On walks"

OLD = text_with(("On rest", REST + "\n\nSit down for a while."), ("On limits", LIMITS))
NEW = text_with(
    ("On rest", REST + "\n\nSit down for a little while."), ("On walks", WALKS), ("On limits", LIMITS)
)


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def module(maya):
    module = Article.from_draft(maya, import_text(OLD)).make_module()
    assert [step.title for step in module.order()] == ["On rest", "On limits"]
    return module


def page_of(article):
    return reverse("admin:resources_article_again", args=(article.pk,))


def compare(desk, module, text=NEW):
    return desk.post(page_of(module.article), {"module": module.pk, "text": text})


def ticks_of(response):
    """The boxes of a comparison, by what stands beside each."""
    boxes = BeautifulSoup(response.content, "html.parser").find_all("input", {"name": "take"})
    return {box.find_parent("label").get_text().strip(): box for box in boxes}


def form_of(response, *ticked):
    """What the form of a comparison sends when this is ticked."""
    page, boxes = BeautifulSoup(response.content, "html.parser"), ticks_of(response)
    kept = {name: page.find("input", {"name": name})["value"] for name in ("packed", "seen")}
    return kept | {"take": [boxes[said]["value"] for said in ticked]}


def take(desk, module, response, *ticked):
    return desk.post(page_of(module.article), form_of(response, *ticked), follow=True)


def text_of(response):
    return BeautifulSoup(response.content, "html.parser").find(id="main").get_text(" ", strip=True)


def test_paragraphs_tell_added_removed_and_changed_words():
    old = "<p>Same.</p><p>Sit down for a while.</p><p>Gone.</p>"
    new = "<p>Same.</p><p>Sit down for a little while.</p>"
    same, changed, removed = paragraphs(old, new)
    assert (same.kind, changed.kind, removed.kind) == ("same", "changed", "removed")
    assert [(piece.kind, piece.text) for piece in changed.pieces] == [
        ("same", "Sit down for a"),
        ("added", "little"),
        ("same", "while."),
    ]
    assert [one.kind for one in paragraphs("<p>One.</p>", "<p>One.</p><p>Two.</p>")] == ["same", "added"]


def test_steps_are_found_again_by_title_or_by_words_and_each_once():
    olds = [ContentStep("A", f"<p>{REST}</p>"), ContentStep("B", f"<p>{LIMITS}</p>")]
    news = [ContentStep("B anew", f"<p>{LIMITS}</p>"), ContentStep("C", f"<p>{WALKS}</p>")]
    assert [(pair.old, pair.new) for pair in pairs(olds, news)] == [(0, None), (1, 0), (None, 1)]


def test_of_several_steps_with_one_title_the_most_alike_belong_together():
    olds = [ContentStep("A", f"<p>{REST}</p>"), ContentStep("A", f"<p>{LIMITS}</p>")]
    news = [ContentStep("a", f"<p>{LIMITS}</p>"), ContentStep("A", f"<p>{WALKS}</p>")]
    assert [(pair.old, pair.new) for pair in pairs(olds, news)] == [(1, 0), (0, 1)]


def test_a_title_counts_for_more_than_the_words():
    olds = [ContentStep("A", f"<p>{REST}</p>")]
    news = [ContentStep("B", f"<p>{REST}</p>"), ContentStep("A", f"<p>{WALKS}</p>")]
    assert [(pair.old, pair.new) for pair in pairs(olds, news)] == [(None, 0), (0, 1)]


def test_steps_that_keep_their_titles_are_not_read_beside_all_others():
    class Week:
        read = 0

        def __init__(self, number):
            self.title = f"Week {number}"

        @property
        def body(self):
            Week.read += 1
            return f"<p>{self.title}</p>"

    weeks = [Week(number) for number in range(20)]
    assert [(pair.old, pair.new) for pair in pairs(weeks, weeks)] == [(n, n) for n in range(20)]
    assert Week.read == 40


def test_what_changed_is_marked_with_words_and_nothing_is_saved(desk, module):
    before = module.content()
    page = BeautifulSoup(compare(desk, module).content, "html.parser").find(id="main")
    assert page.find("ins", string=None).get_text(" ", strip=True) == "added: little , end."
    assert "differs in 2 places" in page.get_text(" ", strip=True)
    assert len(page.find_all("input", {"name": "take"})) == 2
    assert module.content() == before


def test_only_what_is_ticked_is_taken_over_and_questions_stay(desk, module):
    questions = list(module.steps.first().prompts.values())
    said = text_of(take(desk, module, compare(desk, module), WORDS))
    assert "1 change taken over. Nothing was sent." in said
    rest, limits = module.order()
    assert "a little while" in rest.body
    assert list(rest.prompts.values()) == questions
    assert rest.revision == 2
    assert limits.title == "On limits"


def test_a_new_part_becomes_a_step_in_its_place_with_questions(desk, module):
    take(desk, module, compare(desk, module), WALK)
    assert [step.title for step in module.order()] == ["On rest", "On walks", "On limits"]
    assert module.order()[1].prompts.exists()


def test_a_part_that_is_gone_is_taken_out_and_who_has_it_keeps_it(desk, module, ada):
    row = make_assignment(ada, module)
    planning.plan(row.next_due_at)
    response = compare(desk, module, text_with(("On limits", LIMITS)))
    assert "This step went out to Ada, where" in text_of(response)
    take(desk, module, response, "Take this step out of the module: On rest")
    assert [step.title for step in module.order()] == ["On limits"]
    assert module.steps.count() == 2


def test_a_step_more_says_who_would_get_it_next(desk, module, ada):
    row = make_assignment(ada, module)
    planning.plan(row.next_due_at)
    assert "Ada gets “On walks” next instead of “On limits”." in text_of(compare(desk, module))


def test_the_same_text_has_nothing_to_take_over(desk, module):
    assert "word for word" in text_of(compare(desk, module, OLD))


def test_a_module_changed_meanwhile_is_compared_anew_and_each_tick_stays_where_it_was(desk, module):
    response = compare(desk, module)
    own = Step.objects.create(module=module, position=9, title="On hands", body="<p>Written by hand.</p>")
    module.place(own, 1)
    again = take(desk, module, response, WALK)
    assert "nothing was taken over yet" in text_of(again)
    assert {said: box.has_attr("checked") for said, box in ticks_of(again).items()} == {
        WORDS: False,
        "Take this step out of the module: On hands": False,
        WALK: True,
    }
    take(desk, module, again, WALK)
    assert [step.title for step in module.order()] == ["On rest", "On hands", "On walks", "On limits"]


def test_a_tick_for_what_is_no_longer_there_is_gone(desk, module):
    response = compare(desk, module, text_with(("On limits", LIMITS)))
    module.steps.filter(title="On rest").delete()
    again = take(desk, module, response, "Take this step out of the module: On rest")
    assert ticks_of(again) == {}
    assert [step.title for step in module.order()] == ["On limits"]


@pytest.mark.django_db(transaction=True)
def test_a_second_press_while_the_first_is_being_done_adds_nothing(maya, module):
    first, second = Browser(), Browser()
    for browser in (first, second):
        browser.force_login(maya)
    sent = form_of(compare(first, module), WALK)

    def press():
        try:
            return second.post(page_of(module.article), sent)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert first.post(page_of(module.article), sent).status_code == 302
            pressed = thread.submit(press)
            wait([pressed], timeout=1)
        assert "nothing was taken over yet" in text_of(pressed.result())
    assert [step.title for step in module.order()] == ["On rest", "On walks", "On limits"]


def test_what_was_not_sent_whole_changes_nothing(desk, module):
    before = module.content()
    response = desk.post(page_of(module.article), {"packed": "no", "seen": "", "take": ["0"]}, follow=True)
    assert "not sent whole" in text_of(response)
    sent = form_of(compare(desk, module)) | {"take": ["x", "99", "-99", "99-", "-"]}
    assert "nothing was changed" in text_of(desk.post(page_of(module.article), sent, follow=True))
    assert module.content() == before


def test_an_empty_or_unreadable_text_is_asked_for_again(desk, module):
    assert "Paste an article here" in text_of(compare(desk, module, ""))


def test_an_article_without_a_module_leads_to_its_review(desk, maya):
    article = Article.from_draft(maya, import_text(OLD))
    assert desk.get(page_of(article)).url == reverse("admin:resources_article_change", args=(article.pk,))


def test_only_modules_of_this_article_and_this_practitioner_are_offered(desk, module, tom, toms_module):
    response = desk.post(page_of(module.article), {"module": toms_module.pk, "text": NEW})
    assert toms_module.title not in text_of(response)
    assert "Select a valid choice" in text_of(response)
    desk.force_login(tom)
    assert desk.get(page_of(module.article)).status_code == 404
