"""The review screen: every button saves what was typed, then acts; two windows lose nothing."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from resources.importing import import_text
from resources.models import Article, Module
from tests.resources.articles import REAL, data_of


@pytest.fixture
def article(maya):
    return Article.from_draft(maya, import_text(data_of(f"{REAL}.txt").decode()))


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def page_of(article):
    return reverse("admin:resources_article_change", args=(article.pk,))


def form_of(response):
    """The fields of the review form as a browser would send them."""
    form = BeautifulSoup(response.content, "html.parser").find("form", class_="review")
    fields = {field["name"]: field.get("value", "") for field in form.find_all("input") if field.get("name")}
    fields |= {field["name"]: field.text.removeprefix("\n") for field in form.find_all("textarea")}
    for field in form.find_all("select"):
        fields[field["name"]] = field.find("option", selected=True)["value"]
    return fields


def opened(desk, article):
    return form_of(desk.get(page_of(article)))


def draft_of(article):
    article.refresh_from_db()
    return article.draft


def test_all_steps_are_on_one_page_with_their_words_minutes_and_questions(desk, article):
    text = desk.get(page_of(article)).content.decode()
    for step in article.draft.steps:
        assert step.title in text.replace("&#x27;", "'")
        assert f"{step.words} words" in text
        assert all(prompt.text in text for prompt in step.prompts)
    assert "An invitation to book or to get in touch" in text


def test_opening_the_page_changes_nothing(desk, article):
    desk.get(page_of(article))
    assert Article.objects.get().revision == article.revision


def test_saving_keeps_titles_and_questions(desk, article):
    fields = opened(desk, article) | {
        "title": "Healing together",
        "step-1-title": "It spreads",
        "step-1-prompt-0-text": "What spreads?",
        "step-1-prompt-0-kind": "choice",
        "step-1-prompt-0-options": "Calm\r\n\r\n  Noise  ",
        "do": "save",
    }
    desk.post(page_of(article), fields)
    draft = draft_of(article)
    assert (draft.title, article.title) == ("Healing together", "Healing together")
    assert draft.steps[1].title == "It spreads"
    prompt = draft.steps[1].prompts[0]
    assert (prompt.kind, prompt.text, prompt.options) == ("choice", "What spreads?", ["Calm", "Noise"])


@pytest.mark.parametrize(
    ("button", "place", "count"),
    [
        ("merge:1", "#step-2", 7),
        ("split:2:3", "#step-4", 9),
        ("up:3", "#step-3", 8),
        ("down:3", "#step-5", 8),
        ("leave:4", "#step-5", 7),
        ("back:2", "#step-8", 8),
        ("add:0", "#step-1", 8),
        ("remove:0:1", "#step-1", 8),
    ],
)
def test_each_button_saves_what_was_typed_acts_and_returns_to_its_place(desk, article, button, place, count):
    fields = opened(desk, article) | {"step-0-title": "Typed before", "do": button}
    response = desk.post(page_of(article), fields)
    assert response.status_code == 302
    assert response.url == page_of(article) + place
    draft = draft_of(article)
    assert len(draft.steps) == count
    assert draft.steps[0].title == "Typed before"


def test_a_step_left_out_can_be_put_back(desk, article):
    desk.post(page_of(article), opened(desk, article) | {"do": "leave:2"})
    assert "Why Inner Work Disrupts Relationships" not in [step.title for step in draft_of(article).steps]
    desk.post(page_of(article), opened(desk, article) | {"do": "back:4"})
    assert draft_of(article).steps[2].title == "Why Inner Work Disrupts Relationships"
    assert draft_of(article).steps[2].prompts


def test_what_another_window_saved_is_not_overwritten_and_nothing_typed_is_lost(desk, article):
    mine = opened(desk, article)
    theirs = opened(desk, article)
    desk.post(page_of(article), theirs | {"step-0-title": "Theirs", "do": "merge:3"})
    response = desk.post(page_of(article), mine | {"step-0-title": "Mine", "do": "leave:5"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "You changed this in another window, today at" in text
    assert 'value="Mine"' in text
    assert len(response.context["steps"]) == 8, "my eight steps, not their seven, and none left out"
    assert draft_of(article).steps[0].title == "Theirs"

    desk.post(page_of(article), form_of(response) | {"do": "keep"})
    assert draft_of(article).steps[0].title == "Mine"
    assert len(draft_of(article).steps) == 8


def test_take_theirs_shows_the_other_version(desk, article):
    mine = opened(desk, article)
    desk.post(page_of(article), mine | {"step-0-title": "Theirs", "do": "save"})
    desk.post(page_of(article), mine | {"step-0-title": "Mine", "do": "save"})
    assert opened(desk, article)["step-0-title"] == "Theirs"


def test_it_becomes_a_module_with_steps_and_questions(desk, article, maya):
    response = desk.post(page_of(article), opened(desk, article) | {"do": "module"})
    module = Module.objects.of(maya).get()
    assert response.url == reverse("admin:resources_module_change", args=(module.pk,))
    assert module.article == article
    steps = list(module.steps.all())
    assert [step.title for step in steps] == [step.title for step in article.draft.steps]
    assert steps[2].body == article.draft.steps[2].html
    assert [p.text for p in steps[0].prompts.all()] == [p.text for p in article.draft.steps[0].prompts]
    said = [str(message) for message in desk.get(response.url).context["messages"]]
    assert said[0].startswith("“The Relational Impact")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("title", " ", "Give it a title."),
        ("step-1-title", "", "Give it a title."),
        ("step-1-title", "x" * 201, "too long"),
        ("step-0-prompt-0-text", "", "Write the question"),
        ("step-0-prompt-0-text", "x" * 501, "at most 500"),
        ("step-0-prompt-1-options", "only one", "A scale has two labels"),
    ],
)
def test_what_a_module_cannot_have_is_said_by_the_field_and_kept(desk, article, field, value, says):
    response = desk.post(page_of(article), opened(desk, article) | {field: value, "do": "module"})
    assert response.status_code == 200
    assert says in response.context["found"][field]
    assert f'id="id-{field}-error"' in response.content.decode()
    assert says in BeautifulSoup(response.content, "html.parser").find(role="alert").get_text()
    assert not Module.objects.exists()
    assert form_of(response)[field].strip() == value.strip()


def test_a_garbled_page_changes_nothing(desk, article):
    fields = opened(desk, article) | {"step-0-title": "Changed"}
    for broken in ({"shown": "x"}, {"shown": fields["shown"][:-3]}, {"revision": "x"}, {"shown": ""}):
        assert desk.post(page_of(article), fields | broken).status_code == 302
    assert draft_of(article).steps[0].title != "Changed"


@pytest.mark.parametrize(
    "button", ["merge:99", "split:0:99", "leave:-1", "back:99", "up:x", "nonsense", "remove:0", ""]
)
def test_a_button_that_is_none_only_saves(desk, article, button):
    response = desk.post(page_of(article), opened(desk, article) | {"step-0-title": "Typed", "do": button})
    assert response.status_code == 302
    assert draft_of(article).steps[0].title == "Typed"
    assert len(draft_of(article).left_out) == 4


def test_the_page_of_one_article_cannot_be_posted_to_another(desk, article, maya):
    other = Article.from_draft(maya, import_text("Other\n\nSome other words to read."))
    desk.post(page_of(other), opened(desk, article) | {"do": "save"})
    assert draft_of(other).title == "Other"


def test_another_practitioners_article_is_not_found(client, tom, article):
    client.force_login(tom)
    assert client.get(page_of(article)).status_code == 404
    assert client.post(page_of(article), {"do": "module"}).status_code == 404
    listed = client.get(reverse("admin:resources_article_changelist")).content.decode()
    assert article.title not in listed
    assert not Module.objects.exists()


def test_two_hundred_steps_fit_on_the_page(desk, maya):
    filler = "The afternoon went slowly by and nobody minded, because there was tea. " * 8
    text = "A Long Book\n\n" + "\n\n".join(f"Heading Number {n}\n\n{filler}" for n in range(200))
    long = Article.from_draft(maya, import_text(text))
    desk.post(page_of(long), opened(desk, long) | {"do": "down:0"})
    assert draft_of(long).steps[1].title == "Heading Number 0"
