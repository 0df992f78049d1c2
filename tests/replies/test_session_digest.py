"""The page for a session: what a client chose to share since the last one, on screen, on paper, and as a PDF."""

import logging
import re
import sys
import zlib
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from practice.replies import pdf
from practice.replies.models import Mark, Meeting, Note, Reply
from tests.cast import NOW, make_assignment, make_client
from tests.components import find_pango, missing
from tests.replies.conftest import deliver
from tests.replies.writing_back import wrote


@pytest.fixture
def page(ada):
    return reverse("admin:replies_digest", args=(ada.pk,))


@pytest.fixture
def as_pdf(ada):
    return reverse("admin:replies_digest_pdf", args=(ada.pk,))


@pytest.fixture
def three(delivery):
    """What Ada sent on 2, 9 and 16 March, each at ten in the morning in Berlin."""
    words = ("The sea.", "Rain.", "Nothing much.")
    return [wrote(delivery, NOW + timedelta(weeks=n), ("What stayed?", said)) for n, said in enumerate(words)]


def soup(response):
    return BeautifulSoup(response.content, "html.parser").main


def shared(browser, address):
    """What the digest at this address shows."""
    return [letter.answers[0].words for letter in browser.get(address).context["digest"].letters]


def noted(browser, page, met_on, since="", **more):
    """Press "Note that we met" as the page offers it."""
    until = soup(browser.get(page)).find("input", {"name": "until"})["value"]
    return browser.post(page, {"met_on": met_on, "since": since, "until": until, **more}, follow=True)


# --- What it shows


def test_it_shows_what_was_sent_since_a_day_that_included_the_oldest_first(desk, maya, three, page):
    browser = desk(maya)
    assert shared(browser, page) == ["The sea.", "Rain.", "Nothing much."]
    assert shared(browser, f"{page}?since=2026-03-09") == ["Rain.", "Nothing much."]
    assert shared(browser, f"{page}?since=2026-03-10") == ["Nothing much."]
    assert shared(browser, f"{page}?since=") == ["The sea.", "Rain.", "Nothing much."]


def test_a_day_is_one_of_the_practitioners_own_calendar(desk, maya, delivery, page):
    # 23:30 UTC on the 8th is half past midnight on the 9th in Berlin.
    wrote(delivery, datetime(2026, 3, 8, 23, 30, tzinfo=UTC), ("What stayed?", "Night."))
    wrote(delivery, datetime(2026, 3, 8, 22, 30, tzinfo=UTC), ("What stayed?", "Evening."))
    assert shared(desk(maya), f"{page}?since=2026-03-09") == ["Night."]


def test_it_says_which_days_it_is_about(desk, maya, three, page):
    words = " ".join(soup(desk(maya).get(f"{page}?since=2026-03-09")).get_text(" ").split())
    assert "since 9 March 2026, that day included. 2 reflections, the oldest first." in words


def test_drafts_notes_and_other_clients_are_not_on_it(desk, maya, ada, three, page, module):
    Note.keep(three[0], "Ask about the boat.", NOW)
    ada.private_note = "Prefers mornings."
    ada.save()
    draft = Reply.objects.create(delivery=three[0].delivery, page="a draft", saved_at=NOW)
    draft.answers.create(question="What?", value="Not yet for her.")
    other = make_client(maya, "Cleo", "cleo@example.org", "Europe/Berlin")
    wrote(deliver(make_assignment(other, module), module.steps.first(), NOW), NOW, ("What?", "Not Ada's."))
    page = desk(maya).get(page).content.decode()
    for words in ("boat", "mornings", "Not yet for her", "Not Ada"):
        assert words not in page


def test_it_counts_and_sums_up_nothing(desk, maya, delivery, page):
    for weeks in range(2):
        wrote(
            delivery, NOW + timedelta(weeks=weeks), ("How settled?", str(4 + weeks), ("Not at all", "Very"))
        )
    shown = soup(desk(maya).get(page))
    assert shown.find("svg") is None
    words = shown.get_text(" ").lower()
    assert "4 of 10 (not at all – very)" in words
    assert not any(word in words for word in ("score", "average", "summary", "trend", "better", "worse"))


