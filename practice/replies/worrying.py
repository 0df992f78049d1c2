"""What follows when a reflection that is sent has a word from the practice's list.

It is to be read first, and nothing more of a series goes out to its client before. The client is told nothing.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice.assignments import holds
from practice.assignments.outlook import Hold
from practice.mailing import welcome
from practice.people.clocks import clock_of
from practice.replies.between_the_lines import written_between
from practice.replies.concern import found
from practice.replies.concern_words import ConcernWords
from practice.replies.concerns import Concern
from practice.replies.kept_mail import mail_of
from practice.replies.legible import shown
from practice.replies.models import InboundMail, Reply, when_sent
from resources.models import PromptKind

BUTTON = gettext_noop("I have read this")


@when_sent
def look(reply: Reply, now: datetime) -> None:
    """Note whether it is to be read first, at the moment when it is sent, or sent again after it was taken back."""
    Concern.objects.filter(reply=reply).delete()
    if words_in(reply):
        Concern.objects.create(reply=reply, found_at=now)


def words_in(reply: Reply) -> list[str]:
    """The phrases of the practice's lists that it has: only in what its practitioner reads of it, each answer alone,
    and each passage of the email that it came by.

    The ends of a scale are the practitioner's own words, and what cannot be decrypted cannot be looked at.
    """
    texts = [one.words for one in shown(reply.answers.all()) if one.answer.kind != PromptKind.SCALE]
    return words_among([*texts, *_in_its_email(reply)])


def words_among(texts: Iterable[str]) -> list[str]:
    """The phrases of the practice's lists that these texts have, each once. None reaches from one into the next."""
    said = [text for text in texts if text]
    lists = ConcernWords.lists() if said else {}
    return list(dict.fromkeys(phrase for text in said for phrase in found(text, lists)))


def _in_its_email(reply: Reply) -> list[str]:
    row = InboundMail.objects.filter(reply=reply).defer("raw").first()
    mail = mail_of(row)[0] if row else None
    return written_between(mail, reply.delivery) if mail else []


# --- Nothing more leaves before --------------------------------------------------------------------


@holds.of_client
def to_be_read_first(clients: holds.Clients) -> dict[int, Hold]:
    """Clients of whom a reflection is to be read first."""
    # Of those that were read with `is_read_first` it is known.
    clients = {pk: client for pk, client in clients.items() if vars(client).get("is_read_first", True)}
    if not clients:
        return {}
    waiting = Concern.objects.open().filter(reply__client__in=clients).order_by("-reply__sent_at", "-pk")
    told = waiting.values_list("reply__client_id", "reply__sent_at", "reply__client__practitioner__time_zone")
    # The oldest of each client comes last, and stays.
    sent = {client: timezone.localtime(sent_at, clock_of(zone) or UTC) for client, sent_at, zone in told}
    return {pk: in_words(clients[pk].name, at) for pk, at in sent.items()}


def in_words(client: str, sent: datetime) -> Hold:
    """Why nothing leaves, and what releases it. It is pinned on top of Today: that is reminder enough."""
    why = _("Held until you have read %(client)s’s reflection of %(day)s.")
    release = _(
        "It stands first on Today. Read it and press “%(button)s”: then the next step goes out in its next slot."
    )
    return Hold(
        why % {"client": client, "day": date_format(sent, _("j F"))},
        release % {"button": _(BUTTON)},
        expected=True,
    )


def is_read_first(client: str) -> Exists:
    """For a query: whether a reflection of the client at this path is to be read first."""
    return Exists(Concern.objects.open().filter(reply__client=OuterRef(client)))


@welcome.unless
def client_is_read_first() -> Exists:
    """What waits in the outbox stays back as well."""
    return is_read_first("assignment__client")
