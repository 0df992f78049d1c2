"""Handing over all clients of a closed account, by whoever runs the practice: who these are, they never learn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from practice.desk.colleague_field import ColleagueField
from practice.desk.handing_over import NotPossible, hand_over, tell, tell_colleague, why_no_email, words_for
from practice.people.account_moves import ACCOUNT_MOVES, AccountMove
from practice.people.models import Client, Practitioner


class ColleagueForm(forms.Form):
    """Who takes over."""

    colleague = ColleagueField(
        gettext_lazy("Only those who can sign in. They become the one practitioner of these clients.")
    )


@dataclass
class Tally:
    """What became of all of them, in numbers."""

    handed: int = 0
    told: int = 0
    left: int = 0


class HandClientsOver(AccountMove):
    slug, button = "hand-over", gettext_lazy("Hand their clients over")
    form = ColleagueForm

    @property
    def meaning(self) -> str:  # type: ignore[override]
        count = self._clients().count()
        meaning = ngettext(
            "%(count)s client of %(practitioner)s goes to the colleague you choose, who sees everything from then on: "
            "what was sent and what was written. %(practitioner)s’s private notes are erased, and a series that is "
            "held goes on. Where an email is welcome, a short one tells the client at once who writes to them now. "
            "You see no name, and it cannot be undone from here: only the colleague can hand a client on.",
            "%(count)s clients of %(practitioner)s go to the colleague you choose, who sees everything from then on: "
            "what was sent and what was written. %(practitioner)s’s private notes are erased, and series that are "
            "held go on. Where an email is welcome, a short one tells each client at once who writes to them now. "
            "You see no name, and it cannot be undone from here: only the colleague can hand a client on.",
            count,
        )
        return meaning % {"count": count, "practitioner": self.practitioner}

    def offered(self) -> bool:
        closed = self.practitioner.has_joined and not self.practitioner.is_active
        return bool(closed and self._clients().exists())

    def act(self, answers: dict[str, Any]) -> str:
        to, tally = answers["colleague"], Tally()
        for pk in self._clients().values_list("pk", flat=True):
            self._hand_over(pk, to, tally)
        if not tally.handed:
            return ""
        knows = tell_colleague(to)
        return " ".join(in_words(tally, to, knows))

    def _hand_over(self, pk: int, to: Practitioner, tally: Tally) -> None:
        # The private note is not read, and need not be readable.
        client = self._clients().defer("private_note").select_related("practitioner").filter(pk=pk).first()
        if client is None:
            return
        try:
            hand_over(client, to, with_notes=False, now=self.now, by=self.actor)
        except NotPossible:
            tally.left += 1
            return
        tally.handed += 1
        tally.told += wants_to_be_told(client, self.now) and tell(client, to, words_for(client, to))

    def _clients(self) -> Any:
        return Client.objects.of(self.practitioner)


def wants_to_be_told(client: Client, now: datetime) -> bool:
    """Whether an email about it is welcome: not to somebody who is filed away."""
    return client.archived_at is None and not why_no_email(client, now)


def in_words(tally: Tally, to: Practitioner, knows: bool) -> list[str]:
    """What was done, in sentences. `knows` says whether the colleague was told by email."""
    untold = tally.handed - tally.told
    handed = ngettext(
        "%(count)s client is with %(colleague)s now.",
        "%(count)s clients are with %(colleague)s now.",
        tally.handed,
    )
    silent = ngettext(
        "%(count)s of them got no email about it: ask %(colleague)s to tell them.",
        "%(count)s of them got no email about it: ask %(colleague)s to tell them.",
        untold,
    )
    stayed = ngettext(
        "%(count)s could not be handed over, because the account of %(colleague)s was closed or the client was handed "
        "over or erased in the meantime.",
        "%(count)s could not be handed over, because the account of %(colleague)s was closed or the clients were "
        "handed over or erased in the meantime.",
        tally.left,
    )
    said = [(handed, tally.handed), (silent, untold), (stayed, tally.left)]
    sentences = [words % {"count": count, "colleague": to} for words, count in said if count]
    if not knows:
        why = _("The email that tells %(colleague)s of it could not be sent. Tell them yourself.")
        sentences.append(why % {"colleague": to})
    return sentences


ACCOUNT_MOVES[HandClientsOver.slug] = HandClientsOver
