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
    article, has_client, has_assignment, module, step = _so_far(practitioner)
    if has_assignment:
        return []
    review = reverse("admin:resources_article_change", args=(article,)) if article else ""
    return [
        _make_it_a_module(review) if review and module is None else _add_an_article(module is not None),
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
            review if review and module is None else _try_it(module, step),
            False,
        ),
        Start(
            _("Assign the module"),
            _("You choose the day and the hour, and see the whole calendar before anything is saved."),
            reverse("admin:assignments_assignment_add"),
            False,
        ),
    ]


def _add_an_article(is_done: bool) -> Start:
    return Start(
        _("Add an article"),
        _(
            "Paste a text of yours, or choose a file. It becomes a module of short weekly steps, which you look "
            "through before it is kept."
        ),
        reverse("admin:resources_article_add"),
        is_done,
    )


def _make_it_a_module(review: str) -> Start:
    return Start(
        _("Make it a module"),
        _("Your article is kept, with the steps we propose. Look through them, and make it a module."),
        review,
        False,
    )


def _so_far(practitioner: Practitioner) -> tuple[int | None, bool, bool, int | None, int | None]:
    """The id of the latest article; whether there is a client and an assignment; and the ids of the first module and
    its first step.
    """

    def any_of(model: Any) -> Exists:
        return Exists(model.objects.filter(**{model.owner_path: OuterRef("pk")}))

    first = (
        Step.objects.in_use()
        .filter(module__practitioner=OuterRef("pk"))
        .order_by("module__created_at", "position", "pk")
    )
    articles = Article.objects.filter(practitioner=OuterRef("pk")).order_by("-created_at", "-pk")
    article, client, assignment, module, of_step, step = (
        Practitioner.objects.filter(pk=practitioner.pk)
        .values_list(
            Subquery(articles.values("pk")[:1]),
            *map(any_of, (Client, Assignment)),
            Min("modules"),
            Subquery(first.values("module")[:1]),
            Subquery(first.values("pk")[:1]),
        )
        .get()
    )
    return article, client, assignment, of_step or module, step


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
