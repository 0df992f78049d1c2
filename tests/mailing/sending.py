"""What the tests of this room say often."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

from practice.mailing import asking, feedback, outbox, planning
from practice.mailing.doubt import recover

#: Sunday 8 March 2026, 18:00 in Berlin, when Ada's first step is due.
SLOT = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


def send_due(now=SLOT):
    """One tick, in this process."""
    feedback.look_again(now)
    recover(now)
    planning.plan(now)
    while outbox.deliver(lambda: now):
        pass
    asking.ask(lambda: now)


def parsed(content):
    return message_from_bytes(content, policy=policy.default)


def use_server(settings, address):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = address
    settings.EMAIL_TIMEOUT = 3


def sent(sink):
    """One tick, and the one email that it brought to the server."""
    send_due()
    (mail,) = sink.mails
    sink.clear()
    return parsed(mail.content)


def html_of(email):
    """The HTML part."""
    return email.get_body(["html"]).get_content()


def text_of(email):
    """The text part."""
    return email.get_body(["plain"]).get_content().replace("\r\n", "\n")
