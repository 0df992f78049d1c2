"""What a client receives: headers, both parts, and nothing that tells a bystander what it is about."""

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from html import escape

import pytest

from practice.mailing.models import Delivery
from practice.people.models import Client
from tests.mailing.sending import SLOT, html_of, parsed, send_due, sent, text_of


@pytest.fixture
def email(assignment, step, sink):
    return sent(sink)


# --- Headers --------------------------------------------------------------------------------------


def test_every_header_that_a_careful_sender_writes(email):
    delivery = Delivery.objects.get()
    assert email["From"] == "Interlude <letters@localhost>"
    assert email["To"] == "Ada <ada@example.org>"
    assert email["Reply-To"] == "maya@example.com"
    assert email["Message-ID"] == delivery.message_id
    assert email["Date"].datetime == SLOT == delivery.submitted_at
    assert email["List-Id"] == "<letters.localhost>"
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Content-Language"] == "en"
    assert email.get_content_type() == "multipart/alternative"


def test_one_click_unsubscribing_works_without_cookies(email, client):
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = email["List-Unsubscribe"].strip(" <>")
    assert address.startswith("http://localhost:8000/n/")
    path = address.removeprefix("http://localhost:8000")
    client.get(path)
    assert Delivery.objects.get().assignment.state == "active"
    client.post(path, {"List-Unsubscribe": "One-Click"})
    assert Delivery.objects.get().assignment.state == "stopped"


def test_no_line_is_longer_than_a_mail_server_may_take(assignment, step, sink):
    step.body = "<p>" + "a very long paragraph " * 500 + "</p>"
    step.save()
    send_due()
    (mail,) = sink.mails
    assert max(map(len, mail.content.split(b"\r\n"))) <= 78
    assert mail.content.isascii()


@pytest.mark.parametrize(
    "name",
    [
        "O'Neil",
        "{{ name }} {% now 'Y' %}",
        "Zoë Müller-Łukasz",
        "山田 太郎",
        'Anna "Nan", the <first>; a@b',
        "Ж" * 120,
        "\\ue000token\\ue001",
        "A" * 120,
        "R&D \\ $1 %(x)s {0}",
    ],
)
def test_a_name_is_right_everywhere(assignment, step, ada, sink, name):
    Client.objects.update(name=name)
    send_due()
    (mail,) = sink.mails
    email = parsed(mail.content)
    # Not by the parser's new policy: it leaves blanks between the parts of a long encoded name.
    display_name, address = parseaddr(message_from_bytes(mail.content)["To"])
    assert (str(make_header(decode_header(display_name))), address) == (name, "ada@example.org")
    assert f"Hello {name}," in text_of(email)
    assert f"Hello {escape(name)}," in html_of(email)


def test_an_email_greets_a_client_as_the_practitioner_would(assignment, step, ada, sink):
    ada.name, ada.greeting = "Ada Lovelace-Byron", "Ada"
    ada.save()
    email = sent(sink)
    assert text_of(email).startswith("Hello Ada,\n")
    assert "Lovelace" not in str(email)


def test_no_name_can_make_a_placeholder(assignment, step, sink):
    Client.objects.update(name="\ue000token\ue001")
    email = sent(sink)
    assert "Hello token," in text_of(email)


@pytest.mark.parametrize(
    "address", ["ada@example.org\nBcc: all@example.org", "ada@example.org\r\n", "no address", "ada@", ""]
)
def test_an_address_that_cannot_be_written_fails_and_nothing_leaves(assignment, step, sink, address):
    Client.objects.update(email=address)
    send_due()
    delivery = Delivery.objects.get()
    assert sink.mails == []
    assert delivery.state == "failed"
    assert "address or a name cannot be written" in delivery.reason


def test_a_line_break_in_a_name_injects_nothing(assignment, step, sink):
    Client.objects.update(name="Ada\r\nBcc: all@example.org")
    email = sent(sink)
    assert email["Bcc"] is None
    assert "Hello Ada Bcc: all@example.org," in text_of(email)


