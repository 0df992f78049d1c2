"""What providers post of a mail, each in its own form, is taken from whoever knows the secret, and answered by 200."""

import base64
import hashlib
import hmac
import json
from email import message_from_bytes

import pytest
from anymail.webhooks import amazon_ses
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from practice.mailing.models import ProviderEvent
from practice.replies import inbound_hooks
from practice.replies.inbound_hooks import HOOKS
from practice.replies.models import InboundMail, Reply
from tests.mailing.providers import AUTHORIZED, BROWSER, SECRET
from tests.replies.mails import ADDRESS, QUOTED, address_of, came, mail

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")

KEY = "a-signing-key"
TEXT = f"It helped me.{QUOTED}"


@pytest.fixture(autouse=True)
def takes_mail(settings, monkeypatch):
    settings.INBOUND_ADDRESS = ADDRESS
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    # Amazon's package is not brought along; of a mail that comes by SNS alone, nothing of it is needed.
    monkeypatch.setattr(amazon_ses, "_get_anymail_boto3_params", lambda kwargs: ({}, {}))


def post(provider, said, kind="application/json", secret=AUTHORIZED, path="inbound", **headers):
    return BROWSER.generic(
        "POST", f"/hooks/{provider}/{path}/", said, kind, headers={"authorization": secret, **headers}
    )


def form(fields):
    """(body, content type) of a form with these fields and files."""
    return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT


# --- Each provider's form


def postmark(to, text=TEXT, sender="ada@example.org", spam="No", raw=None, **more):
    said = {
        "FromName": "Ada",
        "From": sender,
        "FromFull": {"Email": sender, "Name": "Ada", "MailboxHash": ""},
        "To": to,
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": ""}],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": to,
        "Subject": "Re: A few minutes for yourself",
        "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
        "Date": "Sun, 8 Mar 2026 19:00:00 +0100",
        "TextBody": text,
        "HtmlBody": "",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{sender}>"},
            {"Name": "X-Spam-Status", "Value": spam},
            {"Name": "Message-ID", "Value": "<1@phone.example>"},
        ],
        "Attachments": [],
        **more,
    }
    if raw:
        said["RawEmail"] = raw.decode("latin-1")
    return "postmark", json.dumps(said).encode(), "application/json", {}


def sendgrid(to, text=TEXT, sender="ada@example.org", spf="pass", dkim="{@example.org : pass}", **more):
    head = f"From: Ada <{sender}>\nTo: {to}\nSubject: Re: x\nMessage-ID: <1@phone.example>\n"
    fields = {
        "headers": head,
        "from": f"Ada <{sender}>",
        "to": to,
        "subject": "Re: x",
        "text": text,
        "envelope": json.dumps({"to": [to], "from": sender}),
        "SPF": spf,
        "dkim": dkim,
        "charsets": json.dumps({"text": "utf-8"}),
        "attachments": "0",
        **more,
    }
    body, kind = form({name: value for name, value in fields.items() if value is not None})
    return "sendgrid", body, kind, {}