def test_without_anything_it_says_what_will_come(desk, maya, page):
    assert "What Ada sends you before you next meet appears here." in soup(desk(maya).get(page)).get_text(" ")


@pytest.mark.parametrize("since", ["soon", "2026-02-31", "0001-01-01", "²"])
def test_a_day_that_is_none_is_said_by_the_field(desk, maya, three, page, since):
    answer = desk(maya).get(page, {"since": since})
    assert answer.status_code == 200
    assert soup(answer).select(".desk-error")
    assert len(answer.context["digest"].letters) == 3


def test_looking_changes_nothing(desk, maya, three, page, as_pdf):
    for address in (page, as_pdf):
        desk(maya).get(address)
    assert not Meeting.objects.exists()
    assert all(reply.mark is Mark.UNREAD for reply in Reply.objects.all())


def test_others_get_a_404_and_can_note_nothing(desk, tom, superuser, three, page, as_pdf):
    for other in (tom, superuser):
        for address in (page, as_pdf):
            assert desk(other).get(address).status_code == 404
        said = {"met_on": "2026-03-09", "discussed": "on", "until": timezone.now().isoformat()}
        assert desk(other).post(page, said).status_code == 404
    assert not Meeting.objects.exists()
    assert not Reply.objects.marked(Mark.DISCUSSED).exists()


# --- After the session


def test_after_a_session_was_noted_the_next_digest_begins_there(desk, maya, three, page):
    browser = desk(maya)
    answer = noted(browser, page, "2026-03-09")
    assert "Noted: you met on 9 March 2026." in soup(answer).get_text(" ")
    assert shared(browser, page) == ["Rain.", "Nothing much."]
    noted(browser, page, "2026-03-12")
    assert shared(browser, page) == ["Nothing much."]
    assert [meeting.met_on for meeting in Meeting.objects.all()] == [date(2026, 3, 12), date(2026, 3, 9)]


def test_the_reflections_on_the_page_are_marked_as_discussed_if_wanted(desk, maya, three, page):
    browser = desk(maya)
    noted(browser, page, "2026-03-16")
    assert not Reply.objects.marked(Mark.DISCUSSED).exists()
    noted(browser, f"{page}?since=2026-03-09", "2026-03-16", since="2026-03-09", discussed="on")
    assert [reply.mark for reply in three_of(three)] == [Mark.UNREAD, Mark.DISCUSSED, Mark.DISCUSSED]


def test_one_that_came_in_while_the_page_was_open_keeps_its_mark(desk, maya, three, delivery, page):
    browser = desk(maya)
    until = soup(browser.get(page)).find("input", {"name": "until"})["value"]
    late = wrote(delivery, timezone.now(), ("What stayed?", "Just now."))
    browser.post(page, {"met_on": "2026-03-16", "discussed": "on", "until": until})
    assert Reply.objects.get(pk=late.pk).mark is Mark.UNREAD
    assert Reply.objects.get(pk=three[0].pk).mark is Mark.DISCUSSED


def test_another_clients_reflections_keep_theirs(desk, maya, three, module, page):
    other = make_client(maya, "Cleo", "cleo@example.org", "Europe/Berlin")
    hers = wrote(deliver(make_assignment(other, module), module.steps.first(), NOW), NOW, ("What?", "Hers."))
    noted(desk(maya), page, "2026-03-16", discussed="on")
    assert Reply.objects.get(pk=hers.pk).mark is Mark.UNREAD


def test_the_same_day_noted_twice_is_one_session(desk, maya, page):
    browser = desk(maya)
    for _ in range(2):
        noted(browser, page, "2026-03-09")
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    "said", [{"met_on": ""}, {"met_on": "soon"}, {"until": ""}, {"until": "9999-12-31T23:59-14:00"}]
)
def test_what_cannot_be_noted_is_said_and_changes_nothing(desk, maya, three, page, said):
    until = timezone.now().isoformat()
    answer = desk(maya).post(page, {"met_on": "2026-03-09", "discussed": "on", "until": until} | said)
    assert answer.status_code == 422
    assert soup(answer).select(".reflection-met .desk-error")
    assert not Meeting.objects.exists()
    assert not Reply.objects.marked(Mark.DISCUSSED).exists()


