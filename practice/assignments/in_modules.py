"""Tells the editor of a module which clients are in it, and how far they have come."""

from collections import defaultdict

from practice.assignments.models import Assignment
from practice.assignments.own_wording import OwnWording
from practice.assignments.passed import PassedStep
from resources import readers
from resources.models import Module
from resources.readers import Reader


@readers.register
def clients_in(module: Module) -> list[Reader]:
    """The owner's own clients who received or receive a module. Three queries, however many there are."""
    rows = Assignment.objects.filter(module=module, client__practitioner=module.practitioner_id)
    running = {Assignment.State.ACTIVE, Assignment.State.PAUSED}
    sent, passed = defaultdict(set), defaultdict(set)
    steps = PassedStep.objects.filter(assignment__in=rows).values_list("assignment_id", "step_id", "skipped")
    for assignment, step, skipped in steps:
        passed[assignment].add(step)
        if not skipped:
            sent[assignment].add(step)
    reworded = defaultdict(set)
    for assignment, step in OwnWording.objects.filter(assignment__in=rows).values_list(
        "assignment_id", "step_id"
    ):
        reworded[assignment].add(step)
    return [
        Reader(name, frozenset(sent[pk]), frozenset(passed[pk]), state in running, frozenset(reworded[pk]))
        for pk, name, state in rows.values_list("pk", "client__name", "state")
    ]