def mailgun(to, text=TEXT, sender="ada@example.org", spf="Pass", path=None, **more):
    token, at = "06c96bafc3f42a66b9edd546347a2fe18dc23461fe80dc52f0", "1772989206"
    signature = hmac.new(KEY.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    head = [
        ["From", f"Ada <{sender}>"],
        ["To", to],
        ["Message-Id", "<1@phone.example>"],
        ["X-Mailgun-Spf", spf],
    ]
    fields = {
        "token": token,
        "timestamp": at,
        "signature": signature,
        "recipient": to,
        "sender": sender,
        "message-headers": json.dumps(head),
        "body-plain": text,
        "stripped-text": "It helped me.",
        **more,
    }
    body, kind = form(fields)
    return "mailgun", body, kind, {}


def ses(to, text=TEXT, sender="ada@example.org", verdict="PASS", content=None, **more):
    verdicts = {f"{name}Verdict": {"status": verdict} for name in ("spf", "dkim", "dmarc")}
    receipt = {
        "recipients": [to],
        "spamVerdict": {"status": "PASS"},
        **verdicts,
        "action": {"type": "SNS", "encoding": "BASE64"},
        **more,
    }
    said = {
        "notificationType": "Received",
        "mail": {"source": sender, "messageId": "ses-id", "timestamp": "2026-03-08T18:00:00.000Z"},
        "receipt": receipt,
        "content": base64.b64encode(content or mail(to, text, sender)).decode(),
    }
    message = {
        "Type": "Notification",
        "MessageId": "sns-id",
        "TopicArn": "arn:x",
        "Message": json.dumps(said),
    }
    sns = {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "sns-id"}
    return "amazon_ses", json.dumps(message).encode(), "text/plain; charset=UTF-8", sns


FORMS = {"postmark": postmark, "sendgrid": sendgrid, "mailgun": mailgun, "ses": ses}


def posted(said, **how):
    provider, body, kind, headers = said
    return post(provider, body, kind, **headers, **how).status_code


# --- What becomes of it


@pytest.mark.parametrize("by", FORMS)
def test_an_answer_is_a_reflection_once_however_it_is_posted(delivery, by):
    for _ in range(2):
        assert posted(FORMS[by](address_of(delivery))) == 200
    reply = Reply.objects.get()
    assert (reply.delivery, reply.values()) == (delivery, ["It helped me."])
    assert InboundMail.objects.get().source in ("Postmark", "SendGrid", "Mailgun", "Amazon SES")


@pytest.mark.parametrize("by", FORMS)
def test_the_same_mail_by_a_mailbox_as_well_is_no_second_one(delivery, by):
    posted(FORMS[by](address_of(delivery)))
    came(mail(address_of(delivery), TEXT))
    assert Reply.objects.count() == 1


@pytest.mark.parametrize("by", FORMS)
def test_somebody_else_waits(delivery, by):
    assert posted(FORMS[by](address_of(delivery), sender="bea@example.net")) == 200
    assert InboundMail.objects.get().state == "quarantined"
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        lambda to: postmark(to, spam="Yes"),
        lambda to: sendgrid(to, spf="fail", dkim="none"),
        lambda to: sendgrid(to, dkim="none", envelope=json.dumps({"to": [to], "from": "bea@example.net"})),
        lambda to: mailgun(to, spf="Fail"),
        lambda to: mailgun(to, **{"X-Mailgun-Sflag": "Yes", "sender": "bea@example.net"}),
        lambda to: ses(to, verdict="FAIL"),
        lambda to: ses(to, spamVerdict={"status": "FAIL"}),
    ],
)
def test_what_the_provider_doubts_waits(delivery, said):
    assert posted(said(address_of(delivery))) == 200
    assert InboundMail.objects.get().state == "quarantined"


def test_mails_as_they_came_are_read_as_well(delivery):
    to = address_of(delivery)
    content = mail(to, TEXT)
    raw = {"email": content.decode()}
    for number, (said, path) in enumerate(
        [
            (postmark(to, raw=content), "inbound"),
            (sendgrid(to, headers=None, **raw), "inbound"),
            (mailgun(to, **{"body-mime": content.decode()}), "inbound_mime"),
        ],
        1,
    ):
        assert posted(said, path=path) == 200
        assert Reply.objects.count() == 1, number


@pytest.mark.parametrize("by", ["sendgrid", "mailgun", "postmark"])
def test_attachments_are_counted_and_not_kept(delivery, by):
    picture = SimpleUploadedFile("me.png", b"a-canary-picture", "image/png")
    more = {
        "sendgrid": {
            "attachments": "1",
            "attachment1": picture,
            "attachment-info": json.dumps({"attachment1": {"filename": "me.png", "type": "image/png"}}),
        },
        "mailgun": {"attachment-count": "1", "attachment-1": picture},
        "postmark": {
            "Attachments": [
                {
                    "Name": "me.png",
                    "Content": base64.b64encode(b"a-canary-picture" * 500_000).decode(),
                    "ContentType": "image/png",
                }
            ]
        },
    }[by]
    assert posted(FORMS[by](address_of(delivery), **more)) == 200
    row = InboundMail.objects.get()
    assert (row.state, row.attachments) == ("reply", 1)
    assert "canary" not in row.raw
    assert base64.b64encode(b"a-canary-picture").decode()[:12] not in row.raw


