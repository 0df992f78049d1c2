"""What arrived for a practitioner beside reflections: messages, emails that came back or are not surely a client's, and
clients of a colleague; and whether help lines are missing. All of it is rare, so one statement asks for all.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.assignments.outlook import spoken
from practice.desk.concern import Concern
from practice.desk.emails import SPOKEN_OF
from practice.desk.handing_over import not_yet_opened
from practice.mailing.models import Notice
from practice.people.models import Client, Practice, Practitioner
from practice.people.practice import HELP_FOR_ALL
from practice.replies.inbound_mail import FROM_ELSEWHERE, InboundMail
from practice.replies.models import Message

IN_DOUBT = gettext_noop("We can’t confirm that the short email about your message left. It may have arrived.")
INVITED_IN_DOUBT = gettext_noop("We can’t confirm that your invitation left. It may have arrived.")


class Arrival(NamedTuple):
    """One of them. `row` is its id; `about` and `why` are words that its kind makes sense of."""

    kind: str
    row: int
    client_id: int
    about: str
    why: str
    at: datetime


def arrivals(practitioner: Practitioner, clients: Mapping[int, Client], now: datetime) -> list[Concern]:
    """In the order of KINDS, and of each kind the latest first; messages once for each client. `clients` are all of the
    practitioner's, by id.
    """
    rows = sorted(_asked(practitioner, clients, now), key=lambda arrival: arrival.at, reverse=True)
    found: dict[object, Concern] = {}
    for kind, concern_of in KINDS.items():
        for arrival in rows:
            if arrival.kind == kind:
                client = clients.get(arrival.client_id)
                key = arrival.client_id if kind == "wrote" else arrival.row
                found.setdefault(
                    (kind, key), concern_of(arrival, client.name if client else "", practitioner)
                )
    return list(found.values())


def _asked(practitioner: Practitioner, clients: Mapping[int, Client], now: datetime) -> Iterator[Arrival]:
    untold = Notice.objects.of(practitioner).filter(
        kind__in=(Notice.Kind.MESSAGE, Notice.Kind.INVITATION),
        made_at__gte=now - SPOKEN_OF,
        state__in=(Notice.State.FAILED, Notice.State.UNCERTAIN),
    )
    # One row where it is so: their own, as that is of no client.
    without_help = Practitioner.objects.filter(
        ~Exists(Practice.objects.filter(HELP_FOR_ALL)), pk=practitioner.pk
    )
    wrote, *others = (
        _as_arrivals("wrote", Message.objects.of(practitioner).unread(), "client", at="written_at"),
        _as_arrivals(F("kind"), untold, "client", "state", "reason", "made_at"),
        _as_arrivals(
            *("mail", InboundMail.objects.of(practitioner).waiting(), "delivery__assignment__client"),
            *("delivery__step__title", "reason", "received_at"),
        ),
        _as_arrivals("help", without_help, "pk", at="date_joined"),
    )
    if any(client.handed_over_at for client in clients.values()):
        new = not_yet_opened(practitioner)
        others.append(_as_arrivals("client", new, "pk", why="handed_by", at="handed_over_at"))
    return (Arrival(*row) for row in wrote.union(*others, all=True))


def _as_arrivals(
    kind: str | F, rows: QuerySet[Any], client: str, about: str = "", why: str = "", at: str = ""
) -> QuerySet[Any, Any]:
    """These rows in the columns of an Arrival. `client` is the way to their client."""

    def words(column: str) -> Any:
        return Cast(F(column) if column else Value(""), TextField())

    return (
        rows.order_by()
        .annotate(
            a_kind=Cast(Value(kind) if isinstance(kind, str) else kind, CharField(max_length=10)),
            a_about=words(about),
            a_why=words(why),
        )
        .values_list("a_kind", "pk", client, "a_about", "a_why", at)
    )


# --- In words -------------------------------------------------------------------------------------


def _wrote(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    place = reverse("admin:replies_messages", args=(arrival.client_id,))
    why = _("%(client)s wrote to you.") % {"client": client}
    return Concern(client, _("A message"), why, _("Read it"), place)


def _message(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    why = IN_DOUBT if arrival.about == Notice.State.UNCERTAIN else arrival.why
    place = reverse("admin:replies_messages", args=(arrival.client_id,))
    return Concern(client, _("Your message"), _(why), _("Look at it"), place)


def _invitation(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    why = INVITED_IN_DOUBT if arrival.about == Notice.State.UNCERTAIN else arrival.why
    place = reverse("admin:replies_invite", args=(arrival.client_id,))
    return Concern(client, _("Your invitation"), _(why), _("Look at it"), place)


def _mail(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    """What it says is on its own page alone."""
    why = _("An email came to %(client)s’s reply address. %(why)s")
    if arrival.why == FROM_ELSEWHERE:
        why = _("An email came to %(client)s’s reply address from another address.")
    why %= {"client": client, "why": _(arrival.why)}
    place = reverse("admin:replies_inboundmail_change", args=(arrival.row,))
    return Concern(client, arrival.about, why, _("Look at it and decide"), place)


def _client(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    """A colleague's until now, whose page they have not opened."""
    why = _(
        "%(colleague)s handed %(client)s over to you on %(day)s. What they receive goes on as it was."
    ) % {
        "colleague": arrival.why,
        "client": client,
        "day": spoken(arrival.at, practitioner.time_zone),
    }
    action = _("Open the page of %(client)s") % {"client": client}
    place = reverse("admin:people_client_change", args=(arrival.client_id,))
    return Concern(client, _("New to you"), why, action, place, quiet=True)


def _help(arrival: Arrival, client: str, practitioner: Practitioner) -> Concern:
    """Nobody to call is named. Only whoever runs the installation can mend that."""
    which = (_("Your practice"), _("Help lines"))
    if practitioner.is_superuser:
        why = _(
            "They are not named yet. Clients are told to call the emergency number where they are, and no other."
        )
        return Concern(*which, why, _("Name them"), reverse("admin:people_practice_changelist"))
    why = _(
        "They are not named yet. Clients are told to call the emergency number where they are, and no other. Ask "
        "whoever runs this installation to name them, under Practice."
    )
    return Concern(*which, why, _("Read about emergencies"), reverse("admin:help") + "#emergency")


KINDS: dict[str, Callable[[Arrival, str, Practitioner], Concern]] = {
    "help": _help,
    "wrote": _wrote,
    # What a short email was about that may not have left, by the kinds of Notice.
    "message": _message,
    "invitation": _invitation,
    "mail": _mail,
    "client": _client,
}
