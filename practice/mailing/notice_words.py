"""What each kind of short email says, for how long it makes sense to say it, and where its button leads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from practice.mailing import links
from practice.mailing.notice import Notice

Kind = Notice.Kind
Words = str | Promise


@dataclass(frozen=True)
class Kept:
    """What one kind of notice says, and for how long it makes sense to say it.

    `within` is how long it may wait for a server; `link_for` how long its link stays open. Without a `button` it has no
    link; `leads_to` makes the link's address of the notice and a token. Neutral from the subject on: a bystander may
    read all of it.
    """

    subject: Words
    paragraphs: tuple[Words, ...]
    within: timedelta
    link_for: timedelta
    button: Words = ""
    leads_to: Callable[[Notice, str], str] = lambda notice, token: links.own_page_url(token)


def pace_page(notice: Notice, token: str) -> str:
    """The address of the pace page of the email that a notice follows. Raises links.LostKey."""
    return links.pace_url(notice.delivery.token) if notice.delivery else links.own_page_url(token)


def reading_page(notice: Notice, token: str) -> str:
    """The address of the page of the email that a notice follows. Raises links.LostKey."""
    return links.reflection_url(notice.delivery.token) if notice.delivery else links.own_page_url(token)


KINDS = {
    Kind.CODE: Kept(
        subject=_("Your code"),
        paragraphs=(
            _(
                "Here is the code that you asked for. It works for ten minutes, on the page where you asked for it."
            ),
            _("If you did not ask for it, there is nothing to do: without this email nobody can use it."),
        ),
        within=timedelta(minutes=10),
        link_for=timedelta(minutes=10),
    ),
    Kind.MESSAGE: Kept(
        subject=_("A short note for you"),
        paragraphs=(
            _("There is something new for you to read. It is on your own page, for whenever it suits you."),
        ),
        within=timedelta(days=3),
        link_for=links.LIFETIME,
        button=_("Open"),
    ),
    Kind.INVITATION: Kept(
        subject=_("A short question for you"),
        paragraphs=(
            _(
                "I would like to send you a short email now and then: something to read, and a question or two, for "
                "whenever it suits you."
            ),
            _(
                "Nothing comes before you say yes. The link below leads to a page where you can say yes or no, and no "
                "reason is asked for."
            ),
            _(
                "If you do not know me, or do not want this, there is nothing to do. Without your yes nothing comes."
            ),
        ),
        within=timedelta(days=3),
        link_for=timedelta(days=30),
        button=_("Read and decide"),
        leads_to=lambda notice, token: links.begin_url(token),
    ),
    Kind.RESTING: Kept(
        subject=_("A short note for you"),
        paragraphs=(
            _("We will leave it here for now. Nothing more comes by itself, and there is nothing to do."),
            _("Whenever you like, carry on: one email then comes at the next usual hour, with what is next."),
        ),
        within=timedelta(days=3),
        link_for=links.LIFETIME,
        button=_("Your own pace"),
        leads_to=pace_page,
    ),
    Kind.REMINDER: Kept(
        subject=_("A short note for you"),
        paragraphs=(
            _("Your last reading is still there for you, with its questions, for whenever it suits you."),
            _("If it does not suit you now, there is nothing to do."),
        ),
        within=timedelta(hours=12),
        link_for=links.LIFETIME,
        button=_("Open"),
        leads_to=reading_page,
    ),
}
