"""What a new practitioner does first, in order."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Min, OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.people.models import Client, Practitioner
from resources.models import Article, Step


@dataclass(frozen=True)
class Start:
    """One of the first things to do: where, and whether it is done."""

    title: str
    why: str
    url: str
    is_done: bool


def first_hour(practitioner: Practitioner) -> list[Start]:
    """What is to be done; empty once the first module was assigned."""
    has_text, has_client, has_assignment, module, step = _so_far(practitioner)
    if has_assignment:
        return []
    return [
        Start(
            _("Add an article"),
            _(
                "Paste a text of yours, or choose a file. It becomes a module of short weekly steps, which you look "
                "through before it is kept."
            ),
            reverse("admin:resources_article_add"),
            has_text,
        ),
        Start(
            _("Add a client"),
            _("A name, an address, and where they live. Nothing is sent by adding somebody."),
            reverse("admin:people_client_add"),
            has_client,
        ),
        Start(
            _("Send it to yourself first"),
            _(
                "Look at the first step as a client would, and have it sent to your own address. It reaches nobody "
                "else."
            ),
            _try_it(module, step),
            False,
        ),
        Start(
            _("Assign the module"),
            _("You choose the day and the hour, and see the whole calendar before anything is saved."),
            reverse("admin:assignments_assignment_add"),
            False,
        ),
    ]


def _so_far(practitioner: Practitioner) -> tuple[bool, bool, bool, int | None, int | None]:
    """Whether there is a text, a client and an assignment; and the ids of the first module and its first step."""

    def any_of(model: Any) -> Exists:
        return Exists(model.objects.filter(**{model.owner_path: OuterRef("pk")}))

    first = (
        Step.objects.in_use()
        .filter(module__practitioner=OuterRef("pk"))
        .order_by("module__created_at", "position", "pk")
    )
    article, client, assignment, module, of_step, step = (
        Practitioner.objects.filter(pk=practitioner.pk)
        .values_list(
            *map(any_of, (Article, Client, Assignment)),
            Min("modules"),
            Subquery(first.values("module")[:1]),
            Subquery(first.values("pk")[:1]),
        )
        .get()
    )
    return article or bool(module), client, assignment, of_step or module, step


def _try_it(module: int | None, step: int | None) -> str:
    """Where a step can be sent to oneself; else the steps of the module; else all modules."""
    if module is None:
        return reverse("admin:resources_module_changelist")
    if step is not None:
        try:
            return reverse("admin:mailing_step_send_to_myself", args=(step,))
        except NoReverseMatch:
            pass
    return reverse("admin:resources_module_change", args=(module,)) + "#steps"
