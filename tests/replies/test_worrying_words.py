"""The rule behind worrying words: whole words in any form, and nothing that only looks like them."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.people.models import Client
from practice.replies.concern import BETWEEN, found, words
from practice.replies.concern_words import LANGUAGES, ConcernWords, beginning

BEGINNINGS = {code: ConcernWords(language=code, phrases=beginning(code)).lines() for code, _ in LANGUAGES}
ALL = [(code, phrase) for code, phrases in BEGINNINGS.items() for phrase in phrases]


def is_found(text, phrase, language="en"):
    return found(text, {language: [phrase]}) == [phrase]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("kill", "It was killing me."),
        ("hurt myself", "I keep hurting myself"),
        ("hurt myself", "HURT MYSELF"),
        ("don't want to live", "I don’t want to live like this"),
        ("don't want to live", "i dont want to live"),
        ("don’t want to live", "I don't really want to live"),
        ("want to die", "I want so much to die"),
        ("self-harm", "self harm, again"),
        ("suicide", "(suicide)"),
        ("want to die", "want\n> to\nd\u00adie"),
    ],
)
def test_english_words_are_found_in_their_other_forms(phrase, text):
    assert is_found(text, phrase)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("kill", "I learned new skills"),
        ("pain", "I am painting again"),
        ("hit", "The white house"),
        ("want to die", "I want to be there when the plants that you left me die"),
        ("hurt myself", "myself, hurt"),
        ("want to die", "I want to diet"),
        ("suicide", ""),
    ],
)
def test_what_only_looks_like_them_is_not(phrase, text):
    assert not is_found(text, phrase)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("Überdosis", "eine überdosis"),
        ("Überdosis", "eine UEBERDOSIS"),
        ("Überdosis", "eine U\u0308berdosis"),
        ("möchte sterben", "ich moechte sterben"),
        ("möchte sterben", "Ich möchte einfach sterben."),
        ("nicht mehr leben", "dass ich so nicht mehr lebe"),
        ("Schluß", "SCHLUSS"),
        ("schluss", "Schluß"),
    ],
)
def test_german_words_are_found_however_they_are_written(phrase, text):
    assert is_found(text, phrase, "de")


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("quiero morir", "A veces quiero morirme"),
        ("autolesión", "autolesion"),
        ("me hago daño", "me hago mucho dano"),
        ("me pega", "Me pegó ayer"),
    ],
)
def test_spanish_words_are_found_with_and_without_accents(phrase, text):
    assert is_found(text, phrase, "es")


def test_a_phrase_in_quotation_marks_is_found_only_as_it_is_written():
    assert is_found("Quiero MATARME", '"matarme"', "es")
    assert not is_found("Tomamos mate", '"matarme"', "es")
    assert is_found("Tomamos mate", "matarme", "es")


def test_every_list_is_looked_through_and_each_phrase_is_told_once():
    lists = {"en": ["suicide", "want to die"], "de": ["Suizid"], "es": ["suicide"]}
    assert found("Suizid, suicide. I want to die, suicide", lists) == ["suicide", "want to die", "Suizid"]


def test_a_language_without_stems_finds_words_as_they_stand():
    assert is_found("JE VEUX MOURIR", "veux mourir", "fr")
    assert not is_found("je meurs", "mourir", "fr")


@pytest.mark.parametrize("phrase", ["", "  ", "...", '""', "!?"])
def test_a_line_without_words_finds_nothing(phrase):
    assert found("... !? anything", {"en": [phrase]}) == []


@pytest.mark.parametrize(("language", "phrase"), ALL)
def test_every_phrase_of_the_first_lists_finds_itself(language, phrase):
    assert is_found(f"Well, {phrase.strip(chr(34)).upper()}. So.", phrase, language)


@pytest.mark.parametrize(
    "text",
    [
        "I slept badly and walked a lot. My skills at painting improve, I am not late, and the cut flowers live.",
        "Wir leben gut, das Essen war geschlagen süß, ich mache Schluss für heute. Das Leben ist schön.",
        "Vivo bien, tomo mate, me corté el pelo y mi hija me pegaba pegatinas en la cara con mucho cuidado.",
    ],
)
def test_an_ordinary_day_has_few_of_them(text):
    assert len(found(text, BEGINNINGS)) <= 1


def test_every_language_of_a_client_has_a_first_list_that_is_short():
    assert [code for code, _ in LANGUAGES] == [code for code, _ in Client._meta.get_field("language").choices]
    for phrases in BEGINNINGS.values():
        assert 15 < len(phrases) < 50
        assert len(set(phrases)) == len(phrases)


@given(
    st.sampled_from(ALL),
    st.text(max_size=80),
    st.text(max_size=80),
    st.sampled_from([str.upper, str.title, str]),
)
def test_a_phrase_is_found_wherever_it_stands(one, before, after, case):
    language, phrase = one
    assert is_found(f"{before} {case(phrase.strip(chr(34)))} {after}", phrase, language)


@given(st.sampled_from(ALL), st.lists(st.sampled_from(["really", "so", "nur", "muy"]), max_size=BETWEEN))
def test_a_little_may_stand_in_between(one, more):
    language, phrase = one
    if not phrase.startswith('"'):
        spread = f" {' '.join(more)} ".join(phrase.split(" "))
        assert is_found(spread, phrase, language)


@given(st.text(), st.text(min_size=1))
def test_any_text_and_any_list_can_be_looked_at(text, phrase):
    for language in ("en", "de", "es", "fr"):
        told = found(text, {language: [phrase]})
        assert told in ([], [phrase])
        if told:
            assert words(phrase)


@given(st.text())
def test_folding_twice_changes_nothing(text):
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=8)))
def test_what_has_none_of_its_letters_has_none_of_its_words(said):
    assert found(" ".join(said), {"en": ["will sorry"], "de": ["xyz"], "es": ["voy"]}) == []


@pytest.mark.parametrize(
    "unit", ["I do not want to live. ", "y", "want ", "don't'", "a\u0301", "want to want to ", "\ufdfa"]
)
def test_ten_times_the_text_takes_about_ten_times_as_long(unit):
    def took(count):
        start = perf_counter()
        found(unit * count, BEGINNINGS)
        return perf_counter() - start

    took(100)
    short, long = min(took(3_000) for _ in range(3)), took(30_000)
    assert long < 40 * short + 0.5