def test_a_session_still_to_come_is_not_noted(desk, maya, page):
    tomorrow = timezone.localdate() + timedelta(days=2)
    assert "This day is still to come." in soup(noted(desk(maya), page, tomorrow.isoformat())).get_text(" ")
    assert not Meeting.objects.exists()


def test_the_last_session_can_be_taken_back(desk, maya, three, page):
    browser = desk(maya)
    for day in ("2026-03-09", "2026-03-12"):
        noted(browser, page, day)
    button = soup(browser.get(page)).find("button", {"name": "forget"})
    browser.post(page, {"forget": button["value"]})
    assert [meeting.met_on for meeting in Meeting.objects.all()] == [date(2026, 3, 9)]
    browser.post(page, {"forget": button["value"]})
    assert Meeting.objects.count() == 1, "an old page takes back nothing else"


def three_of(three):
    return [Reply.objects.get(pk=reply.pk) for reply in three]


# --- As a PDF


@pytest.fixture
def pango():
    """What lays out the letters in a PDF."""
    if not find_pango():
        missing("Pango is not installed, so no PDF can be made")


def test_the_pdf_is_made_for_real_and_named_neutrally(pango, desk, maya, three, as_pdf):
    answer = desk(maya).get(f"{as_pdf}?since=2026-03-09")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment; filename=")
    assert "ada" not in name.lower()


def opened(content):
    """Everything in a PDF, its compressed parts included."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.S)
    return content + b"".join(zlib.decompressobj().decompress(part) for part in parts if part[:1] == b"x")


def test_more_to_read_makes_more_pages(pango, desk, maya, delivery, as_pdf):
    browser = desk(maya)
    for weeks, pages in enumerate((1, 3)):
        wrote(
            delivery,
            NOW + timedelta(weeks=weeks),
            ("What stayed?", "The sea, and rain. " * (10 + 400 * weeks)),
        )
        assert len(re.findall(rb"/Type\s*/Page\b", opened(browser.get(as_pdf).content))) == pages


MARKUP = '<img src="http://192.0.2.1/x.png"><link rel="attachment" href="file:///etc/hostname">'


def test_what_a_client_wrote_is_text_in_the_pdf(pango, desk, maya, ada, delivery, as_pdf):
    wrote(delivery, NOW, ("What stayed?", MARKUP))
    shown = desk(maya).get(as_pdf).context["digest"]
    html = render_to_string("admin/replies/reply/digest_pdf.html", {"digest": shown, "client": ada})
    assert "&lt;img src=" in html
    assert "<img" not in html


def test_making_one_opens_no_file_and_no_connection(pango, monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("it went to the network"))
    made = pdf.pdf_of(f"<p>Words{MARKUP}")
    assert made.startswith(b"%PDF-")
    assert b"EmbeddedFile" not in opened(made)


def test_making_one_logs_nothing_of_what_it_says(pango, desk, maya, three, as_pdf, caplog):
    with caplog.at_level(logging.INFO):
        desk(maya).get(as_pdf)
    assert [
        record.name for record in caplog.records if record.name.startswith(("weasyprint", "fontTools"))
    ] == []


def test_with_weasyprint_there_is_a_button_for_these_days(desk, maya, three, page, as_pdf):
    shown = desk(maya).get(f"{page}?since=2026-03-09").content.decode()
    assert f'href="{as_pdf}?since=2026-03-09"' in shown
    assert "requirements-pdf.txt" not in shown


def test_without_it_the_page_says_how_to_get_it_and_still_prints(
    desk, maya, three, page, as_pdf, monkeypatch
):
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # what Python itself takes for "not there"
    browser = desk(maya)
    shown = browser.get(page).content.decode()
    assert as_pdf not in shown
    assert "pip install -r requirements-pdf.txt" in shown
    assert "data-print" in shown
    answer = browser.get(f"{as_pdf}?since=2026-03-09", follow=True)
    assert answer.redirect_chain == [(f"{page}?since=2026-03-09", 302)]
    assert "A PDF cannot be made here." in answer.content.decode()
