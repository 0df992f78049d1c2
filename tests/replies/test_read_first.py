"""A reflection with a worrying word is read first: it is pinned, and the series holds until it is acknowledged."""

import logging
import re
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.desk.home import home
from practice.mailing import outbox, planning
from practice.mailing.models import Delivery
from practice.people.audit import AuditEntry
from practice.people.models import Practitioner
from practice.replies.models import Answer, Concern, ConcernWords, Reply
from practice.replies.new_text import all_text
from practice.replies.worrying import words_in
from resources.models import Prompt, PromptKind
from tests.cast import NOW, make_assignment, make_client, make_module
from tests.mailing.sending import SLOT, html_of, send_due, sent, use_server
from tests.mailing.sending import text_of as text_part_of
from tests.replies.mails import ADDRESS, address_of, came, mail
from tests.replies.paper import soup, text_of, typed

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
WORRYING = "Most days I don’t want to live any more."
INBOX = "/desk/replies/reply/"
number = count()


def sends(delivery, *values, kind=PromptKind.TEXT, options=(), now=NOW):
    """A reflection with these answers, sent at this moment."""
    reply = Reply.objects.create(delivery=delivery, page=f"page {next(number)}", saved_at=now)
    for position, value in enumerate(values):
        Answer.objects.create(
            reply=reply,
            position=position,
            question="How are you?",
            value=value,
            kind=kind,
            options=list(options),
        )
    reply.send(now)
    return reply


def page_of(reply):
    return reverse("admin:replies_reply_change", args=(reply.pk,))


def acknowledge(browser, reply):
    return browser.post(page_of(reply), {"acknowledge": "yes"}, follow=True)


@pytest.fixture
def pinned(delivery):
    return sends(delivery, "We went to the sea.", WORRYING)


# --- What makes a concern -------------------------------------------------------------------------


def test_a_worrying_word_in_any_answer_is_noted_and_never_which(pinned):
    concern = Concern.objects.get()
    assert (concern.reply, concern.found_at, concern.acknowledged_at) == (pinned, NOW, None)
    assert not any("live" in str(value) for value in Concern.objects.values().get().values())


def test_a_reflection_without_one_is_like_any_other(delivery):
    sends(delivery, "My skills at painting grow.")
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    "written", ["Ich möchte nicht mehr leben.", "No quiero vivir.", "I think of suicide"]
)
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_all_lists_are_looked_through_whatever_the_language_of_the_client(delivery, language, written):
    delivery.client.language = language
    delivery.client.save()
    sends(delivery, written)
    assert Concern.objects.count() == 1


def test_a_phrase_does_not_reach_from_one_answer_into_the_next(delivery):
    sends(delivery, "I do not want to", "live in the city")
    assert not Concern.objects.exists()


def test_a_ticked_choice_counts_and_the_ends_of_a_scale_do_not(delivery):
    sends(delivery, "7", kind=PromptKind.SCALE, options=("I want to die", "I want to live"))
    assert not Concern.objects.exists()
    sends(delivery, "I want to die", kind=PromptKind.CHOICE, options=("I want to die", "I am well"))
    assert Concern.objects.count() == 1


def test_a_draft_is_looked_at_by_nobody(phone, link):
    phone.post(link, typed(phone.get(link), WORRYING) | {"save": ""})
    assert Reply.objects.drafts().count() == 1
    assert not Concern.objects.exists()


def test_the_page_that_sends_it_has_it_looked_at(phone, link):
    phone.post(link, typed(phone.get(link), WORRYING))
    assert Concern.objects.get().reply == Reply.objects.sent().get()


def test_what_was_taken_back_holds_nothing_and_is_looked_at_anew_when_it_is_sent_again(pinned, maya):
    Reply.objects.filter(pk=pinned.pk).update(sent_at=None)
    assert not Concern.objects.open().exists()
    pinned.answers.filter(position=1).update(value="Better today.")
    pinned.send(NOW + DAY)
    assert not Concern.objects.exists()
    pinned.answers.filter(position=1).update(value=WORRYING)
    pinned.send(NOW + 2 * DAY)
    assert Concern.objects.open().get().found_at == NOW + 2 * DAY


def test_a_list_of_the_practice_takes_the_place_of_the_first_one(delivery):
    ConcernWords.objects.update(phrases="")
    sends(delivery, WORRYING)
    assert not Concern.objects.exists()
    ConcernWords.objects.filter(language="en").update(phrases="the sea\n\n")
    reply = sends(delivery, "By the sea")
    assert words_in(reply) == ["the sea"]


