"""A real email, sent to a real server: its links lead to the pages, and looking at each of them changes nothing."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.utils import timezone

from practice.replies.models import Reply
from tests.cast import make_assignment
from tests.mailing.sending import parsed, send_due, use_server
from tests.replies.paper import typed
from tests.replies.test_links_never_act import everything


@pytest.fixture
def due(ada, module):
    """Ada's series, whose first step is due now."""
    slot = (timezone.now() - timedelta(minutes=1)).astimezone(ZoneInfo("Europe/Berlin"))
    yesterday = timezone.now() - timedelta(days=1)
    return make_assignment(
        ada, module, first_on=slot.date(), at=slot.time().replace(second=0, microsecond=0), now=yesterday
    )


@pytest.fixture
def email(due, smtp_sink, settings):
    use_server(settings, smtp_sink.address)
    send_due(timezone.now())
    (received,) = smtp_sink.to("ada@example.org")
    return parsed(received.content)


def links_of(email, settings):
    """Every address of ours in any part of the email, as paths."""
    text = "".join(email.get_body([kind]).get_content() for kind in ("plain", "html"))
    text += str(email["List-Unsubscribe"])
    return set(re.findall(rf"{re.escape(settings.PUBLIC_BASE_URL)}(/[^\s\"'<>)]*)", text))


def test_every_link_of_the_email_opens_and_changes_nothing(email, settings, phone):
    links = links_of(email, settings)
    assert any(link.endswith("/stop/") for link in links)
    before = everything()
    for link in links:
        assert phone.get(link).status_code == 200
        assert phone.head(link).status_code == 200
    assert everything() == before


def test_the_link_takes_a_reflection(email, settings, phone, due):
    link = min(links_of(email, settings), key=len)
    phone.post(link, typed(phone.get(link), "The sea."))
    assert Reply.objects.sent().get().delivery.assignment == due


def test_the_mail_programs_one_click_stops_the_series(email, settings, due):
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = re.search(r"<https?://[^/]+(/[^>]*)>", str(email["List-Unsubscribe"]))[1]
    response = Browser(enforce_csrf_checks=True).post(
        stop, email["List-Unsubscribe-Post"], content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200
    due.refresh_from_db()
    assert (due.state, due.state_by) == ("stopped", "the client")
