"""Prompts are proposed by what a reading speaks of, and none comes twice before all have been used."""

from collections import Counter

import pytest

from resources.draft import DraftStep
from resources.prompts import ANY, CHECKLIST, CHOICE, LIBRARY, SCALE, TEXT, LibraryItem, propose, themes_of

LONG = "<p>" + "Some quiet words about nothing in particular today. " * 40 + "</p>"


def steps_of(count, html=LONG):
    return [DraftStep(f"Part {n}", html) for n in range(count)]


def test_a_theme_is_found_by_its_stems():
    assert themes_of("Boundaries, and how to set a boundary without guilt-tripping.")[0] == "Boundaries"
    assert themes_of("The nervous system settles when you breathe out; your body knows.")[0] == "Body"
    assert themes_of("Nothing that any theme knows.") == [ANY]


def test_the_first_prompts_fit_the_theme_and_begin_with_a_written_answer():
    step = DraftStep("On grief", "<p>" + "Grief, loss and mourning are work. " * 20 + "</p>")
    propose([step])
    loss = {item.text for item in LIBRARY if item.theme == "Loss"}
    assert step.prompts[0].kind == TEXT
    assert {prompt.text for prompt in step.prompts} <= loss


def test_a_short_reading_gets_one_prompt_and_a_long_one_three():
    short, middle, long = steps = [DraftStep("A", "<p>" + "word " * n + "</p>") for n in (20, 120, 400)]
    propose(steps)
    assert [len(step.prompts) for step in (short, middle, long)] == [1, 2, 3]


def test_no_prompt_comes_twice_until_the_whole_library_is_used_up():
    steps = steps_of(len(LIBRARY) // 3 + 5)
    propose(steps)
    used = Counter(prompt.text for step in steps for prompt in step.prompts)
    assert len(used) == len(LIBRARY)
    assert set(used.values()) == {1, 2}


def test_one_step_never_has_the_same_prompt_twice_even_from_a_tiny_library():
    steps = steps_of(3)
    propose(steps, [LibraryItem("Mine", TEXT, "One?"), LibraryItem("Mine", TEXT, "Two?")])
    assert [sorted(p.text for p in step.prompts) for step in steps] == [["One?", "Two?"]] * 3


def test_an_empty_library_leaves_the_steps_without_prompts():
    steps = steps_of(2)
    propose(steps, [])
    assert [step.prompts for step in steps] == [[], []]


def test_a_theme_of_the_practitioners_own_is_found_by_its_name():
    mine = [LibraryItem("Gardening", TEXT, "What grows?"), *LIBRARY]
    step = DraftStep("Soil", "<p>Gardening is slow. Gardening is kind.</p>")
    propose([step], mine)
    assert step.prompts[0].text == "What grows?"


@pytest.mark.parametrize("item", LIBRARY, ids=lambda item: item.text[:40])
def test_each_prompt_of_the_library_is_complete_and_calm(item):
    assert item.kind in {TEXT, SCALE, CHOICE, CHECKLIST}
    assert len(item.options) == {TEXT: 0, SCALE: 2}.get(item.kind, len(item.options))
    assert item.kind not in {CHOICE, CHECKLIST} or len(item.options) >= 4
    assert "!" not in item.text
    assert len(item.text) <= 200
    assert not {"should", "must", "why", "failed", "missed"} & set(item.text.lower().split())
    # Somebody may look over the shoulder.
    assert "session" not in " ".join([item.text, *item.options]).lower()


def test_the_library_is_big_enough_for_a_long_module():
    assert len(LIBRARY) == len({item.text for item in LIBRARY})
    assert len(LIBRARY) >= 60
