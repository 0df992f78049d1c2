"""Each open page writes one thing. What else comes from it later is another, under a name that follows from it."""

import json

from django.utils.crypto import salted_hmac


def name_for_other(page: str, *words: str) -> str:
    """The name under which a page that has written already writes these other words: the same each time they come, so
    that a second press makes no third thing."""
    said = json.dumps([page, *words])
    return salted_hmac("practice.replies.page_names", said, algorithm="sha256").hexdigest()[:32]
