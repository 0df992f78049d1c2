"""Ten thousand links that are almost one of ours: each gets the page that every other gets, and leaves no trace."""

import logging
import random
from datetime import timedelta
from itertools import chain, count, cycle, islice, product
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from practice.mailing import notices
from practice.mailing.models import Notice
from practice.replies.quiet_logs import HidePrivateLinks
from practice.urls import urlpatterns
from tests.cast import make_assignment, make_module
from tests.replies.conftest import deliver

SEED, HOW_MANY, PARTS = 20261129, 10_000, 8
PAGES = [
    f"/{pattern.pattern}".replace("<link:", "<")
    for pattern in urlpatterns
    if "<link:" in str(pattern.pattern)
]
#: Nobody may be kept from stopping or resting: these open however old their link is, as long as it is not revoked.
NEVER_TOO_OLD = ("/n/<token>/pace/", "/n/<token>/stop/")
#: And this one in whosever mailbox it is.
STOPS = "/n/<token>/stop/"
ODD = "\x00 \t\n\r\"'<>&;:,./@$+=~*()[]{}|\\^`%#?éßİıſΑⅠ１\u200b\u202e\ufeff\ud800🌊"


@pytest.fixture
def tokens(maya, ada):
    """The links of emails and of short emails: open ones, and those that are too old, taken back, or in a mailbox that
    is no longer the client's."""
    ada.language = "de"  # a page in her language would tell that the link is hers
    ada.save()
    assignment = make_assignment(ada, make_module(maya, steps=4))
    now, found = timezone.now(), {"open": [], "expired": [], "revoked": [], "elsewhere": []}
    ended = {"open": {}, "expired": {"link_expires_at": now}, "revoked": {"link_revoked_at": now}}
    ended["elsewhere"] = {"to_address": "before@example.org"}
    for (state, changed), step in zip(ended.items(), assignment.module.steps.all(), strict=True):
        rows = [deliver(assignment, step, now - timedelta(days=1))]
        for kind in Notice.Kind:
            row = notices.post(ada, kind, now)
            row.state, row.to_address = Notice.State.SENT, ada.email
            rows.append(row)
        for row in rows:
            vars(row).update(changed)
            row.save()
            found[state].append(row.token)
    return found


# --- Almost a token, as it stands in an address


def shortened(token, chance):
    cut = chance.randrange(1, len(token))
    return quote(chance.choice((token[:cut], token[cut:])))


def lengthened(token, chance):
    more = "".join(chance.choices(token + "-_=.~", k=chance.choice((1, 2, 43, 3000))))
    return quote(chance.choice((token + more, more + token)))


def changed(token, chance):
    place = chance.randrange(len(token))
    return quote(token[:place] + chance.choice(token) + token[place + 1 :])


def swapped(token, chance):
    place = chance.randrange(len(token))
    one = token[:place] + token[place].swapcase() + token[place + 1 :]
    return quote(chance.choice((one, token.swapcase(), token.lower(), token.upper(), token[::-1], token * 2)))


def odd(token, chance):
    place = chance.choice((0, len(token), chance.randrange(len(token))))
    what = "".join(chance.choices(ODD, k=chance.choice((1, 1, 5))))
    return quote((token[:place] + what + token[place:]).encode(errors="surrogatepass"), safe="")


def encoded(token, chance):
    """Encoded twice, cut within an encoded letter, or with bytes that are no letter."""
    place = chance.randrange(len(token))
    letter = f"%{ord(token[place]):02x}"
    what = chance.choice((quote(letter, safe=""), letter[:2], "%ff", "%c0%af", "%u0041", "%25"))
    return token[:place] + what + token[place + 1 :]


def made_up(token, chance):
    return quote(
        "".join(chance.choices("abcdefghijABCDEFGHIJ0123456789-_", k=chance.choice((1, 42, 43, 44))))
    )


WAYS = (shortened, lengthened, changed, swapped, odd, encoded, made_up)


def almost(tokens, chance):
    """One after the other, as it stands in an address; none is a link of ours."""
    real = [*chain(*tokens.values())]
    while True:
        made = chance.choice(WAYS)(chance.choice(real), chance)
        if made not in real:
            yield made


# --- What comes back


@pytest.fixture
def ask(practice):
    """Sends one request as somebody whom nobody knows, and returns all that they could tell links apart by: the answer,
    byte for byte, and the questions that it asked the database."""
    asked, numbers, site = [], count(1), BaseHandler()
    site.load_middleware()

    def listen(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    def request(method, page, token):
        asked.clear()
        # Each from an address of its own: who misses very often is told to wait, see test_flood.py.
        number = next(numbers)
        address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        path = page.replace("<token>", token)
        answer = site.get_response(RequestFactory().generic(method, path, REMOTE_ADDR=address))
        return answer.status_code, answer.content, dict(answer.headers), tuple(asked)

    with connection.execute_wrapper(listen):
        yield request
    cache.clear()


@pytest.fixture
def logged():
    """All that is logged, by the way of every handler of the settings."""
    lines = []

    class Keep(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    handler = Keep(level=0)
    handler.addFilter(HidePrivateLinks())
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_every_private_page_is_among_those_that_are_tried():
    assert {"/n/<token>/", "/c/<token>/", *NEVER_TOO_OLD} <= {*PAGES}
    assert len(PAGES) >= 8


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_links_that_are_almost_ours_all_get_the_same(ask, tokens, logged, part):
    ways = [*product(PAGES, ("GET", "POST"))]
    unknown = {(page, method): ask(method, page, "nothing") for page, method in ways}
    status, content, headers, _ = unknown[ways[0]]
    assert status == 404
    assert {answer[:2] for answer in unknown.values()} == {(status, content)}
    assert all(answer[2] == headers for answer in unknown.values())
    links = islice(almost(tokens, random.Random(SEED + part)), HOW_MANY // PARTS)
    for token, (page, method) in zip(links, cycle(ways), strict=False):
        assert ask(method, page, token) == unknown[page, method], f"{method} {page} {token}"
    assert {*logged} == {"Not Found: /n/…", "Not Found: /c/…"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("where", PAGES)
def test_nobody_can_tell_a_link_that_ended_from_one_that_never_was(ask, tokens, logged, where, method):
    unknown = ask(method, where, "nothing")
    ended = [*tokens["revoked"], *([] if where in NEVER_TOO_OLD else tokens["expired"])]
    # The first is the email of a step, the others are short emails, which stop nothing.
    ended += tokens["elsewhere"][where == STOPS :]
    for token in ended:
        assert ask(method, where, token) == unknown
    assert {*logged} == {f"Not Found: {where[:3]}…"}


@pytest.mark.parametrize("where", PAGES)
def test_a_link_of_another_kind_is_no_link_here(ask, tokens, where):
    """A short email's link opens no page of a step, a step's opens no invitation."""
    unknown, statuses = ask("GET", where, "nothing"), set()
    for token in tokens["open"]:
        answer = ask("GET", where, token)
        statuses.add(answer[0])
        assert answer[0] != 404 or answer == unknown
    assert statuses - {404}
