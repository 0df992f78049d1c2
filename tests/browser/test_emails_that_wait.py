"""An email that is not surely the client's, looked at and taken in, with a real browser."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from practice.desk import sample
from practice.mailing.models import Delivery
from practice.replies.inbound import take_bytes
from tests.browser.looking import check, press
from tests.browser.signing_in import sign_in
from tests.replies.mails import ADDRESS, address_of, mail

NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def waiting(page, live_server, seeded, settings):
    """Maya is signed in at the sample practice; an email waits for her."""
    settings.INBOUND_ADDRESS = ADDRESS
    email = Delivery.objects.filter(state__in=Delivery.SENT).first()
    text = "It is me, from work.\n\nThe reading stayed with me all day."
    row = take_bytes(mail(address_of(email), text, sender="me@work.example"), "mailbox", timezone.now())
    sign_in(page, f"{live_server.url}/desk/", "maya@example.com", sample.PASSWORD)
    return row


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_email_is_found_on_the_home_page_and_taken_in(waiting, page, live_server, scheme):
    page.emulate_media(color_scheme=scheme)
    own = f"{live_server.url}{reverse('admin:replies_inboundmail_change', args=(waiting.pk,))}"
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        for place in (own, f"{live_server.url}/desk/replies/inboundmail/"):
            page.goto(place)
            check(page, f"{place}, {size['width']}, {scheme}")
    page.goto(f"{live_server.url}/desk/")
    expect(page.get_by_text("reply address from another address")).to_be_visible()
    page.goto(own)
    press(page, f"It is {waiting.client}’s: take it in")
    expect(page.get_by_text("The reading stayed with me all day.")).to_be_visible()
    expect(page.get_by_text("It came by email")).to_be_visible()