def test_lists_that_are_not_stored_are_as_they_begin(delivery):
    ConcernWords.objects.all().delete()
    sends(delivery, WORRYING)
    assert Concern.objects.count() == 1
    ConcernWords.write_missing()
    assert {row.language for row in ConcernWords.objects.all()} == {"en", "de", "es"}


def test_no_log_has_a_word_of_it(phone, link, caplog):
    with caplog.at_level(logging.DEBUG, "practice"):
        phone.post(link, typed(phone.get(link), WORRYING))
    assert "want to live" not in caplog.text


# --- What the client sees -------------------------------------------------------------------------


def sent_page(delivery, text):
    """The whole answer to pressing "Send", without what is drawn by lot or counted for every page."""
    browser, link = Browser(), f"/n/{delivery.token}/"
    answer = browser.post(link, typed(browser.get(link), text))
    body = re.sub(rb'(csrfmiddlewaretoken" value="|take_back" value=")[^"]*', rb"\1", answer.content)
    return answer.status_code, dict(answer.headers), sorted(answer.cookies), body


def test_the_client_gets_the_same_page_byte_for_byte(delivery):
    worrying = sent_page(delivery, WORRYING)
    assert Concern.objects.count() == 1
    ConcernWords.objects.update(phrases="")
    assert sent_page(delivery, WORRYING) == worrying
    assert Concern.objects.count() == 1


def test_the_clients_pages_afterwards_say_nothing_of_it(phone, link):
    phone.post(link, typed(phone.get(link), WORRYING))
    for page in (link, f"{link}?another", f"{link}pace/", f"{link}stop/"):
        told = text_of(phone.get(page)).lower()
        for word in ("read first", "held", "acknowledge", "worrying"):
            assert word not in told


# --- Between the lines of an email ----------------------------------------------------------------


@pytest.fixture
def step_sent(ada, module, settings, smtp_sink):
    """An email to Ada with a worrying word of ours, and what Outlook makes of it in an answer."""
    settings.INBOUND_ADDRESS = ADDRESS
    use_server(settings, smtp_sink.address)
    words = f"<p>Some think of suicide. Read <a href='https://example.org/more'>more on {'rest and ' * 30}it</a>.</p>"
    module.steps.filter(position=1).update(body=words)
    Prompt.objects.filter(step__module=module, position=2).update(
        kind="choice", options=["I want to die", "I am well"]
    )
    row = make_assignment(ada, module)
    left = sent(smtp_sink)
    head = (
        f"From: {left['From']}\nSent: Sunday, March 8, 2026 6:00 PM\nTo: Ada\nSubject: {left['Subject']}\n\n"
    )
    return row.deliveries.get(), head, left


def unmarked(email, html=False):
    """Its lines without any mark, each paragraph in one line and each link with its address."""
    if html:
        return all_text(
            "", re.sub(r'<a [^>]*href="([^"]*)"[^>]*>([^<]*)</a>', r"\2 &lt;\1&gt;", html_of(email))
        )
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", " ", text_part_of(email))


def answers(delivery, text):
    return came(mail(address_of(delivery), text))


@pytest.mark.parametrize("html", [False, True], ids=["by its text", "by its HTML"])
@pytest.mark.parametrize("above", ["See below.\n\n", ""])
def test_our_own_words_in_an_email_that_marks_nothing_make_none(step_sent, above, html):
    delivery, head, left = step_sent
    ours = unmarked(left, html)
    assert "suicide" in ours
    row = answers(delivery, f"{above}{'_' * 32}\n{head}{ours}")
    assert row.state == ("reply" if above else "malformed")
    assert not Concern.objects.exists()


@pytest.mark.parametrize("html", [False, True], ids=["by its text", "by its HTML"])
@pytest.mark.parametrize("above", ["See below.\n\n", ""])
@pytest.mark.parametrize("own", [WORRYING, "I want to die"])
def test_a_worrying_word_between_our_lines_is_noted_at_once(step_sent, desk, maya, above, html, own):
    delivery, head, left = step_sent
    ours, question = unmarked(left, html), "What stayed with you from reading 1?"
    assert question in ours
    row = answers(delivery, above + head + ours.replace(question, f"{question}\n\n{own}\n\n"))
    assert (row.state, Concern.objects.get().reply) == ("reply", row.reply)
    assert not any("suicide" in phrase for phrase in words_in(row.reply))
    page = soup(desk(maya).get(page_of(row.reply)))
    assert own in page.select_one("details[open]").get_text()


