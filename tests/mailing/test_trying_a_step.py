"""Before a step goes to anybody: every way to look at it, links that cannot act, and the email to oneself."""

import html
import re

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse

from practice.mailing import links, trial
from practice.mailing.models import Delivery
from practice.mailing.viewing import SHOWN
from practice.people.models import Client
from tests.isolation.worlds import snapshot
from tests.mailing.scripted_http import scripted_provider, use_provider
from tests.mailing.scripted_smtp import DROP, free_port
from tests.mailing.sending import html_of, parsed, send_due, text_of, use_server

ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def step(module):
    step = module.steps.first()
    step.body = '<p>See <a href="https://example.com/rest">this page</a> about rest.</p>'
    step.save()
    return step


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    return mail.outbox


def url(page, step, **query):
    return reverse(f"admin:mailing_step_{page}", args=(step.pk,), query=query)


def said(response):
    return html.unescape(response.content.decode())


# --- Looking --------------------------------------------------------------------------------------


def test_a_step_is_shown_as_computer_phone_dark_text_lock_screen_and_headers(desk, step):
    pages = {show: said(desk.get(url("preview", step, show=show))) for show in SHOWN}
    for show in ("letter", "phone", "dark"):
        assert f'class="email-frame {show}"' in pages[show]
        assert 'sandbox=""' in pages[show]
    assert "about rest." in pages["text"]
    assert "Content-Language" in pages["headers"]
    lock = pages["lock"].partition("email-lock-note")[2]
    for line in ("Interlude", "A few minutes for yourself", "Something to read, for whenever it suits you."):
        assert line in lock


def test_every_way_to_look_is_a_plain_link_that_says_which_is_shown(desk, step):
    page = desk.get(url("preview", step, show="phone", discretion="notice", language="de")).content.decode()
    current = re.findall(r'<a class="desk-button"[^>]*?href="([^"]*)" aria-current="true">([^<]*)<', page)
    assert [words for _, words in current] == [
        "Only a short notice with the private link",
        "Deutsch",
        "As on a phone",
    ]
    for address in re.findall(r'href="(\?[^"]*)"', page):
        assert desk.get(url("preview", step) + html.unescape(address)).status_code == 200


def test_light_and_dark_do_not_depend_on_the_browser(desk, step):
    light, dark = (said(desk.get(url("preview_email", step, show=show))) for show in ("letter", "dark"))
    assert "prefers-color-scheme" not in light + dark
    assert "@media not all" in light
    assert "@media all" in dark
    assert 'content="dark"' in dark


def test_the_words_around_the_text_are_shown_in_the_language_asked_for(desk, step):
    assert "Guten Tag, Alex." in said(desk.get(url("preview_email", step, language="de")))
    assert "Hello Alex," in said(desk.get(url("preview_email", step, language="xx")))


# --- Links that cannot act ------------------------------------------------------------------------


def everything_shown(desk, step):
    """What a preview shows of the email, in every way."""
    for discretion in Client.Discretion.values:
        for show in ("text", "headers", "lock"):
            page = said(desk.get(url("preview", step, show=show, discretion=discretion)))
            yield page.partition('<section aria-labelledby="email"')[2]
        for show in ("letter", "dark"):
            yield said(desk.get(url("preview_email", step, show=show, discretion=discretion)))


def addresses_in(texts):
    return {address.rstrip(".") for text in texts for address in ADDRESS.findall(text)}


def fetched(client, address):
    """What our pages answer to an address, by every method that could act."""
    path = address.removeprefix("http://localhost:8000")
    one_click = {"List-Unsubscribe": "One-Click"}
    for post in ({}, one_click, {"stop": "1"}, {"rest": "week"}, {"send": "1", "save": "1"}):
        yield client.post(path, post)
    for method in (client.get, client.head, client.put, client.delete, client.options):
        yield method(path)


