"""The form below the messages of a client and their practitioner, on the page of either."""

import secrets
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from practice.replies.forms import LONGEST, OwnWords


class MessageForm(forms.Form):
    """One message. `page` is the random name of the open page that writes it."""

    text = OwnWords(
        label=_("Your message"),
        max_length=LONGEST,
        error_messages={"required": _("Nothing is written yet.")},
    )
    page = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    @classmethod
    def blank(cls, text: str = "") -> Self:
        """That of a page that is opened now; with `text` already typed."""
        return cls(initial={"text": text, "page": secrets.token_hex(16)})
