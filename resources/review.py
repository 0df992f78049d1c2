"""The edits of a review: merge, split, move, leave out, put back. Pure.

Each function changes the draft, keeps every piece's place right, and answers with the number of the step to look
at next (from 0). Numbers that do not fit change nothing.
"""

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from resources.blocks import heading, join_blocks, split_blocks, text_of
from resources.draft import Draft, DraftPrompt, DraftStep, LeftOut
from resources.prompts import LIBRARY, LibraryItem, propose
from resources.sections import OF_A_PART, part_title

LEFT_BY_YOU = gettext_noop("A step that you left out")


def merge(draft: Draft, n: int) -> int:
    """Joins step n with the next; the next one's title stays inside as a heading."""
    if not 0 <= n < len(draft.steps) - 1:
        return n
    one, two = draft.steps[n : n + 2]
    goes_on = _parted(two.title)[0] == _parted(one.title)[0]
    joint = [] if goes_on else [heading(two.title).html]
    first = split_blocks(one.html) + joint
    one.html = join_blocks(first + split_blocks(two.html))
    one.prompts += two.prompts
    del draft.steps[n + 1]
    for piece in draft.left_out:
        if piece.step == n + 1 and not piece.whole:
            piece.at += len(first)
        piece.step -= piece.step > n
    return n


def split(draft: Draft, n: int, at: int, library: Sequence[LibraryItem] = LIBRARY) -> int:
    """Parts step n before its block number `at`; a heading there becomes the title of the new step."""
    if not 0 <= n < len(draft.steps):
        return n
    step = draft.steps[n]
    blocks = split_blocks(step.html)
    if not 0 < at < len(blocks):
        return n
    is_titled = blocks[at].startswith("<h3>")
    title = text_of(blocks[at]) if is_titled else _next_part(step.title)
    new = DraftStep(title, join_blocks(blocks[at + is_titled :]))
    step.html = join_blocks(blocks[:at])
    draft.steps.insert(n + 1, new)
    for piece in draft.left_out:
        if piece.step > n:
            piece.step += 1
        elif piece.step == n and piece.at >= at and not piece.whole:
            piece.step, piece.at = n + 1, max(0, piece.at - at - is_titled)
    used = {prompt.text for other in draft.steps for prompt in other.prompts}
    propose([new], [item for item in library if item.text not in used])
    return n + 1


def _next_part(title: str) -> str:
    whole, part = _parted(title)
    return part_title(whole, part + 1)


def _parted(title: str) -> tuple[str, int]:
    """A title without the number of its part, and this number; without one it is the first part.

    In English, too: the desk may have spoken it when the title was made.
    """
    for shape in (_(OF_A_PART), OF_A_PART):
        pattern = re.escape(shape % {"title": "TITLE", "part": "PART"})
        if found := re.fullmatch(pattern.replace("TITLE", "(?P<t>.*)").replace("PART", r"(?P<n>\d+)"), title):
            return found["t"], int(found["n"])
    return title, 1


def move(draft: Draft, n: int, by: int) -> int:
    """Moves step n up (by -1) or down (by 1)."""
    to = n + by
    if not (0 <= n < len(draft.steps) and 0 <= to < len(draft.steps)):
        return n
    draft.steps[n], draft.steps[to] = draft.steps[to], draft.steps[n]
    for piece in draft.left_out:
        if not piece.whole and piece.step in (n, to):
            piece.step = n + to - piece.step
    return to


def leave_out(draft: Draft, n: int) -> int:
    """Takes step n out, whole; it can be put back with its prompts. The last step stays."""
    if not 0 <= n < len(draft.steps) or len(draft.steps) == 1:
        return n
    step = draft.steps.pop(n)
    for piece in draft.left_out:
        if piece.step == n and not piece.whole:
            piece.at = len(split_blocks(draft.steps[n - 1].html)) if n else 0
            piece.step = max(0, n - 1)
        elif piece.step > n:
            piece.step -= 1
    draft.left_out.append(LeftOut(step.html, LEFT_BY_YOU, n, 0, step))
    return min(n, len(draft.steps) - 1)


def put_back(draft: Draft, k: int) -> int:
    """Puts piece k of what was left out back where it stood."""
    if not 0 <= k < len(draft.left_out):
        return 0
    piece = draft.left_out.pop(k)
    if piece.whole:
        n = min(piece.step, len(draft.steps))
        draft.steps.insert(n, piece.whole)
        for other in draft.left_out:
            other.step += other.step > n if other.whole else other.step >= n
        return n
    step = draft.steps[piece.step]
    blocks, back = split_blocks(step.html), split_blocks(piece.html)
    step.html = join_blocks(blocks[: piece.at] + back + blocks[piece.at :])
    for number, other in enumerate(draft.left_out):
        below = other.at > piece.at or (other.at == piece.at and number >= k)
        if other.step == piece.step and not other.whole and below:
            other.at += len(back)
    return piece.step


def add_prompt(draft: Draft, n: int) -> int:
    """Adds an empty prompt to step n."""
    if 0 <= n < len(draft.steps):
        draft.steps[n].prompts.append(DraftPrompt("text", "", []))
    return n


def remove_prompt(draft: Draft, n: int, k: int) -> int:
    """Removes prompt k of step n."""
    if 0 <= n < len(draft.steps) and 0 <= k < len(draft.steps[n].prompts):
        del draft.steps[n].prompts[k]
    return n
