"""A duplicate says the same, is nobody's assignment, and goes its own way."""

import pytest
from django.urls import reverse

from practice.assignments.models import Assignment
from resources.models import Module
from tests.cast import make_assignment


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def duplicate(module):
    return reverse("admin:resources_module_duplicate", args=(module.pk,))


def test_a_copy_has_the_same_steps_under_a_title_that_says_so(desk, maya, module):
    response = desk.post(duplicate(module))
    copy = Module.objects.exclude(pk=module.pk).get()
    assert response.url == reverse("admin:resources_module_change", args=(copy.pk,))
    assert copy.title == f"Copy of {module.title}"
    assert copy.content().steps == module.content().steps
    assert copy.practitioner == maya


def test_a_copy_warns_of_the_same_words_and_is_held_as_the_first_is(desk, module):
    Module.objects.update(sensitive_words="panic", holds_while_away=True)
    desk.post(duplicate(module))
    copy = Module.objects.exclude(pk=module.pk).get()
    assert (copy.sensitive_words, copy.holds_while_away) == ("panic", True)


def test_the_longest_title_still_fits(desk, module):
    Module.objects.update(title="x" * 200)
    desk.post(duplicate(module))
    copy = Module.objects.exclude(pk=module.pk).get()
    assert copy.title == ("Copy of " + "x" * 200)[:200]


def test_nobody_receives_the_copy(desk, module, ada):
    make_assignment(ada, module)
    desk.post(duplicate(module))
    assert Assignment.objects.get().module == module


def test_changing_the_copy_leaves_the_first_alone(desk, module):
    before = module.content()
    desk.post(duplicate(module))
    copy = Module.objects.exclude(pk=module.pk).get()
    copy.steps.first().delete()
    copy.steps.update(body="<p>Other words.</p>")
    assert module.content() == before


def test_looking_at_the_address_makes_no_copy(desk, module):
    assert desk.get(duplicate(module)).status_code == 302
    assert Module.objects.count() == 1


def test_the_page_has_a_button_with_a_sentence(desk, module):
    text = desk.get(reverse("admin:resources_module_change", args=(module.pk,))).content.decode()
    assert "Make a copy" in text
    assert f"called “Copy of {module.title}”" in text
    assert duplicate(module) in text