def test_no_address_in_a_preview_or_a_trial_acts(desk, client, step, maya, assignment, outbox):
    send_due()
    real = Delivery.objects.get()
    outbox.clear()
    desk.post(url("send_to_myself", step))
    (email,) = outbox
    shown = [
        *everything_shown(desk, step),
        email.body,
        email.alternatives[0][0],
        *map(str, email.message().values()),
    ]
    found = addresses_in(shown)
    ours = {address for address in found if address.startswith("http://localhost:8000")}
    assert ours == {f"http://localhost:8000/n/{links.ONLY_TRIED}/{page}" for page in ("", "pace/", "stop/")}
    assert found - ours == {"https://example.com/rest"}
    before = snapshot(maya)
    for address in ours:
        assert {response.status_code for response in fetched(client, address)} == {404}, address
    assert snapshot(maya) == before
    assert not any(real.token in text for text in shown)


def test_what_stands_for_a_token_is_too_short_to_be_one():
    assert len(links.ONLY_TRIED) < len(links.token_of(links.new_nonce()))


def test_the_frame_has_nothing_to_follow_and_may_go_nowhere(desk, step):
    for show in ("letter", "phone", "dark"):
        response = desk.get(url("preview_email", step, show=show))
        page = said(response)
        assert "href" not in page
        assert not re.search(r"<(form|script|base|iframe|meta http-equiv)", page)
        policy = response.headers["Content-Security-Policy"]
        assert policy.endswith("; sandbox")
        assert "form-action 'none'" in policy


def test_below_the_frame_a_link_opens_the_same_email_whole(desk, step):
    for show in ("letter", "phone", "dark"):
        page = BeautifulSoup(desk.get(url("preview", step, show=show)).content, "html.parser")
        link = page.find("a", string="open it in a page of its own")
        assert link["href"] == page.find("iframe")["src"]
        assert "about rest." in said(desk.get(link["href"]))
    for show in ("text", "lock", "headers"):
        assert "a page of its own" not in said(desk.get(url("preview", step, show=show)))


# --- Sending it to oneself ------------------------------------------------------------------------


def test_the_email_goes_to_the_practitioner_alone_and_leaves_no_trace(desk, step, maya, ada, outbox):
    before = snapshot(maya)
    response = desk.post(url("send_to_myself", step), follow=True)
    (email,) = outbox
    assert email.recipients() == ['"Maya Lindgren" <maya@example.com>']
    assert snapshot(maya) == before
    assert not Delivery.objects.exists()
    assert "It was sent to maya@example.com." in said(response)


def test_it_is_the_very_email_with_a_line_on_top_that_says_what_it_is(desk, step, outbox):
    desk.post(url("send_to_myself", step))
    email = parsed(outbox[0].message().as_bytes())
    real_text = said(desk.get(url("preview", step, show="text")))
    first, rest = text_of(email).split("\n\n", 1)
    assert first == trial.LINE
    assert rest.strip() in real_text
    assert html_of(email).index(trial.LINE) < html_of(email).index("Hello Alex,")
    assert (email["Subject"], email["From"]) == (
        "A few minutes for yourself",
        "Interlude <letters@localhost>",
    )
    assert email["List-Unsubscribe"] is None
    assert email["Message-ID"]


def test_the_kind_and_language_that_were_looked_at_are_the_ones_sent(desk, step, outbox):
    page = said(desk.get(url("preview", step, discretion="notice", language="de")))
    (action,) = re.findall(r'<form class="email-send" method="post" action="([^"]*)"', page)
    desk.post(action)
    (email,) = outbox
    assert email.subject == "Ein paar Minuten für sich"
    assert "about rest" not in email.body


def test_afterwards_the_page_looks_as_before(desk, step, outbox):
    address = url("preview", step, discretion="notice", language="de", show="dark")
    (action,) = re.findall(
        r'<form class="email-send" method="post" action="([^"]*)"', said(desk.get(address))
    )
    assert desk.post(action).url == address


def test_two_trials_are_two_emails(desk, step, outbox):
    desk.post(url("send_to_myself", step))
    desk.post(url("send_to_myself", step))
    assert len({email.extra_headers["Message-ID"] for email in outbox}) == 2


