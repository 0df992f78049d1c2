"""Mails that come back to the bounce address, as servers and mailbox providers write them, and what they do."""

from pathlib import Path

from practice.mailing import bounces, feedback
from practice.mailing.bounces import return_address
from practice.mailing.models import Delivery
from tests.mailing.sending import SLOT

FOLDER = Path(__file__).parent / "bounces"


def left_by_smtp(row, settings):
    """The email, after it left with a return address."""
    settings.BOUNCE_ADDRESS = "bounces@example.com"
    fields = {"state": "accepted", "submitted_at": SLOT, "accepted_at": SLOT, "to_address": "Ada@example.org"}
    Delivery.objects.filter(pk=row.pk).update(**fields)
    row.refresh_from_db()
    return row


def mail(name, to, message_id="<none@example.net>"):
    """The mail of this name, about the email with this return address or Message-ID."""
    text = (FOLDER / f"{name}.eml").read_text().replace("{to}", to).replace("{message_id}", message_id)
    return text.replace("\n", "\r\n").encode()


def came(row, name, to=None, **about):
    """Read the mail of this name, sent to the email's return address. Returns what became of the email."""
    return came_as(row, mail(name, to or return_address(row), **about))


def came_as(row, content):
    """Read a mail. Returns what became of the email."""
    feedback.take(bounces.read(content), SLOT)
    row.refresh_from_db()
    return row.state
