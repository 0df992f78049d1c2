"""What becomes of a mail that comes to a reply address: a reflection, or something for a person to look at.

Which email it answers follows from the address it came to, and never from who says to have written it. It becomes a
reflection only if a person wrote it from the client's own address; machines are noted and never answered. Of a mail to
an address that nobody was given, only that it came is noted, among the news without an email.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from practice.assignments.models import Assignment
from practice.mailing import feedback, reply_address
from practice.mailing.feedback import Event
from practice.mailing.heard import Heard
from practice.mailing.models import Delivery
from practice.people.our_address import our_address
from practice.replies.between_the_lines import written_between
from practice.replies.inbound_mail import FROM_ELSEWHERE, InboundMail
from practice.replies.mail_in import Mail, clean, read
from practice.replies.mail_parts import Parts, as_bytes, without_attachments
from practice.replies.models import Answer, Reply
from practice.replies.refused_attachments import tell
from practice.replies.sheet import Question
from practice.replies.verdicts import Told, doubt
from practice.replies.worrying import words_among
from resources.models import PromptKind

log = logging.getLogger(__name__)

State = InboundMail.State

NOBODYS = Told()
#: The reason of what a person or a machine may have written: the practitioner decides, if the client may have.
ABSENCE = gettext_noop("It looks like an absence note.")
#: The reason of what only the beginning is kept of.
TOO_LONG = gettext_noop("It is longer than could be read.")
#: No provider takes larger mails. What is in one is read for its text alone.
MOST_BYTES = 60_000_000
#: Of what cannot be read, so many bytes are looked through for an address of ours.
LOOKED_AT = 200_000
MOST_COUNTED = 999


@dataclass(frozen=True)
class Judged:
    """What a mail is, and why. `of_client`: the client wrote it, as far as anybody can tell. `text`: what becomes a
    reflection of it.
    """

    state: State
    reason: str = ""
    of_client: bool = False
    text: str = ""


def take(message: Message, source: str, now: datetime, told: Told = NOBODYS) -> InboundMail | None:
    """Keep a mail and let it become what it is. Twice, and twice at the same time, is once. Returns None for a mail
    to nobody. Whatever stands in it, this raises nothing but what the database does.
    """
    try:
        mail = read(message, told.envelope_sender, told.envelope_recipient)
        raw = without_attachments(message, Parts.of(message))
    except Exception as error:  # the standard library on a garbled mail
        return take_unreadable(as_bytes(message), source, now, error, is_cut=told.is_cut)
    delivery = delivery_in(mail.recipients)
    if delivery is None:
        _note_lost(source, Heard.UNKNOWN, _own_id(mail), now)
        return None
    return _keep(mail, delivery, judge(mail, delivery, told), raw, source, now)


def take_bytes(content: bytes, source: str, now: datetime, told: Told = NOBODYS) -> InboundMail | None:
    """The same for a mail as it was fetched: also taking it apart may fail."""
    try:
        message = message_from_bytes(content)
    except Exception as error:  # such as a null character in the name of a charset
        return take_unreadable(content, source, now, error, is_cut=told.is_cut)
    return take(message, source, now, told)


def take_unreadable(
    content: bytes, source: str, now: datetime, error: Exception, *, is_cut: bool = False
) -> InboundMail | None:
    """Keep a mail, or what a provider posted, that cannot be read or is too big: all of it where one of our addresses
    stands in it, else only that it came. `is_cut`: more came than its `content`.
    """
    log.warning("inbound: %s brought something unreadable (%s)", source, type(error).__name__)
    digest, delivery = hashlib.sha256(content).hexdigest(), delivery_in(content[:LOOKED_AT].decode("latin-1"))
    if delivery is None:
        _note_lost(source, Heard.UNREADABLE, digest, now)
        return None
    kept = {
        "delivery": delivery,
        "state": State.MALFORMED,
        "reason": TOO_LONG if is_cut else gettext_noop("It cannot be read."),
        "source": source,
        "received_at": now,
        "raw": content.decode("latin-1"),
    }
    return InboundMail.objects.defer("raw").get_or_create(key=digest, defaults=kept)[0]


def judge(mail: Mail, delivery: Delivery, told: Told) -> Judged:
    """What a mail to the reply address of this email is."""
    if mail.bounce:
        return Judged(State.BOUNCE, mail.bounce)
    if automatic := mail.automatic or _our_own(mail):
        return Judged(State.AUTOMATIC, automatic)
    is_clients = mail.sender == delivery.client.email.lower()
    if mail.looks_absent and not (is_clients and mail.new_text):
        return Judged(State.AUTOMATIC, ABSENCE)
    if not is_clients:
        return Judged(State.QUARANTINED, FROM_ELSEWHERE)
    if why := doubt(mail, told):
        return Judged(State.QUARANTINED, why)
    if mail.looks_absent:
        return Judged(State.QUARANTINED, ABSENCE)
    if told.is_cut:
        return Judged(State.QUARANTINED, TOO_LONG)
    if mail.new_text:
        return Judged(State.REPLY, of_client=True, text=mail.new_text)
    between = written_between(mail, delivery)
    if words_among(between):  # which nobody shall have to look for first
        return Judged(State.REPLY, of_client=True, text="\n\n".join(between))
    return Judged(State.MALFORMED, gettext_noop("There are no new words in it."), of_client=True)


def delivery_in(recipients: str) -> Delivery | None:
    """The email that one of the addresses in a text belongs to."""
    found = (reply_address.delivery_at(*named) for named in reply_address.named_in(recipients)[:20])
    return next((delivery for delivery in found if delivery), None)


def _our_own(mail: Mail) -> str:
    """Why it is a mail of ours that came back around; empty if it is not."""
    ours = {settings.INBOUND_ADDRESS, settings.BOUNCE_ADDRESS, our_address()}
    if mail.sender in {address.lower() for address in ours if address} or reply_address.named_in(mail.sender):
        return gettext_noop("We wrote it ourselves.")
    if mail.message_id and Delivery.objects.filter(message_id=mail.message_id).exists():
        return gettext_noop("It is an email of ours that came back around.")
    return ""


# --- Keeping --------------------------------------------------------------------------------------


def _keep(
    mail: Mail, delivery: Delivery, judged: Judged, raw: bytes, source: str, now: datetime
) -> InboundMail:
    if judged.state not in (State.BOUNCE, State.AUTOMATIC) and not mail.looks_absent:
        Assignment.objects.filter(pk=delivery.assignment_id).were_heard_of()
    with transaction.atomic():
        row, new = InboundMail.objects.defer("raw").get_or_create(
            key=hashlib.sha256(f"{delivery.pk}\n{_own_id(mail)}".encode()).hexdigest(),
            defaults={
                "delivery": delivery,
                "state": judged.state,
                "reason": judged.reason,
                "source": source,
                "message_id": mail.message_id.encode("ascii", "replace").decode(),
                "received_at": now,
                "attachments": min(mail.attachments, MOST_COUNTED),
                "raw": raw.decode("latin-1"),
            },
        )
        if new and judged.state == State.REPLY:
            _become_reply(row, judged.text, now)
        tells = new and judged.of_client and bool(mail.attachments) and row.may_be_answered(now)
    if new:
        log.info("inbound: mail %s to email %s is %s", row.pk, delivery.pk, row.state)
    if tells:
        tell(delivery.client, mail.message_id)
    return row


def _own_id(mail: Mail) -> str:
    """The same for the same mail, by whichever way and however often it comes: its Message-ID, else what it says."""
    said = repr((mail.headers, mail.new_text)).encode(errors="backslashreplace")
    return clean(mail.message_id) or hashlib.sha256(said).hexdigest()


def _note_lost(source: str, told: Heard, named: str, now: datetime) -> None:
    """For whoever runs the installation: a mail came for no email of ours. No address, and no word of it."""
    event_id = named.encode("ascii", "backslashreplace").decode()[:200]
    feedback.take(Event(f"mail to nobody, {source}"[:30], told, event_id=event_id), now)


def _become_reply(row: InboundMail, text: str, now: datetime) -> None:
    """Let the mail be a reflection of the email it answers, as if it had been written on the page."""
    reply = Reply(delivery=row.delivery, page=row.key[:32])
    reply.keep([Question(None, PromptKind.TEXT, Answer.BY_EMAIL)], [text], now)
    row.reply, row.state = reply, State.REPLY
    row.save(update_fields=("reply", "state"))
    reply.send(now)


# --- A person decides -----------------------------------------------------------------------------


@transaction.atomic
def take_in(row: InboundMail, text: str, now: datetime) -> bool:
    """Make it a reflection after all, as its practitioner says. Returns whether that changed anything."""
    waiting = InboundMail.objects.waiting().filter(pk=row.pk)
    if not text or not waiting.update(state=State.REPLY, reason=gettext_noop("You took it in.")):
        return False
    # Of what looked like an absence note, nobody was heard until now.
    Assignment.objects.filter(pk=row.delivery.assignment_id).were_heard_of()
    _become_reply(row, text, now)
    return True


def leave_out(row: InboundMail) -> bool:
    """Leave it out, as its practitioner says: what it says is deleted. Returns whether that changed anything."""
    waiting = InboundMail.objects.waiting().filter(pk=row.pk)
    return waiting.update(state=State.LEFT_OUT, reason=gettext_noop("You left it out."), raw="") == 1
