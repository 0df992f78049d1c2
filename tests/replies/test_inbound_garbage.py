"""No mail, however damaged, breaks anything: not the reading, not the database, not the provider's patience."""

from email import message_from_bytes

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from practice.mailing.models import ProviderEvent
from practice.replies.inbound import take_bytes
from practice.replies.mail_in import Mail, read
from practice.replies.mail_parts import Parts, without_attachments
from practice.replies.models import InboundMail, Reply
from practice.replies.new_text import new_text
from practice.replies.verdicts import Told, doubt
from tests.mailing.providers import SECRET
from tests.replies.garbled import ALL, garbled, originals
from tests.replies.mails import ADDRESS, address_of
from tests.replies.test_inbound_providers import mailgun, posted, postmark, sendgrid

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")


@pytest.fixture(autouse=True)
def takes_mail(settings):
    settings.INBOUND_ADDRESS = ADDRESS
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "a-signing-key"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_the_reading_of_twenty_thousand_never_raises_where_the_standard_library_can_take_them_apart():
    unread = texts = 0
    for content in garbled("reply+1-aaaaaaaaaaaaaaaa@in.example.com", ALL):
        try:
            message = message_from_bytes(content)
        except ValueError:  # a null character in the name of a charset: then nobody has a message to read
            unread += 1
            continue
        found = read(message)
        assert isinstance(found, Mail)
        assert isinstance(doubt(found, Told()), str)
        without_attachments(message, Parts.of(message))
        found.new_text.encode()
        assert "\x00" not in found.new_text + found.message_id + found.subject
        texts += bool(found.new_text)
    assert unread < ALL / 100
    assert texts > ALL / 3, "otherwise this reads nothing"


def test_a_few_hundred_are_kept_by_the_database_each_as_what_it_is(delivery):
    before = timezone.now()
    for content in garbled(address_of(delivery), 600):
        take_bytes(content, "mailbox", before)
    states = set(InboundMail.objects.values_list("state", flat=True))
    assert {"quarantined", "bounce", "automatic"} <= states
    assert InboundMail.objects.count() + ProviderEvent.objects.count() > 300
    assert not Reply.objects.exists(), "none is from Ada"
    for row in InboundMail.objects.all():
        assert row.raw


@pytest.mark.parametrize("form", ["postmark", "sendgrid", "mailgun"])
def test_a_few_hundred_are_answered_by_200_however_they_are_posted(delivery, form):
    to = address_of(delivery)
    for content in garbled(to, 200):
        text = content.decode("latin-1")
        if form == "postmark":
            said = postmark(to, raw=content)
        elif form == "sendgrid":
            said = sendgrid(to, headers=None, email=text)
        else:
            said = mailgun(to, **{"body-mime": text})
        assert posted(said) == 200
    assert InboundMail.objects.count() > 50


@pytest.mark.parametrize("name", range(0, 45, 5))
def test_what_the_client_wrote_in_any_of_these_forms_is_a_reflection_or_waits(delivery, name):
    content = originals()[name]
    at = content.find(b"\n\n")
    sent = b"From: ada@example.org\nTo: %b\n" % address_of(delivery).encode()
    kept = [
        line
        for line in content[:at].split(b"\n")
        if line.lower().startswith((b"content-", b"mime-", b"\t", b" "))
    ]
    row = take_bytes(sent + b"\n".join(kept) + content[at:], "mailbox", timezone.now())
    assert row.state in ("reply", "malformed", "bounce")


@trying(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=400), html=st.text(max_size=400))
def test_new_text_is_made_of_any_text(text, html):
    assert isinstance(new_text(text, html), str)


@pytest.mark.parametrize(
    "text",
    [
        "On " + "a" * 100_000,
        "\n".join(["On " + "a b" * 95] * 200),
        "From: \n" * 9_000,
        "> " * 30_000,
        "_" * 60_000,
        "mail, " * 10_000,
        "\n" * 60_000,
    ],
)
@pytest.mark.timeout(10)
def test_a_text_made_to_take_long_does_not(text):
    assert isinstance(new_text(text), str)
