"""What stands in a mail that was kept."""

from email import message_from_bytes

from practice.replies.inbound_mail import InboundMail
from practice.replies.legible import legible
from practice.replies.mail_in import Mail, read


def mail_of(row: InboundMail) -> tuple[Mail | None, bool]:
    """What it says, None where that makes no sense to anybody; and whether any of the keys fits."""
    found, is_read = next(legible(InboundMail.objects.filter(pk=row.pk), "raw"), (row, False))
    if not is_read:
        return None, False
    try:
        return read(message_from_bytes(found.raw.encode("latin-1"))), True
    except Exception:  # the standard library on a garbled mail
        return None, True