# --- Who may post


@pytest.mark.parametrize("by", FORMS)
@pytest.mark.parametrize("secret", ["", "Basic aG9va3M6d3Jvbmc="])
def test_a_wrong_secret_is_turned_away_and_nothing_is_kept(delivery, by, secret):
    assert posted(FORMS[by](address_of(delivery)), secret=secret) in (400, 401)
    assert not InboundMail.objects.exists()


def test_a_wrong_signature_is_turned_away(delivery):
    assert posted(mailgun(address_of(delivery), signature="0" * 64)) == 400
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize("missing", ["INBOUND_ADDRESS", "ANYMAIL"])
def test_without_the_settings_there_is_no_such_address(delivery, settings, missing):
    said = postmark(address_of(delivery))
    setattr(settings, missing, type(getattr(configured, missing))())
    assert posted(said) == 404


def test_a_provider_that_nobody_knows_or_that_lacks_its_key_has_no_address(delivery, settings):
    assert post("pigeon", b"{}").status_code == 404
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    assert posted(mailgun(address_of(delivery))) == 404


def test_every_provider_that_anymail_takes_mail_from_is_known():
    known = {
        "amazon_ses",
        "brevo",
        "mailersend",
        "mailgun",
        "mailjet",
        "mailtrap",
        "mandrill",
        "postal",
        "postmark",
    }
    assert known | {"resend", "sendgrid", "sparkpost"} <= HOOKS.keys()


# --- What cannot be read


@pytest.mark.parametrize(
    "said", [b"", b"{", b"null", b"[]", b"3", b"\xff\xfe\x00", b"{}", b'{"RecordType": "Bounce"}']
)
@pytest.mark.parametrize("by", ["postmark", "sendgrid", "mailgun"])
def test_garbage_is_never_our_fault_and_is_not_sent_again(db, by, said):
    for _ in range(2):
        assert post(by, said).status_code in (200, 400)
    assert not InboundMail.objects.exists()
    assert ProviderEvent.objects.count() <= 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"Headers": None},
        {"Headers": [{"Name": "X"}]},
        {"FromFull": "ada"},
        {"TextBody": 7},
        {"TextBody": None},
        {"TextBody": "a\x00b \ud800"},
        {"Attachments": [{"ContentType": "x"}]},
        {"Attachments": "many"},
        {"Headers": [{"Name": "Subject", "Value": "\x00\ud800\n\nX: y"}]},
        {"Date": 5},
        {"OriginalRecipient": ["x"]},
    ],
)
def test_fields_of_the_wrong_kind_are_kept_and_answered(delivery, wrong):
    assert posted(postmark(address_of(delivery), **wrong)) == 200
    assert InboundMail.objects.get().delivery == delivery


def test_one_that_is_far_too_long_is_kept_as_that(delivery, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3000
    assert posted(sendgrid(address_of(delivery), text="x" * 4000)) == 200
    assert InboundMail.objects.get().state == "malformed"
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    assert posted(sendgrid(address_of(delivery), text="y")) == 200


@pytest.mark.parametrize(("by", "state"), [("sendgrid", "quarantined"), ("postmark", "malformed")])
def test_one_that_could_not_be_read_to_its_end_says_so(delivery, monkeypatch, by, state):
    said = FORMS[by](address_of(delivery), text="It helped me. " * 400)
    monkeypatch.setattr(inbound_hooks, "MOST_BYTES", len(said[1]) - 2000)
    assert posted(said) == 200
    row = InboundMail.objects.get()
    assert (row.state, row.reason) == (state, "It is longer than could be read.")


def test_one_that_makes_no_sense_and_is_kept_in_part_says_so(delivery, monkeypatch):
    monkeypatch.setattr(inbound_hooks, "BEGINNING", 2000)
    assert posted(postmark(address_of(delivery), TextBody="x" * 4000, FromFull="ada")) == 200
    assert InboundMail.objects.get().reason == "It is longer than could be read."


def test_the_mails_of_these_tests_are_what_they_say(delivery):
    read = message_from_bytes(mail(address_of(delivery)))
    assert read["To"] == address_of(delivery)
    assert read.get_payload(decode=True).decode().strip() == "It helped me."
