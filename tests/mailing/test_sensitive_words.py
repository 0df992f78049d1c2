"""A module's sensitive words where a phone shows them: told in the preview, on the module and before assigning."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.mailing.editions import Source, compiled
from practice.mailing.lock_screen import LockScreen
from practice.people.models import Client, Practice
from resources import cautions
from tests.cast import make_client, make_module

ALL = ["en", "de", "es"]


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def listed(module, *words):
    module.sensitive_words = "\n".join(words)
    module.save()


def said(response):
    return html.unescape(response.content.decode())


def told(module, languages=ALL):
    return [caution.what for caution in cautions.of(module, languages)]


def step_preview(module, **query):
    return reverse("admin:mailing_step_preview", args=(module.steps.first().pk,), query=query)


def assign_preview(desk, module, *clients):
    answers = {
        "module": module.pk,
        "clients": [client.pk for client in clients],
        "first": (timezone.now() + timedelta(days=9)).date().isoformat(),
        "weekday": "0",
        "at": "18:00",
        "every_weeks": "1",
    }
    return said(desk.post(reverse("admin:assignments_assignment_add"), answers))


@pytest.mark.parametrize("discretion", Client.Discretion.values)
@pytest.mark.parametrize(
    ("language", "subject", "preheader"),
    [
        ("en", "A few minutes for yourself", "Something to read, for whenever it suits you."),
        ("de", "Ein paar Minuten für sich", "Etwas zu lesen, wann immer es passt."),
    ],
)
def test_a_lock_screen_shows_sender_subject_and_the_line_below(
    module, practice, language, subject, preheader, discretion
):
    email = compiled(Source.of(module.steps.first(), practice, language, discretion))
    assert LockScreen.of_compiled(email) == LockScreen("Interlude", subject, preheader)


def test_without_a_name_a_lock_screen_shows_the_senders_address():
    screen = LockScreen.of("letters@grief-house.example", "Hello", "<body><p>One</p> <p>two</p></body>")
    assert screen == LockScreen("letters@grief-house.example", "Hello", "One two")


def test_a_module_without_a_list_and_words_that_stand_nowhere_say_nothing(module, practice):
    assert told(module) == []
    listed(module, "depression", "Angst", "minute", "Minute", "read it")
    assert told(module) == []


def test_a_word_in_the_subject_is_told_with_its_language(module, practice):
    listed(module, "minuten", "yourself")
    assert told(module) == [
        "Your sensitive word “yourself” stands in the subject in English: “A few minutes for yourself”. "
        "A phone shows that to whoever is near it.",
        "Your sensitive word “minuten” stands in the subject in German: “Ein paar Minuten für sich”. "
        "A phone shows that to whoever is near it.",
    ]
    assert told(module, ["es"]) == []


def test_a_word_in_the_line_below_the_subject_is_told_too(module, practice):
    listed(module, "zu lesen")
    (one,) = cautions.of(module, ALL)
    assert "the line below the subject in German: “Etwas zu lesen, wann immer es passt.”" in one.what
    assert "take it off the module’s list" in one.advice


@pytest.mark.parametrize(
    ("name", "word"), [("Linden Grief House", "grief"), ("Haus für Trauer & Ängste", "ängste")]
)
def test_a_word_in_the_senders_name_is_told_once_with_who_can_change_it(module, practice, name, word):
    Practice.objects.update(sender_name=name)
    listed(module, word)
    (one,) = cautions.of(module, ALL)
    assert one.what.startswith(f"Your sensitive word “{word}” stands in the sender’s name: “{name}”.")
    assert "Whoever runs Interlude can change it under Practice." in one.advice


def test_the_preview_warns_for_the_language_that_is_looked_at(desk, module):
    listed(module, "Minuten")
    assert "Your sensitive word" not in said(desk.get(step_preview(module)))
    text = said(desk.get(step_preview(module, language="de")))
    assert "“Minuten” stands in the subject in German" in text
    assert "take it off the module’s list" in text


def test_the_module_page_warns_for_every_language(desk, module):
    page = reverse("admin:resources_module_change", args=(module.pk,))
    assert "Your sensitive word" not in said(desk.get(page))
    listed(module, "Minuten")
    assert "“Minuten” stands in the subject in German" in said(desk.get(page))


def test_another_module_with_another_list_is_not_warned_about(desk, module, maya):
    listed(module, "yourself")
    assert told(make_module(maya, title="Another")) == []


def test_the_last_look_before_assigning_warns_for_the_languages_of_those_chosen(desk, module, ada, maya):
    listed(module, "Minuten", "yourself")
    text = assign_preview(desk, module, ada)
    assert "“yourself” stands in the subject in English" in text
    assert "“Minuten”" not in text
    cem = make_client(maya, "Cem", "cem@example.org", "Europe/Berlin")
    Client.objects.filter(pk=cem.pk).update(language="de")
    assert "“Minuten” stands in the subject in German" in assign_preview(desk, module, ada, cem)


def test_the_list_is_edited_on_the_modules_page(desk, module):
    page = reverse("admin:resources_module_change", args=(module.pk,))
    desk.post(page, {"title": module.title, "sensitive_words": "panic\nTrauer", "seen": module.revision})
    module.refresh_from_db()
    assert module.sensitive_words.split() == ["panic", "Trauer"]
