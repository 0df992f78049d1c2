"""Whether a text has words that somebody put on a list. A list and nothing more: no machine judges what was meant.

Words count as whole words, in any form that the list's language gives them ("hurt" is in "hurting", and "kill" is not
in "skills"), whatever their case and accents. Pure, and in a time that grows with the text and no faster.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from unicodedata import category, normalize

import snowballstemmer

#: How each language finds the stem of a word, by its code. In any other a word is found as it stands on the list.
ALGORITHMS = {"en": "english", "de": "german", "es": "spanish"}
#: So many other words may stand between two words of a phrase: "I want so very much to die".
BETWEEN = 2
#: Longer than any word: it would cost the stemmer more time the longer it is.
LONGEST_WORD = 64

APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛ʼʹ′´`＇", "'"))
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
#: Accents once they stand apart, and what is not seen at all, such as the hyphen where a line might break.
LEFT_OUT = {"Mn", "Me", "Cf"}
#: How German is written where there are no such keys.
WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
#: A phrase between such marks is found only as it is written.
QUOTED = re.compile(r"""["“”„«»](.+)["“”„«»]""")

Places = Mapping[str, Sequence[int]]


def found(text: str, lists: Mapping[str, Iterable[str]]) -> list[str]:
    """The phrases that a text has, as they stand on the lists (by language), each once and in their order."""
    said = words(text)
    each = (phrase for language, phrases in lists.items() for phrase in _found(said, language, phrases))
    return list(dict.fromkeys(each))


def words(text: str) -> list[str]:
    """The words of a text, without case, accents and apostrophes: "don't" is "dont", "Größe" is "grosse"."""
    return [word.replace("'", "") for word in WORD.findall(_fold(text))]


def _fold(text: str) -> str:
    apart = normalize("NFKD", text.translate(APOSTROPHES)).casefold()
    return "".join(letter for letter in normalize("NFKD", apart) if category(letter) not in LEFT_OUT)


def _found(said: Sequence[str], language: str, phrases: Iterable[str]) -> Iterable[str]:
    stems = _stems(set(said), language)
    as_written, by_stem = _places(said), _places([stems[word] for word in said])
    for phrase in phrases:
        quoted = QUOTED.fullmatch(phrase.strip())
        where = as_written if quoted else by_stem
        for spelling in _spellings(quoted[1] if quoted else phrase, language):
            sought = words(spelling)
            if not quoted:
                known = _stems(set(sought), language)
                sought = [known[word] for word in sought]
            if _stands_in(where, sought):
                yield phrase


def _spellings(phrase: str, language: str) -> set[str]:
    composed = normalize("NFC", phrase)
    return {composed, composed.translate(WITHOUT_UMLAUTS)} if language == "de" else {composed}


def _stems(of: Collection[str], language: str) -> dict[str, str]:
    """The stem of each word. The stemmer is a new one every time: it remembers the word it is at."""
    if language not in ALGORITHMS:
        return {word: word for word in of}
    stemmer = snowballstemmer.stemmer(ALGORITHMS[language])
    return {word: stemmer.stemWord(word) if len(word) <= LONGEST_WORD else word for word in of}


def _places(said: Sequence[str]) -> Places:
    """Where each word stands."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(said):
        places.setdefault(word, []).append(place)
    return places


def _stands_in(places: Places, sought: Sequence[str]) -> bool:
    """Whether these words stand somewhere in this order, with no more than BETWEEN others after each."""
    if not sought:
        return False
    ends = set(places.get(sought[0], ()))
    for word in sought[1:]:
        near = range(1, BETWEEN + 2)
        ends = {place for place in places.get(word, ()) if any(place - step in ends for step in near)}
    return bool(ends)
