"""What one client sent, letter by letter, with its answers and the practitioner's notes. Drafts stay the client's."""

from collections import defaultdict
from dataclasses import dataclass

from practice.people.models import Client
from practice.replies.legible import Shown, legible, shown
from practice.replies.models import Answer, Note, Reply, ReplyQuerySet


@dataclass(frozen=True)
class Letter:
    """One reflection, as it is read. `note` is the practitioner's own, empty without one."""

    reply: Reply
    answers: list[Shown]
    note: str = ""
    note_is_broken: bool = False


def sent_by(client: Client) -> ReplyQuerySet:
    """All that this client sent, the newest first."""
    return Reply.objects.sent().filter(delivery__assignment__client=client)


def letters(replies: ReplyQuerySet) -> list[Letter]:
    """These reflections in their order. Three queries, however many there are."""
    rows = list(replies.select_related("delivery__assignment__module", "delivery__step"))
    answers = defaultdict(list)
    for answer in shown(Answer.objects.filter(reply__in=rows).order_by("position", "pk")):
        answers[answer.answer.reply_id].append(answer)
    notes = {
        note.reply_id: (note.text, not ok)
        for note, ok in legible(Note.objects.filter(reply__in=rows), "text")
    }
    return [Letter(row, answers[row.pk], *notes.get(row.pk, ())) for row in rows]
