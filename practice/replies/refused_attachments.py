"""A short email to a client whose attachment was not taken: what happened, and nothing of what they wrote."""

import logging

from django.template.loader import render_to_string
from django.utils import translation

from practice.mailing.letterhead import around_a_short_text
from practice.people.models import Client
from practice.people.posting import post

log = logging.getLogger(__name__)


def tell(client: Client, answers: str) -> bool:
    """Send it, in the client's language. `answers` is the Message-ID of their mail. Returns whether it left."""
    with translation.override(client.language):
        context = around_a_short_text(client)
        subject = " ".join(render_to_string("email/attachment_subject.txt", context).split())
        text = render_to_string("email/attachment.txt", context)
    # RFC 3834: nobody's vacation notice shall answer, and no mail server shall take it for a letter.
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
    if answers.startswith("<") and answers.endswith(">") and answers.isascii():
        headers |= {"In-Reply-To": answers, "References": answers}
    is_told = post(client.email, subject, text, headers=headers)
    if not is_told:  # it is a courtesy, and is not tried again
        log.warning("inbound: client %s was not told of an attachment", client.pk)
    return is_told
