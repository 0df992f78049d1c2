"""What can be done with somebody's account, each with what it means: the words of its page, and the act."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice.people import accounts
from practice.people.models import Practitioner
from practice.people.owned_admin import RadioSelect


class SeriesForm(forms.Form):
    """What becomes of the emails to the clients of a closed account."""

    series = forms.ChoiceField(
        label=gettext_lazy("What happens to the emails their clients receive?"),
        choices=[
            (
                "hold",
                gettext_lazy(
                    "They are held until the account is open again, and those that wait to leave now as well"
                ),
            ),
            ("go on", gettext_lazy("They go on as planned")),
        ],
        initial="hold",
        widget=RadioSelect,
        help_text=gettext_lazy(
            "Clients can write back in both cases, and nobody reads it before the account is open again or "
            "a colleague has taken over."
        ),
    )


class AccountMove:
    """One thing to do with one account, by one person, at `now`."""

    slug: ClassVar[str]
    #: On the page of the account, and on the button that does it.
    button: ClassVar[str | Promise]
    meaning: ClassVar[str | Promise]
    form: ClassVar[type[forms.Form]] = forms.Form

    def __init__(self, practitioner: Practitioner, actor: Any, now: datetime) -> None:
        self.practitioner, self.actor, self.now = practitioner, actor, now

    def offered(self) -> bool:
        """Whether it makes sense as things stand."""
        raise NotImplementedError

    def act(self, answers: dict[str, Any]) -> str:
        """Do it. Returns what happened, in a sentence; empty when things had moved on."""
        raise NotImplementedError


class InviteAgain(AccountMove):
    slug, button = "invite", gettext_lazy("Send the invitation again")
    meaning = gettext_lazy("An email with a new link goes to them now. Earlier links stop working.")

    def offered(self) -> bool:
        return not self.practitioner.has_joined

    def act(self, answers: dict[str, Any]) -> str:
        sent = accounts.invite(self.practitioner, self.actor, self.now)
        return told_of(self.practitioner, sent)


class WithdrawInvitation(AccountMove):
    slug, button = "uninvite", gettext_lazy("Withdraw the invitation")
    meaning = gettext_lazy("The link in their email stops working. They are not written to about it.")

    def offered(self) -> bool:
        return self.practitioner.invited_at is not None

    def act(self, answers: dict[str, Any]) -> str:
        if not accounts.withdraw(self.practitioner, self.actor):
            return ""
        return _("The invitation of %(practitioner)s is withdrawn.") % {"practitioner": self.practitioner}


class CloseAccount(AccountMove):
    slug, button = "close", gettext_lazy("Close this account")
    meaning = gettext_lazy(
        "They are signed out at once and cannot sign in. Nothing is deleted: their clients, reflections and modules "
        "stay as they are. An email that is being handed over to the mail server at this moment still arrives."
    )
    form = SeriesForm

    def offered(self) -> bool:
        return bool(self.practitioner.is_active and self.practitioner != self.actor)

    def act(self, answers: dict[str, Any]) -> str:
        go_on = answers["series"] == "go on"
        if not accounts.close(self.practitioner, self.actor, go_on):
            return ""
        if go_on:
            done = _("The account of %(practitioner)s is closed. Emails to their clients go on.")
        else:
            done = _("The account of %(practitioner)s is closed. Emails to their clients are held.")
        return done % {"practitioner": self.practitioner}


class OpenAccount(AccountMove):
    slug, button = "open", gettext_lazy("Open this account again")
    meaning = gettext_lazy(
        "They can sign in again with the password they had. Emails that were held go out again, at most one for "
        "each series at a time."
    )

    def offered(self) -> bool:
        return bool(self.practitioner.has_joined and not self.practitioner.is_active)

    def act(self, answers: dict[str, Any]) -> str:
        if not accounts.reopen(self.practitioner, self.actor):
            return ""
        return _("%(practitioner)s can sign in again.") % {"practitioner": self.practitioner}


def told_of(practitioner: Practitioner, sent: bool) -> str:
    """What became of the email with an invitation."""
    if sent:
        return _("An invitation went to %(email)s.") % {"email": practitioner.email}
    return _(
        "The invitation of %(practitioner)s is kept, and its email could not be sent. Look at the mail settings, then "
        "send it again."
    ) % {"practitioner": practitioner}


ACCOUNT_MOVES: dict[str, type[AccountMove]] = {
    move.slug: move for move in (InviteAgain, WithdrawInvitation, CloseAccount, OpenAccount)
}