def test_an_international_domain_is_reached(assignment, step, sink):
    Client.objects.update(email="ada@bücher.example")
    send_due()
    (mail,) = sink.mails
    assert mail.rcpt_tos == ["ada@xn--bcher-kva.example"]


# --- Neutral --------------------------------------------------------------------------------------

TELLING = re.compile(
    r"therap|trauma|session|client|counsel|mental|patient|coming home|remembers|linden|maya", re.IGNORECASE
)


def test_subject_sender_and_preview_tell_nothing(email):
    assert not TELLING.search(email["Subject"])
    assert not TELLING.search(email["From"])
    preview = re.search(r'class="preheader".*?</div>', html_of(email), re.DOTALL)[0]
    assert not TELLING.search(preview)
    title = re.search(r"<title>.*?</title>", html_of(email), re.DOTALL)[0]
    assert not TELLING.search(title)
    assert not TELLING.search(text_of(email)[:120])


def test_the_preview_is_filled_up_so_that_the_letter_stays_out_of_it(email):
    preview = re.search(r'class="preheader".*?</div>', html_of(email), re.DOTALL)[0]
    assert preview.count("\u200c") + preview.count("&zwnj;") >= 60


def test_a_notice_shows_nothing_of_the_step(assignment, step, ada, sink):
    Client.objects.update(discretion="notice")
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert not re.search(r"Rest is|trauma|loss|What stayed|Coming home|Maya", part)
        assert f"/n/{Delivery.objects.get().token}/" in part


def test_a_notice_leaves_the_help_lines_to_the_page_behind_its_link(assignment, sink, client):
    Client.objects.update(discretion="notice")
    email = sent(sink)
    for part in (text_of(email), html_of(email)):
        assert not re.search(r"Emergency|TelefonSeelsorge|need someone to talk to", part)
        assert "Nobody watches this live." in part
    assert "Emergency: <a" in client.get(f"/n/{Delivery.objects.get().token}/").content.decode()


# --- Both parts -----------------------------------------------------------------------------------


def test_the_text_part_is_complete(email):
    token = Delivery.objects.get().token
    text = text_of(email)
    for words in (
        "Hello Ada,",
        "about 4 minutes",
        "This one speaks about loss.",
        "The body remembers trauma",
        "Rest is not a reward.",
        "See this page (https://example.com/rest).",
        "How to begin",
        "* Sit down",
        "* Breathe & wait",
        "    Slowly.",
        "  - What stayed with you from reading 1?",
        f"http://localhost:8000/n/{token}/\n",
        "Nobody watches this live. I read what you write within two working days.",
        "Maya Lindgren",
        "Emergency: 112",
        "TelefonSeelsorge: 0800 111 0 111",
        f"http://localhost:8000/n/{token}/pace/",
        f"http://localhost:8000/n/{token}/stop/",
        "Linden House, 4 Canal Street, 10115 Berlin",
    ):
        assert words in text
    assert "<" not in text
    assert "\n\n\n" not in text


def test_the_html_part_says_the_same(email):
    html = html_of(email)
    for words in (
        "Hello Ada,",
        "about 4 minutes",
        "The body remembers trauma",
        "Emergency: 112",
        "Canal Street",
    ):
        assert words in html
    assert html.count('class="button"') == 1
    assert 'lang="en"' in html


def test_the_html_part_is_small_and_asks_nothing_of_the_network(email):
    html = html_of(email)
    assert len(html.encode()) < 60_000
    assert not re.search(r"<img|<script|<link|<iframe|src=|url\(|@import|@font-face", html)
    assert "prefers-color-scheme: dark" in html
    assert 'style="' in html


def test_a_client_is_never_pressed(email):
    for part in (text_of(email), html_of(email)):
        assert not re.search(
            r"overdue|missed|\blate\b|streak|you haven|!\s",
            re.sub(r"<!--.*?-->|<!DOCTYPE html>|<style>.*?</style>|!important", "", part, flags=re.DOTALL),
        )
