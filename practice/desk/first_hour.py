"""What a new practitioner does first, in order."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, Min, OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from practice.assignments.models import Assignment
from practice.people.models import Client, Practice, Practitioner
from practice.people.practice import HELP_FOR_ALL
from resources.models import Article, Step


@dataclass(frozen=True)
class Start:
    """One of the first things to do: where, and whether it is done."""

    title: str
    why: str
    url: str
    is_done: bool


class SoFar(NamedTuple):
    """What there is already: ids of the latest article, of the first module and of its first step, and of the latest
    client who has not agreed to emails; and what is done.
    """

    article: int | None
    module: int | None
    step: int | None
    unasked: int | None
    one_agreed: bool
    practice_is_named: bool
    has_client: bool
    has_assignment: bool


def first_hour(practitioner: Practitioner) -> list[Start]:
    """What is to be done; empty once the first module was assigned."""
    so_far = _so_far(practitioner)
    if so_far.has_assignment:
        return []
    review = ""
    if so_far.article and so_far.module is None:
        review = reverse("admin:resources_article_change", args=(so_far.article,))
    return [
        *([_name_the_practice(so_far)] if practitioner.is_superuser else []),
        Start(
            _("Say where you are"),
            _("Your time zone. Until you choose it, every hour at the desk is told in UTC."),
            reverse("admin:me"),
            practitioner.time_zone != Practitioner.NO_ZONE_YET,
        ),
        _make_it_a_module(review) if review else _add_an_article(so_far.module is not None),
        Start(
            _("Add a client"),
            _("A name, an address, and where they live. Nothing is sent by adding somebody."),
            reverse("admin:people_client_add"),
            so_far.has_client,
        ),
        _ask_whether_they_agree(so_far),
        Start(
            _("Send it to yourself whenever you like"),
            _(
                "Look at the first step as a client would, and have it sent to your own address. It reaches nobody "
                "else. Nothing is kept of it, so it is never ticked here."
            ),
            review or _try_it(so_far.module, so_far.step),
            False,
        ),
        Start(
            _("Assign the module"),
            _("You choose the day and the hour, and see the whole calendar before anything is saved."),
            reverse("admin:assignments_assignment_add"),
            False,
        ),
    ]


def _name_the_practice(so_far: SoFar) -> Start:
    return Start(
        _("Name your practice and its help lines"),
        _(
            "Clients see the name on their pages, and whom to call in a crisis on every page and in every email but "
            "short notices. Until you name the numbers that are right where they live, only the emergency number is "
            "spoken of."
        ),
        reverse("admin:people_practice_changelist"),
        so_far.practice_is_named,
    )


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


def _ask_whether_they_agree(so_far: SoFar) -> Start:
    place = reverse("admin:people_client_changelist")
    if so_far.unasked and not so_far.one_agreed:
        place = reverse("admin:people_client_change", args=(so_far.unasked,))
    return Start(
        _("Ask whether they agree"),
        _(
            "Nothing leaves before a client agrees. On their page you invite them by email, or record what they told "
            "you."
        ),
        place,
        so_far.one_agreed,
    )


def _make_it_a_module(review: str) -> Start:
    return Start(
        _("Make it a module"),
        _("Your article is kept, with the steps we propose. Look through them, and make it a module."),
        review,
        False,
    )


def _so_far(practitioner: Practitioner) -> SoFar:
    """Asked in one statement."""

    def any_of(model: Any) -> Exists:
        return Exists(model.objects.filter(**{model.owner_path: OuterRef("pk")}))

    first = (
        Step.objects.in_use()
        .filter(module__practitioner=OuterRef("pk"))
        .order_by("module__created_at", "position", "pk")
    )
    named = Practice.objects.exclude(name=Practice._meta.get_field("name").default)
    articles = Article.objects.filter(practitioner=OuterRef("pk")).order_by("-created_at", "-pk")
    clients = Client.objects.current().filter(practitioner=OuterRef("pk")).knowing_consent()
    any_module, article, of_step, *others = (
        Practitioner.objects.filter(pk=practitioner.pk)
        .values_list(
            Min("modules"),
            Subquery(articles.values("pk")[:1]),
            Subquery(first.values("module")[:1]),
            Subquery(first.values("pk")[:1]),
            Subquery(clients.filter(agreed=False).order_by("-pk").values("pk")[:1]),
            Exists(clients.filter(agreed=True)),
            Exists(named.filter(HELP_FOR_ALL)),
            *map(any_of, (Client, Assignment)),
        )
        .get()
    )
    return SoFar(article, of_step or any_module, *others)


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