def test_a_phrase_does_not_reach_over_a_line_of_ours(step_sent):
    delivery, head, left = step_sent
    question = "What stayed with you from reading 1?"
    answers(delivery, f"Below.\n\n{head}I do not want to\n{question}\nlive in the city\n{unmarked(left)}")
    assert not Concern.objects.exists()


def test_an_email_that_can_no_longer_be_made_again_is_looked_through_whole(step_sent):
    delivery, head, left = step_sent
    Delivery.objects.update(submitted_at=None)
    answers(delivery, f"Below.\n\n{head}{unmarked(left)}")
    assert Concern.objects.exists()


# --- Nothing more leaves before -------------------------------------------------------------------


@pytest.fixture
def series(ada, module, settings, smtp_sink):
    """Ada's series, whose first step has left."""
    use_server(settings, smtp_sink.address)
    row = make_assignment(ada, module)
    send_due(SLOT)
    row.refresh_from_db()
    return row


def left(row):
    return [email.step.title for email in row.deliveries.filter(state="accepted").order_by("accepted_at")]


def test_the_next_step_stays_back_until_it_is_acknowledged(series, desk, maya):
    reply = sends(series.deliveries.get(), WORRYING, now=SLOT + DAY)
    send_due(SLOT + WEEK)
    assert left(series) == ["Step 1"]
    acknowledge(desk(maya), reply)
    send_due(SLOT + WEEK + DAY)
    assert left(series) == ["Step 1"]
    send_due(SLOT + 2 * WEEK)
    assert left(series) == ["Step 1", "Step 2"]


def test_acknowledged_in_time_it_changes_nothing_of_the_pace(series, desk, maya):
    reply = sends(series.deliveries.get(), WORRYING, now=SLOT + DAY)
    acknowledge(desk(maya), reply)
    send_due(SLOT + WEEK)
    assert left(series) == ["Step 1", "Step 2"]


def test_all_series_of_that_client_hold_and_nobody_elses(series, maya):
    other = make_assignment(series.client, make_module(maya, "Another"))
    bea = make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), series.module)
    send_due(SLOT)
    sends(series.deliveries.get(), WORRYING, now=SLOT + DAY)
    send_due(SLOT + WEEK)
    assert left(series) == left(other) == ["Step 1"]
    assert left(bea) == ["Step 1", "Step 2"]


def test_the_desk_says_why_in_plain_words(series):
    sends(series.deliveries.get(), WORRYING, now=SLOT + DAY)
    hold = Assignment.objects.get(pk=series.pk).outlook().hold
    assert hold.why == "Held until you have read Ada’s reflection of 9 March."
    assert "press “I have read this”" in hold.release


def test_the_day_is_that_of_the_practitioners_calendar(series):
    sends(series.deliveries.get(), WORRYING, now=SLOT.replace(hour=23, minute=30))
    assert "of 9 March" in series.outlook().hold.why


def test_a_practitioner_whose_time_zone_this_machine_lacks_holds_like_any_other(series, maya):
    sends(series.deliveries.get(), WORRYING, now=SLOT + DAY)
    Practitioner.objects.filter(pk=maya.pk).update(time_zone="Mars/Olympus")
    assert "of 9 March" in Assignment.objects.get(pk=series.pk).outlook().hold.why
    send_due(SLOT + WEEK)
    assert left(series) == ["Step 1"]


def test_what_waits_in_the_outbox_stays_back_as_well(series):
    planning.plan(SLOT + WEEK)
    waiting = series.deliveries.get(state="due")
    reply = sends(series.deliveries.get(state="accepted"), WORRYING, now=SLOT + WEEK)
    assert outbox.claim(SLOT + WEEK) == []
    planning.look_after(SLOT + WEEK)
    waiting.refresh_from_db()
    assert waiting.state == Delivery.State.CANCELLED
    reply.concern.delete()
    send_due(SLOT + 2 * WEEK)
    assert left(series) == ["Step 1", "Step 2"]


# --- At the desk ----------------------------------------------------------------------------------


