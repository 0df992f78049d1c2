"""Sending a request and looking at all that comes back."""

import re
from urllib.parse import urlencode

from django.db import transaction

from tests.isolation.worlds import CANARY

FORM = "application/x-www-form-urlencoded"


def everything_in(response):
    """All that a response tells, as text. Cookies stand first, up to an empty line."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = response.cookies.output()
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{cookies}\n\n{response.status_code} {headers} {body.decode(errors='replace')}"


def plain(text):
    """A response without cookies, tokens, the ids that were asked for, and what is signed with a moment."""
    sealed = r'((?:csrfmiddlewaretoken|name="(?:page|shown|packed|sheet))" value=")[^"]*'
    text = re.sub(sealed, r"\1", text.split("\n\n", 1)[1])
    return re.sub(r"\d+", "N", text)


def ask(browser, method, url, data=None):
    """The whole answer, with whatever message waits on the next page."""
    send = getattr(browser, method)
    if method in ("get", "post"):
        response = send(url, data or {}, follow=True)
    elif method in ("put", "patch", "delete"):
        response = send(url, urlencode(data or {}, doseq=True), content_type=FORM)
    else:
        response = send(url)
    text = everything_in(response)
    assert CANARY not in text.lower(), f"{method.upper()} {url} {data or ''} tells of Maya's rows"
    assert response.status_code < 500, f"{method.upper()} {url} breaks"
    return response, text


def undone(act):
    """Do it, and take back what it did to the database."""
    before = transaction.savepoint()
    try:
        return act()
    finally:
        transaction.savepoint_rollback(before)
