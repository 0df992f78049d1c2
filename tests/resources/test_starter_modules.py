"""Six modules to begin with: each is complete, and becomes the practitioner's own."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from resources import questions, starters
from resources.blocks import count_words
from resources.models import Module, PromptKind
from resources.sanitize import clean

PAGE = "/desk/resources/module/starters/"
EVERY = starters.every()


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def test_there_are_six_on_different_themes():
    assert len(EVERY) == len({starter.content.title for starter in EVERY}) == 6
    assert all(starter.content.description for starter in EVERY)


@pytest.mark.parametrize("starter", EVERY, ids=lambda starter: starter.name)
def test_a_starter_is_short_and_asks_gently(starter):
    assert 4 <= len(starter.content.steps) <= 6
    for step in starter.content.steps:
        assert 150 <= count_words(step.body) <= 400, step.title
        assert 1 <= len(step.prompts) <= 3, step.title
        assert step.body == clean(step.body)
        assert step.minutes in (1, 2)
        for prompt in step.prompts:
            assert not questions.problems_of(prompt.kind, prompt.text, prompt.options)
    kinds = {prompt.kind for step in starter.content.steps for prompt in step.prompts}
    assert kinds == set(PromptKind.values)


@pytest.mark.parametrize("starter", EVERY, ids=lambda starter: starter.name)
def test_a_starter_never_hurries_diagnoses_or_promises(starter):
    text = " ".join(f"{step.title} {step.body}" for step in starter.content.steps).lower()
    for word in ("overdue", "streak", "you haven", "disorder", "symptom", "guarantee", "you will feel", "!"):
        assert word not in text, word
    assert "session" not in text, "somebody may look over the shoulder"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("after_a_loss", 1),
        ("saying_no", 3),
        ("worry_at_night", 4),
        ("a_kinder_voice", 2),
        ("starting_again", 4),
    ],
)
def test_what_may_be_hard_to_read_says_so_before(name, number):
    assert starters.read(name).content.steps[number - 1].content_note


def test_the_modules_page_leads_to_them_also_when_it_is_empty(desk, maya):
    for _ in range(2):
        page = BeautifulSoup(desk.get(reverse("admin:resources_module_changelist")).content, "html.parser")
        assert page.find(id="main").find("a", href=PAGE)
        Module.write(maya, EVERY[0].content)


def test_looking_adds_nothing_and_shows_every_reading(desk, maya):
    text = desk.get(PAGE).content.decode()
    assert all(step.title in text for starter in EVERY for step in starter.content.steps)
    assert not Module.objects.exists()


@pytest.mark.parametrize("name", starters.NAMES)
def test_adding_one_makes_it_ones_own(desk, maya, name):
    response = desk.post(PAGE, {"starter": name})
    module = Module.objects.get()
    assert response.url == reverse("admin:resources_module_change", args=(module.pk,))
    assert module.practitioner == maya
    assert module.content() == starters.read(name).content


def test_pressing_twice_offers_the_one_that_is_there(desk, maya):
    first = desk.post(PAGE, {"starter": "resting"})
    second = desk.post(PAGE, {"starter": "resting"}, follow=True)
    assert second.redirect_chain[0][0] == first.url
    assert "You have this one already" in second.content.decode()
    assert Module.objects.count() == 1
    assert "Open yours" in desk.get(PAGE).content.decode()


def test_a_second_copy_is_made_when_asked_for_and_says_so_in_its_title(desk, maya):
    desk.post(PAGE, {"starter": "resting"})
    desk.post(PAGE, {"starter": "resting", "again": "1"})
    assert sorted(Module.objects.values_list("title", flat=True)) == [
        "Copy of Learning to rest",
        "Learning to rest",
    ]


def test_changing_ones_own_changes_nobody_elses(desk, maya, tom, client):
    desk.post(PAGE, {"starter": "resting"})
    mine = Module.objects.get()
    mine.steps.update(body="<p>Mine.</p>")
    client.force_login(tom)
    client.post(PAGE, {"starter": "resting"})
    assert Module.objects.of(tom).get().content() == starters.read("resting").content


def test_a_name_that_is_none_is_not_found(desk):
    for name in ("", "people", "../settings", "resting.toml"):
        assert desk.post(PAGE, {"starter": name}).status_code == 404
