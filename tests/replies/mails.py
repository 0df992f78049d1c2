"""Mails as people and machines write them back, and the ways they come in."""

from datetime import timedelta

from django.utils import timezone

from practice.mailing import reply_address
from practice.replies.inbound import take_bytes

ADDRESS = "reply@in.example.com"
#: What a mail program repeats below an answer.
QUOTED = "\n\nOn Sun, 8 Mar 2026 at 18:00, Linden House <letters@example.com> wrote:\n> A few minutes for you\n> Maya\n"
#: The same from Outlook, which marks no line of it.
OUTLOOK = f"{'_' * 32}\nFrom: Linden House <letters@example.com>\nSent: Sunday\nTo: Ada\nSubject: x\n\nWhat stayed?\n"


def address_of(delivery):
    """The reply address of this email."""
    return reply_address.reply_to(reply_address.own_part(delivery, delivery.token))


def mail(to, text="It helped me.", sender="Ada <ada@example.org>", message_id="<1@phone.example>", **headers):
    """A plain mail as bytes. A header of None is left out."""
    lines = {
        "From": sender,
        "To": to,
        "Subject": "Re: A few minutes for yourself",
        "Message-ID": message_id,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return (
        f"{head}\r\n{text}".encode(errors="surrogateescape").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    )


def with_parts(to, *parts, kind="mixed", **headers):
    """A mail of several parts, each (its headers, its text)."""
    body = "".join(f"--part\n{head}\n\n{text}\n" for head, text in parts)
    return mail(
        to,
        f"{body}--part--\n",
        Content_Type=f'multipart/{kind}; boundary="part"',
        Content_Transfer_Encoding=None,
        **headers,
    )


def came(content, later=timedelta(0)):
    """Let a mail come in by a mailbox. Returns what is kept of it."""
    return take_bytes(content, "mailbox", timezone.now() + later)
