"""What the email of one client brings that the others' do not."""

from collections.abc import Collection
from copy import copy

from django.db.models import Exists, F, OuterRef

from practice.assignments.first_note import FirstNote
from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.assignments.passed import PassedStep
from practice.mailing.models import Delivery
from practice.people.models import Client
from practice.people.ownership import OwnedQuerySet
from resources.models import Step

#: These reached nobody, so the email after them is the first.
REACHED_NOBODY = (*Delivery.CALLED_BACK, Delivery.State.FAILED)


def notes_of(deliveries: Collection[Delivery]) -> dict[int, str]:
    """The personal note that each of these emails brings, by the email's id: the first one of its assignment does, also
    when it is sent again.
    """
    notes = FirstNote.objects.filter(assignment__in={row.assignment_id for row in deliveries})
    with_note = set(notes.values_list("assignment_id", flat=True))
    noted = [row for row in deliveries if row.assignment_id in with_note]
    first = _first_steps({row.assignment_id for row in noted})
    bringing = [row for row in noted if first.get(row.assignment_id, row.step_id) == row.step_id]
    if not bringing:
        return {}
    their_notes = notes.filter(assignment__in={row.assignment_id for row in bringing})
    texts = dict(their_notes.values_list("assignment_id", "text"))
    return {row.pk: texts[row.assignment_id] for row in bringing}


def notes_to_come(client: Client) -> OwnedQuerySet:
    """The personal notes for this client that no email has brought yet, nor is bringing at this moment."""
    yet_to_leave = (*REACHED_NOBODY, Delivery.State.DUE, Delivery.State.CLAIMED)
    bringing = Delivery.objects.filter(assignment=OuterRef("assignment")).exclude(state__in=yet_to_leave)
    return FirstNote.objects.filter(~Exists(bringing), assignment__client=client)


def last_ones(deliveries: Collection[Delivery]) -> set[int]:
    """The ids of those that bring the last step of a series, as far as it goes by itself: a step that is added later
    comes when its practitioner lets the series carry on."""
    finished = PassedStep.objects.filter(
        assignment__in={row.assignment_id for row in deliveries}, assignment__state=Assignment.State.FINISHED
    )
    passed = finished.filter(skipped=False).order_by("at", "pk")
    last = dict(passed.values_list("assignment_id", "step_id"))
    return {row.pk for row in deliveries if last.get(row.assignment_id) == row.step_id}


def wordings_of(deliveries: Collection[Delivery]) -> dict[tuple[int, int], OwnWording]:
    """The steps that are worded for one client alone, by assignment and step."""
    found = OwnWording.objects.filter(assignment__in={row.assignment_id for row in deliveries})
    return {(words.assignment_id, words.step_id): words for words in found}


def step_of(delivery: Delivery) -> Step:
    """The step that an email brings, as its client reads it. Nothing is saved."""
    return worded(delivery.step, wordings_of([delivery]).get((delivery.assignment_id, delivery.step_id)))


def worded(step: Step, words: OwnWording | None) -> Step:
    """A step in the words that are for one client alone, if there are any. Nothing is saved."""
    if words is None:
        return step
    own: Step = copy(step)
    own.title, own.body = words.title, words.body
    return own


def note_in(delivery: Delivery) -> str:
    """The note in an email whose edition has room for one. Raises ValueError when it was taken out since."""
    if delivery.note is None:
        note = FirstNote.objects.filter(assignment=delivery.assignment_id).first()
        if note is None:
            raise ValueError("The note in this email is gone.")
        delivery.note = note.text
    return delivery.note


def _first_steps(assignments: Collection[int]) -> dict[int, int]:
    """The step of each one's first email: of those that left the earliest, else of what came first to the outbox."""
    if not assignments:
        return {}
    emails = Delivery.objects.filter(assignment__in=assignments).exclude(state__in=REACHED_NOBODY)
    latest_first = emails.order_by(F("submitted_at").desc(nulls_first=True), "-pk")
    return dict(latest_first.values_list("assignment_id", "step_id"))
