"""Merging, splitting, moving, leaving out and putting back: every edit can be undone, and no word is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources import review
from resources.blocks import split_blocks
from resources.draft import Draft, DraftPrompt, DraftStep, LeftOut
from resources.importing import import_text
from tests.resources.articles import REAL, data_of, everything_in, words_in


@pytest.fixture
def draft():
    steps = [
        DraftStep("One", "<p>a</p>\n<p>b</p>", [DraftPrompt("text", "First?")]),
        DraftStep("Two", "<p>c</p>\n<ul><li>d</li></ul>\n<p>e</p>", [DraftPrompt("text", "Second?")]),
        DraftStep("Three", "<p>f</p>"),
    ]
    return Draft("Whole", "", steps, [LeftOut("<p>x</p>", "A date", 1, 1)])


def titles_of(draft):
    return [step.title for step in draft.steps]


def test_merging_keeps_the_second_title_as_a_heading_and_all_questions(draft):
    assert review.merge(draft, 0) == 0
    assert titles_of(draft) == ["One", "Three"]
    assert draft.steps[0].html == "<p>a</p>\n<p>b</p>\n<h3>Two</h3>\n<p>c</p>\n<ul><li>d</li></ul>\n<p>e</p>"
    assert [prompt.text for prompt in draft.steps[0].prompts] == ["First?", "Second?"]


def test_splitting_at_that_heading_parts_them_again(draft):
    before = [(step.title, step.html) for step in draft.steps]
    review.merge(draft, 0)
    assert review.split(draft, 0, 2) == 1
    assert [(step.title, step.html) for step in draft.steps] == before
    assert (draft.left_out[0].step, draft.left_out[0].at) == (1, 1)


def test_splitting_between_paragraphs_numbers_the_parts_and_proposes_a_new_question(draft):
    assert review.split(draft, 1, 1) == 2
    assert titles_of(draft) == ["One", "Two", "Two (part 2)", "Three"]
    assert draft.steps[2].html == "<ul><li>d</li></ul>\n<p>e</p>"
    assert len(draft.steps[2].prompts) == 1
    assert review.split(draft, 2, 1) == 3
    assert draft.steps[3].title == "Two (part 3)"


def test_parts_of_one_title_merge_without_a_heading_between_them(draft):
    review.split(draft, 1, 1)
    review.merge(draft, 1)
    assert draft.steps[1].html == "<p>c</p>\n<ul><li>d</li></ul>\n<p>e</p>"


def test_a_step_that_moves_takes_its_left_out_pieces_along(draft):
    assert review.move(draft, 1, -1) == 0
    assert titles_of(draft) == ["Two", "One", "Three"]
    assert draft.left_out[0].step == 0


def test_a_piece_goes_back_to_the_right_place(draft):
    assert review.put_back(draft, 0) == 1
    assert draft.steps[1].html == "<p>c</p>\n<p>x</p>\n<ul><li>d</li></ul>\n<p>e</p>"
    assert draft.left_out == []


def test_neighbouring_pieces_keep_their_order_in_whatever_order_they_come_back(draft):
    draft.left_out.append(LeftOut("<p>y</p>", "A date", 1, 1))
    review.put_back(draft, 0)
    review.put_back(draft, 0)
    assert "<p>x</p>\n<p>y</p>" in draft.steps[1].html


def test_a_step_left_out_comes_back_with_its_questions(draft):
    before = draft.steps[1]
    assert review.leave_out(draft, 1) == 1
    assert titles_of(draft) == ["One", "Three"]
    assert draft.left_out[-1].reason == review.LEFT_BY_YOU
    assert review.put_back(draft, 1) == 1
    assert draft.steps[1] == before


def test_the_last_step_stays(draft):
    for _ in range(5):
        review.leave_out(draft, 0)
    assert len(draft.steps) == 1


def test_questions_are_added_and_removed(draft):
    review.add_prompt(draft, 0)
    assert len(draft.steps[0].prompts) == 2
    review.remove_prompt(draft, 0, 0)
    assert [prompt.text for prompt in draft.steps[0].prompts] == [""]


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "split", "up", "down", "leave", "back"]),
        st.integers(-1, 9),
        st.integers(-1, 9),
    ),
    max_size=25,
)


@given(EDITS)
@settings(max_examples=150, deadline=None)
def test_no_edit_loses_a_word_or_a_place(edits):
    draft = import_text(data_of(f"{REAL}.txt").decode())
    words = words_in(everything_in(draft))
    for name, n, k in edits:
        {
            "merge": lambda n, k: review.merge(draft, n),
            "split": lambda n, k: review.split(draft, n, k),
            "up": lambda n, k: review.move(draft, n, -1),
            "down": lambda n, k: review.move(draft, n, 1),
            "leave": lambda n, k: review.leave_out(draft, n),
            "back": lambda n, k: review.put_back(draft, n),
        }[name](n, k)
        assert Draft.from_json(draft.as_json()) == draft
    for piece in draft.left_out:
        assert piece.whole or 0 <= piece.at <= len(split_blocks(draft.steps[piece.step].html))
    while draft.left_out:
        review.put_back(draft, 0)
    assert not set(words) - set(words_in(everything_in(draft)))
