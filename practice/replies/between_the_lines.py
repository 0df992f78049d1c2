"""What a client wrote between the lines of our email, where their mail program marks none of those as ours.

There it is not certain what is new, so none of it is in the answer. A worrying word may stand there all the same.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from practice.mailing import personal
from practice.mailing.messages import letter_as_sent
from practice.mailing.models import Delivery
from practice.replies.concern import words
from practice.replies.mail_in import Mail
from practice.replies.new_text import MOST, all_text

#: Mail programs write the address of a link beside its words.
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
#: "From:" and the like, which mail programs put before what was ours.
LABEL = re.compile(r"^\W*\w+:")
#: Stands where the private token would be: no address is compared.
HIDDEN = "-"


def written_between(mail: Mail, delivery: Delivery) -> list[str]:
    """The passages of a mail of which not all is new, without what it repeats of the email that it answers: the lines
    that are marked, and those whose words stand in that email one after the other. A line of both stays.
    """
    if not mail.says_more:
        return []
    lines = mail.text[:MOST].splitlines()
    ours = _ours_of(lines, _all_of(delivery))
    passages = groupby(range(len(lines)), lambda number: number in ours)
    theirs = ("\n".join(lines[number] for number in numbers) for is_ours, numbers in passages if not is_ours)
    return [passage for passage in map(str.strip, theirs) if passage]


def _ours_of(lines: Sequence[str], texts: Sequence[str]) -> set[int]:
    """The numbers of those lines that repeat these texts. What is written there once is repeated once: whoever writes a
    line of ours again below it means it. The longest lines are found first, since the others may stand in them.
    """
    left = [_in_a_row(text) for text in texts]
    found = set()
    for number in sorted(range(len(lines)), key=lambda number: -len(lines[number])):
        said = [_in_a_row(text) for text in (lines[number], LABEL.sub("", lines[number])) if words(text)]
        same = next((one for one in said if any(one in text for text in left)), None)
        if same:
            left = [text.replace(same, " | ", 1) for text in left]
        if same or lines[number].lstrip().startswith(">"):
            found.add(number)
    return found


def _in_a_row(text: str) -> str:
    """Its words, with a space around each."""
    return " ".join(["", *words(ADDRESS.sub(" ", text)), ""])


def _all_of(delivery: Delivery) -> list[str]:
    """What stands above the email that left, and each of its parts; nothing where it cannot be made again."""
    try:
        delivery.note = personal.notes_of([delivery]).get(delivery.pk, "")
        letter = letter_as_sent(delivery, HIDDEN)
    except ValueError:
        return []
    head = "\n".join([letter.from_email, *letter.to, str(letter.subject)])
    return [head, str(letter.body), all_text("", str(letter.alternatives[0][0]))]
