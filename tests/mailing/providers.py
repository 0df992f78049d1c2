"""What six providers post, in their own shapes, and a browser that posts it with the secret."""

import base64
import hashlib
import hmac
import json

from django.test import Client as Browser

SECRET = "hooks:a-password-of-the-tests"
#: One for all: the middleware is made with the first request.
BROWSER = Browser(raise_request_exception=False, enforce_csrf_checks=True)
AUTHORIZED = "Basic " + base64.b64encode(SECRET.encode()).decode()


def use_provider(settings, name):
    """Let mail leave through this provider (its module in Anymail), with a webhook secret and what else it needs."""
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": SECRET,
        "POSTMARK_SERVER_TOKEN": "for-tests",
        "SENDGRID_API_KEY": "for-tests",
        "BREVO_API_KEY": "for-tests",
        "RESEND_API_KEY": "for-tests",
        "MAILGUN_API_KEY": "for-tests",
        "MAILERSEND_API_TOKEN": "for-tests",
        "MAILERSEND_SIGNING_SECRET": "for-tests",
    }


def post(name, said, secret=AUTHORIZED, **headers):
    """Post what a provider says, a structure or bytes. Returns the answer."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return BROWSER.generic(
        "POST",
        f"/hooks/{name}/tracking/",
        body,
        "application/json",
        headers={"authorization": secret, **headers},
    )


def postmark(row, what, at="2026-03-08T17:00:05Z", **more):
    shared = {
        "MessageID": row.provider_id,
        "MessageStream": "outbound",
        "Metadata": {"delivery": str(row.pk)},
        "ServerID": 23,
        "Tag": "",
    }
    bounce = {
        "ID": int(hashlib.sha256(f"{row.pk}{what}".encode()).hexdigest()[:12], 16),
        "Email": row.to_address,
        "From": "letters@example.com",
        "BouncedAt": at,
        "Inactive": True,
        "CanActivate": True,
        "Content": "Return-Path: <>\r\n...",
        "Subject": "This week",
    }
    said = {
        "delivered": {
            "RecordType": "Delivery",
            "Recipient": row.to_address,
            "DeliveredAt": at,
            "Details": "smtp;250 2.0.0 OK",
        },
        "delayed": {
            "RecordType": "Bounce",
            "Type": "Transient",
            **bounce,
            "Details": "smtp;451 4.7.1 Greylisted",
        },
        "returned": {
            "RecordType": "Bounce",
            "Type": "SoftBounce",
            "TypeCode": 4096,
            **bounce,
            "Details": "smtp;552 5.2.2 The mailbox is over quota",
        },
        "gone": {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "TypeCode": 1,
            "Name": "Hard bounce",
            "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            **bounce,
        },
        "complained": {"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512, **bounce},
        "unsubscribed": {
            "RecordType": "SubscriptionChange",
            "Recipient": row.to_address,
            "ChangedAt": at,
            "Origin": "Recipient",
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        },
        "refused": {"RecordType": "Bounce", "Type": "BadEmailAddress", **bounce},
    }[what]
    return shared | said | more


def sendgrid(row, what, at=1772989205, **more):
    """One event; SendGrid posts a list of them."""
    shared = {
        "email": row.to_address,
        "timestamp": at,
        "smtp-id": row.message_id,
        "anymail_id": row.provider_id,
        "delivery": str(row.pk),
        "sg_event_id": f"{row.pk}-{what}",
        "sg_message_id": f"{row.provider_id}.filter0001",
    }
    said = {
        "taken": {"event": "processed"},
        "delivered": {"event": "delivered", "response": "250 OK"},
        "delayed": {"event": "deferred", "response": "451 4.3.0 Temporary failure", "attempt": "2"},
        "returned": {
            "event": "bounce",
            "type": "blocked",
            "reason": "550 5.7.1 Looks like spam",
            "status": "5.7.1",
        },
        "gone": {
            "event": "bounce",
            "type": "bounce",
            "reason": "550 5.1.1 The email account does not exist",
            "status": "5.1.1",
        },
        "refused": {"event": "dropped", "reason": "Bounced Address"},
        "complained": {"event": "spamreport"},
        "unsubscribed": {"event": "unsubscribe"},
    }[what]
    return shared | said | more


def brevo(row, what, at=1772989205000, **more):
    event = {
        "taken": "request",
        "delivered": "delivered",
        "delayed": "deferred",
        "returned": "soft_bounce",
        "gone": "hard_bounce",
        "refused": "blocked",
        "complained": "spam",
        "unsubscribed": "unsubscribe",
    }[what]
    return {
        "event": event,
        "email": row.to_address,
        "id": 26224,
        "date": "2026-03-08 18:00:05",
        "ts": 1772989205,
        "ts_event": 1772989205,
        "ts_epoch": at,
        "message-id": row.provider_id,
        "X-Mailin-custom": json.dumps({"delivery": str(row.pk)}),
        "subject": "This week",
        "sending_ip": "192.0.2.1",
        **more,
    }


def resend(row, what, at="2026-03-08T17:00:05.123Z", **more):
    event = {
        "taken": "email.sent",
        "delivered": "email.delivered",
        "delayed": "email.delivery_delayed",
        "returned": "email.bounced",
        "gone": "email.bounced",
        "complained": "email.complained",
    }[what]
    kind, detail = {"returned": ("Transient", "MailboxFull"), "gone": ("Permanent", "General")}.get(
        what, ("", "")
    )
    bounce = {"bounce": {"message": "Their provider sent a bounce message.", "type": kind, "subType": detail}}
    return {
        "type": event,
        "created_at": at,
        "data": {
            "created_at": "2026-03-08T17:00:00.000Z",
            "email_id": row.provider_id,
            "from": "letters@example.com",
            "to": [row.to_address],
            "subject": "This week",
            "headers": [{"name": "X-Metadata", "value": json.dumps({"delivery": str(row.pk)})}],
            **(bounce if kind else {}),
        },
        **more,
    }


def mailgun(row, what, at=1772989205.25, **more):
    event = {
        "taken": {"event": "accepted"},
        "delivered": {"event": "delivered", "delivery-status": {"code": 250, "message": "OK"}},
        "delayed": {
            "event": "failed",
            "severity": "temporary",
            "reason": "generic",
            "delivery-status": {"code": 452, "message": "4.2.2 over quota"},
        },
        "returned": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 554, "message": "5.7.1 Looks like spam"},
        },
        "gone": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": "5.1.1 No such user", "description": ""},
        },
        "complained": {"event": "complained"},
        "unsubscribed": {"event": "unsubscribed"},
    }[what]
    token = hashlib.sha256(f"{row.pk}{what}{at}".encode()).hexdigest()[:50]
    signed = hmac.new(b"for-tests", f"1772989206{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": "1772989206", "token": token, "signature": signed},
        "event-data": {
            "id": "Ase7i2zsRYeDXztHGENqRA",
            "timestamp": at,
            "recipient": row.to_address,
            "message": {"headers": {"message-id": row.message_id.strip("<>"), "to": row.to_address}},
            "user-variables": {"delivery": str(row.pk)},
            "tags": [],
            **event,
        },
        **more,
    }


def mailersend(row, what, at="2026-03-08T17:00:05.000000Z"):
    """It gives back no id of ours, nor the Message-ID."""
    kind = {
        "taken": "sent",
        "delivered": "delivered",
        "returned": "soft_bounced",
        "gone": "hard_bounced",
        "complained": "spam_complaint",
        "unsubscribed": "unsubscribed",
    }[what]
    morph = {"object": "recipient_bounce", "reason": "Their server did not take it."}
    return {
        "type": f"activity.{kind}",
        "created_at": at,
        "data": {
            "object": "activity",
            "id": hashlib.sha256(f"{row.pk}{what}{at}".encode()).hexdigest()[:24],
            "type": kind,
            "created_at": at,
            "email": {
                "from": "letters@example.com",
                "subject": "This week",
                "message": {"object": "message", "id": row.provider_id},
                "recipient": {"object": "recipient", "email": row.to_address},
            },
            "morph": morph if "bounced" in kind else None,
        },
    }


def post_mailersend(said):
    """Post it with its signature."""
    body = json.dumps(said).encode()
    return post("mailersend", body, signature=hmac.new(b"for-tests", body, hashlib.sha256).hexdigest())


#: By the name in the address: what one posts for a row and a word, ready to be posted.
PROVIDERS = {
    "postmark": postmark,
    "sendgrid": lambda row, what, **more: [sendgrid(row, what, **more)],
    "brevo": brevo,
    "resend": resend,
    "mailgun": mailgun,
}
