"""What a provider or a bounce mail tells of an email that left, and which of several tellings stands.

Events come twice, late and in any order. What stands is the strongest of all that were told, so no order matters.
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Heard(TextChoices):
    """One thing that can be told, in a word."""

    NOTHING = "", _("Nothing")
    TAKEN = "taken", _("The provider has it")
    DELAYED = "delayed", _("It is delayed, and tried again")
    REFUSED = "refused", _("The provider did not send it")
    RETURNED = "returned", _("It came back, this once")
    DELIVERED = "delivered", _("It arrived")
    GONE = "gone", _("It came back: there is no such mailbox")
    COMPLAINED = "complained", _("It was marked as unwanted")
    UNSUBSCRIBED = "unsubscribed", _("The provider was asked for no more emails")
    UNKNOWN = "unknown", _("Something that Interlude does not know")
    UNREADABLE = "unreadable", _("Something that cannot be read")


#: What became of an email, the weakest first. A late "it arrived" does not undo "there is no such mailbox"; and "it
#: came back, this once" does not undo "it arrived", because providers say so of an absence note, too.
BY_STRENGTH = (
    Heard.NOTHING,
    Heard.REFUSED,
    Heard.RETURNED,
    Heard.DELIVERED,
    Heard.GONE,
    Heard.COMPLAINED,
)


def stands(before: Heard, told: Heard) -> Heard:
    """Which of two stands. What says nothing of the email's end changes nothing."""
    return told if before in weaker(told) else before


def weaker(told: Heard) -> tuple[Heard, ...]:
    """What this overrules; nothing, if it says nothing of the email's end."""
    return BY_STRENGTH[: BY_STRENGTH.index(told)] if told in BY_STRENGTH else ()
