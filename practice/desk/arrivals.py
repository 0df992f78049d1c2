"""What arrived for a practitioner beside reflections: messages, emails that came back or are not surely a client's, and
clients of a colleague; and whether help lines are missing. All of it is rare, so one statement asks for all.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, F, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.assignments.outlook import spoken
from practice.desk.concern import Concern
from practice.desk.handing_over import not_yet_opened
from practice.desk.trouble import SPOKEN_OF
from practice.mailing.models import Notice
from practice.people.models import Practice, Practitioner
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
    client: str
    about: str
    why: str
    at: datetime


def arrivals(practitioner: Practitioner, now: datetime) -> list[Concern]:
    """In the order of KINDS, and of each kind the latest first; messages once for each client."""
    rows = sorted(_asked(practitioner, now), key=lambda arrival: arrival.at, reverse=True)
    found: dict[object, Concern] = {}
    for kind, concern_of in KINDS.items():
        for arrival in rows:
            if arrival.kind == kind:
                key = arrival.client_id if kind == "message" else arrival.row
                found.setdefault((kind, key), concern_of(arrival, practitioner))
    return list(found.values())


def _asked(practitioner: Practitioner, now: datetime) -> Iterator[Arrival]:
    untold = Notice.objects.of(practitioner).filter(
        made_at__gte=now - SPOKEN_OF,
        state__in=(Notice.State.FAILED, Notice.State.UNCERTAIN),
    )
    # One row where it is so: their own, as that is of no client.
    without_help = Practitioner.objects.filter(
        ~Exists(Practice.objects.filter(HELP_FOR_ALL)), pk=practitioner.pk
    )
    messages, *others = (
        _as_arrivals("message", Message.objects.of(practitioner).unread(), "client", "", "", "written_at"),
        *(
            _as_arrivals(kind, untold.filter(kind=of), "client", "state", "reason", "made_at")
            for kind, of in (("notice", Notice.Kind.MESSAGE), ("invitation", Notice.Kind.INVITATION))
        ),
        _as_arrivals(
            *("mail", InboundMail.objects.of(practitioner).waiting(), "delivery__assignment__client"),
            *("delivery__step__title", "reason", "received_at"),
        ),
        _as_arrivals("client", not_yet_opened(practitioner), "", "", "handed_by", "handed_over_at"),
        _as_arrivals("help", without_help, "", "", "", "date_joined"),
    )
    return (Arrival(*row) for row in messages.union(*others, all=True))


def _as_arrivals(
    kind: str, rows: QuerySet[Any], client: str, about: str, why: str, at: str
) -> QuerySet[Any, Any]:
    """These rows in the columns of an Arrival. `client` is the way to their client, empty where they are clients."""

    def words(column: str) -> Any:
        return Cast(F(column) if column else Value(""), TextField())

    return (
        rows.order_by()
        .annotate(
            a_kind=Cast(Value(kind), CharField(max_length=10)),
            a_client=F(f"{client}__pk" if client else "pk"),
            a_name=words(f"{client}__name" if client else "name"),
            a_about=words(about),
            a_why=words(why),
            a_at=F(at),
        )
        .values_list("a_kind", "pk", "a_client", "a_name", "a_about", "a_why", "a_at")
    )


# --- In words -------------------------------------------------------------------------------------


def _message(arrival: Arrival, practitioner: Practitioner) -> Concern:
    place = reverse("admin:replies_messages", args=(arrival.client_id,))
    why = _("%(client)s wrote to you.") % {"client": arrival.client}
    return Concern(arrival.client, _("A message"), why, _("Read it"), place)


def _notice(arrival: Arrival, practitioner: Practitioner) -> Concern:
    why = IN_DOUBT if arrival.about == Notice.State.UNCERTAIN else arrival.why
    place = reverse("admin:replies_messages", args=(arrival.client_id,))
    return Concern(arrival.client, _("Your message"), _(why), _("Look at it"), place)


def _invitation(arrival: Arrival, practitioner: Practitioner) -> Concern:
    why = INVITED_IN_DOUBT if arrival.about == Notice.State.UNCERTAIN else arrival.why
    place = reverse("admin:replies_invite", args=(arrival.client_id,))
    return Concern(arrival.client, _("Your invitation"), _(why), _("Look at it"), place)


def _mail(arrival: Arrival, practitioner: Practitioner) -> Concern:
    """What it says is on its own page alone."""
    why = _("An email came to %(client)s’s reply address. %(why)s")
    if arrival.why == FROM_ELSEWHERE:
        why = _("An email came to %(client)s’s reply address from another address.")
    why %= {"client": arrival.client, "why": _(arrival.why)}
    place = reverse("admin:replies_inboundmail_change", args=(arrival.row,))
    return Concern(arrival.client, arrival.about, why, _("Look at it and decide"), place)


def _client(arrival: Arrival, practitioner: Practitioner) -> Concern:
    """A colleague's until now, whose page they have not opened."""
    client = arrival.client
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


def _help(arrival: Arrival, practitioner: Practitioner) -> Concern:
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


KINDS: dict[str, Callable[[Arrival, Practitioner], Concern]] = {
    "help": _help,
    "message": _message,
    "notice": _notice,
    "invitation": _invitation,
    "mail": _mail,
    "client": _client,
}