def test_looking_or_following_a_link_sends_nothing(desk, step, outbox):
    for method in (desk.get, desk.head, desk.options):
        for page in ("preview", "preview_email", "send_to_myself"):
            assert method(url(page, step)).status_code in (200, 302)
    assert outbox == []


def test_captured_mail_is_said_to_be_in_its_folder(desk, step, mail_folder, settings):
    settings.EMAIL_IS_CAPTURED = True
    text = said(desk.post(url("send_to_myself", step), follow=True))
    assert f"it is the newest file in {mail_folder}" in text
    (file,) = mail_folder.iterdir()
    assert trial.LINE in text_of(parsed(file.read_bytes()))


def test_by_smtp_it_arrives(desk, step, sink, settings):
    settings.EMAIL_IS_CAPTURED = False
    text = said(desk.post(url("send_to_myself", step), follow=True))
    assert "It is on its way to maya@example.com, and to nobody else." in text
    (arrived,) = sink.mails
    assert arrived.rcpt_tos == ["maya@example.com"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ({"RCPT": "550 5.1.1 no"}, "The mail server does not take it for maya@example.com."),
        ({"RCPT": "451 later"}, "Try again in a few minutes."),
        ({"MAIL": "550 no"}, "does not accept our own sender address"),
        ({"DOT": "554 no"}, "The mail server does not take it for maya@example.com."),
        ({"MAIL": DROP}, "The mail server breaks the connection. Try again later"),
        ({"RCPT": DROP}, "The connection broke before it left. Try again in a few minutes."),
        ({"DOT": DROP}, "it may have arrived after all"),
    ],
)
def test_a_refusal_is_told_in_plain_words_and_changes_nothing(desk, step, maya, server, script, told):
    before = snapshot(maya)
    server.script = script
    text = said(desk.post(url("send_to_myself", step), follow=True))
    assert "It was not sent to you." in text
    assert told in text
    assert "Nothing else has changed." in text
    assert snapshot(maya) == before


def test_a_mail_server_that_is_away_is_told_too(desk, step, settings):
    use_server(settings, ("127.0.0.1", free_port()))
    text = said(desk.post(url("send_to_myself", step), follow=True))
    assert "The mail server cannot be reached (ConnectionRefusedError). Try again later" in text


@pytest.fixture
def provider(settings):
    with scripted_provider() as server:
        use_provider(settings, server.url)
        settings.EMAIL_IS_CAPTURED = False
        yield server


def test_by_a_provider_it_leaves_as_no_email_of_ours_and_nothing_watches_it(desk, step, provider):
    assert "on its way to maya@example.com" in said(desk.post(url("send_to_myself", step), follow=True))
    (posted,) = provider.accepted
    assert posted["To"] == "Maya Lindgren <maya@example.com>"
    assert not posted.get("Metadata")
    assert (posted["TrackOpens"], posted["TrackLinks"]) == (False, "None")
    assert posted["TextBody"].startswith(trial.LINE)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((429, {}, {}), "Try again in a few minutes."),
        ((401, {}, {}), "The mail provider does not let us in (it answered 401)."),
        ((422, {}, {"ErrorCode": 300, "Message": "Invalid"}), "does not take it for maya@example.com"),
        (DROP, "it may have arrived after all"),
    ],
)
def test_a_providers_no_is_told_too(desk, step, provider, answer, told):
    provider.answer = answer
    text = said(desk.post(url("send_to_myself", step), follow=True))
    assert "It was not sent to you." in text
    assert told in text


def test_a_name_that_would_break_a_header_reaches_nobody_and_breaks_nothing(desk, step, maya, outbox):
    type(maya).objects.filter(pk=maya.pk).update(name='Maya "x"\nBcc: all@example.org')
    desk.post(url("send_to_myself", step))
    assert [parsed(email.message().as_bytes())["Bcc"] for email in outbox] == [None]


def test_tom_cannot_have_mayas_step_sent(client, tom, step, outbox):
    client.force_login(tom)
    assert client.post(url("send_to_myself", step)).status_code == 404
    assert outbox == []