def test_it_stands_first_on_today_and_in_the_inbox_until_it_is_acknowledged(pinned, desk, maya):
    browser = desk(maya)
    for path in ("/desk/", INBOX, f"{INBOX}?show=discussed"):
        section = soup(browser.get(path)).find("section", class_="desk-first")
        assert section.h2.get_text() == "Please read this first"
        assert section.a["href"] == page_of(pinned)
    acknowledge(browser, pinned)
    for path in ("/desk/", INBOX):
        assert soup(browser.get(path)).find("section", class_="desk-first") is None


def test_the_oldest_stands_first_and_a_colleague_sees_none(pinned, delivery, maya, tom):
    older = sends(delivery, WORRYING, now=NOW - DAY)
    assert home(maya, NOW).read_first == [older, pinned]
    assert home(tom, NOW).read_first == []


def test_its_page_says_what_was_found_and_what_the_button_does(pinned, desk, maya):
    page = soup(desk(maya).get(page_of(pinned)))
    first = page.find("section", class_="reflection-first")
    assert first.q.get_text() == "don't want to live"
    assert "Ada is told nothing of this" in " ".join(first.get_text(" ").split())
    assert page.find("button", attrs={"name": "acknowledge"}).get_text() == "I have read this"


def test_looking_and_marking_acknowledge_nothing(pinned, desk, maya):
    browser = desk(maya)
    browser.get(page_of(pinned))
    browser.get(page_of(pinned), {"acknowledge": "yes"})
    browser.post(page_of(pinned), {"mark": "read"})
    assert Concern.objects.open().exists()


def test_acknowledging_is_written_down_with_who_and_when(pinned, desk, maya):
    page = text_of(acknowledge(desk(maya), pinned))
    concern = Concern.objects.get()
    assert concern.acknowledged_by == maya
    assert concern.acknowledged_at
    assert "Maya Lindgren acknowledged it on" in page
    assert Reply.objects.get().read_at
    entry = AuditEntry.objects.get(action="acknowledged")
    assert (entry.actor, entry.kind, entry.thing_id) == (maya, "replies.reply", pinned.pk)
    assert entry.client_id == pinned.client_id


def test_acknowledging_twice_is_once_and_keeps_what_was_marked(pinned, desk, maya):
    browser = desk(maya)
    browser.post(page_of(pinned), {"mark": "to-discuss"})
    acknowledge(browser, pinned)
    first = Concern.objects.get().acknowledged_at
    acknowledge(browser, pinned)
    assert Concern.objects.get().acknowledged_at == first
    assert AuditEntry.objects.filter(action="acknowledged").count() == 1
    assert Reply.objects.get().talk == "to-discuss"


def test_a_colleague_and_whoever_runs_it_can_neither_see_nor_acknowledge_it(pinned, desk, tom, superuser):
    for somebody in (tom, superuser):
        assert acknowledge(desk(somebody), pinned).status_code == 404
        assert soup(desk(somebody).get("/desk/")).find("section", class_="desk-first") is None
    assert Concern.objects.open().exists()


def test_an_answer_that_cannot_be_decrypted_breaks_no_page(pinned, desk, maya):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_answer SET value = 'garbled' WHERE position = 1")
    page = text_of(desk(maya).get(page_of(pinned)))
    assert "Please read this first" in page
    assert "cannot be decrypted" in page


# --- Where the lists are written ------------------------------------------------------------------


def lists_of(browser):
    return browser.get(reverse("admin:replies_concernwords_changelist"))


def test_whoever_runs_the_practice_writes_the_lists_and_reads_their_limits(desk, superuser, delivery):
    browser = desk(superuser)
    page = text_of(lists_of(browser))
    for word in ("English", "Deutsch", "Español", "a list of words and nothing more", "Nobody watches"):
        assert word in page
    spanish = ConcernWords.objects.get(language="es")
    address = reverse("admin:replies_concernwords_change", args=(spanish.pk,))
    assert "overlooks much" in text_of(browser.get(address))
    browser.post(address, {"phrases": "mar abierto"})
    assert Concern.objects.count() == 0
    sends(delivery, "Miro el mar abierto.")
    assert Concern.objects.count() == 1
    assert AuditEntry.objects.of_the_installation().filter(kind="replies.concernwords").count() == 1


def test_a_practitioner_does_not(desk, maya):
    assert lists_of(desk(maya)).status_code == 403


def test_an_empty_list_says_that_it_finds_nothing(desk, superuser):
    ConcernWords.objects.filter(language="de").update(phrases=" \n")
    assert "this list finds nothing" in text_of(lists_of(desk(superuser)))
