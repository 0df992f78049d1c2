"""A module's sensitive words are found as whole words, in capitals or not, with accents as typed."""

import pytest

from resources.sensitive import found_in, words_of


def test_a_list_has_one_word_on_each_line_and_each_once():
    assert words_of("  depression \n\nPanic  attack\r\ndepression\nDEPRESSION\n") == [
        "depression",
        "Panic attack",
    ]
    assert words_of("") == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Notes on depression", "depression"),
        ("DEPRESSION, and rest", "depression"),
        ("depression", "Depression"),
        ("Your post-depression letter", "depression"),
        ("“Depression”: a few words", "depression"),
        ("After a panic\u00a0 attack", "panic attack"),
        ("Mit der Angst leben", "angst"),
        ("ÄNGSTE und Mut", "Ängste"),
        ("A\u0308ngste und Mut", "Ängste"),
        ("Was Trauer braucht.", "Trauer"),
        ("Größe zählt nicht", "größe"),
        ("ansiedad_y_calma", "ansiedad"),
        ("C++ and rest", "C++"),
    ],
)
def test_a_whole_word_is_found(text, word):
    assert found_in(text, [word]) == [word]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("depressions of the land", "depression"),
        ("antidepression", "depression"),
        ("Angstfrei", "Angst"),
        ("Angste", "Ängste"),
        ("Ängste", "Angste"),
        ("Trauerweide", "Trauer"),
        ("attack in panic", "panic attack"),
        ("a.b", "a.*b"),
        ("", "grief"),
    ],
)
def test_a_part_of_a_word_another_accent_or_another_order_is_not(text, word):
    assert found_in(text, [word]) == []


def test_of_several_words_those_that_stand_there_are_named_in_the_order_of_the_list():
    assert found_in("Grief after loss", ["loss", "panic", "grief"]) == ["loss", "grief"]
