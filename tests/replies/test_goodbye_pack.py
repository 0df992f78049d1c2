"""A client takes their own words along: all of them, nobody else's, and only from the page that a code opened."""

import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone

from practice.mailing.models import Delivery, Notice
from practice.replies.models import Answer, Message, Note, Reply
from practice.replies.sheet import Question
from resources.models import Prompt, PromptKind
from tests.cast import make_assignment, make_client
from tests.replies.conftest import deliver
from tests.replies.paper import soup, text_of, typed

FILES = ("words.html", "words.json")


@pytest.fixture
def own(delivery):
    """Ada's own own, by the link of her first email."""
    return f"/c/{delivery.token}/"


def open_with_code(browser, own):
    browser.post(own, {"do": "code"})
    browser.post(own, {"do": "open", "digits": Notice.objects.filter(kind="code").latest("pk").code})
    return own


@pytest.fixture
def opened(phone, own):
    """The own, opened with a code in Ada's browser."""
    return open_with_code(phone, own)


def send(browser, link, *answers, **more):
    return browser.post(link, typed(browser.get(f"{link}?another"), *answers) | more)


def both(browser, own):
    """What the two files say, as one text."""
    return "".join(browser.get(own + name).content.decode() for name in FILES)


def data(browser, own):
    return json.loads(browser.get(f"{own}words.json").content)


def test_all_that_ada_wrote_is_in_it_with_step_question_and_day(phone, other_browser, link, opened, ada):
    send(other_browser, link, "The part about the kettle.", "7")
    Message.write(ada, "Thursday is good.", "a" * 32, timezone.now(), by_client=True)
    shown = text_of(phone.get(f"{opened}words.html"))
    for words in (
        *("Step 1", "What stayed with you from reading 1?", "The part about the kettle."),
        *("How settled do you feel?", "7 of 10 (Not at all – Very)", "Thursday is good."),
    ):
        assert words in shown
    told = data(phone, opened)
    reply, message = Reply.objects.get(), Message.objects.get()
    assert told["reflections"] == [
        {
            "step": "Step 1",
            "sent_at": reply.sent_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "answers": [
                {
                    "question": "What stayed with you from reading 1?",
                    "kind": "text",
                    "value": "The part about the kettle.",
                    "for": "share",
                },
                {"question": "How settled do you feel?", "kind": "scale", "value": 7, "for": "share"},
            ],
        }
    ]
    at = message.written_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    assert told["messages"] == [{"written_at": at, "text": "Thursday is good."}]


def test_choices_and_lists_are_readable(phone, delivery, link, opened):
    for kind, text in ((PromptKind.CHOICE, "What helps?"), (PromptKind.CHECKLIST, "What was there?")):
        Prompt.objects.create(step=delivery.step, position=9, kind=kind, text=text, options=["Rest", "Tea"])
    phone.post(link, typed(phone.get(link)) | {"answer-2": "Rest", "answer-3": ["Rest", "Tea"]})
    values = [answer["value"] for answer in data(phone, opened)["reflections"][0]["answers"]]
    assert values == ["Rest", ["Rest", "Tea"]]
    assert "What was there? Rest Tea" in text_of(phone.get(f"{opened}words.html"))


def test_it_is_a_file_that_nobody_keeps_on_the_way_and_whose_name_tells_nothing(phone, opened):
    today = timezone.localdate()
    for ending, content_type in (("html", "text/html"), ("json", "application/json")):
        answer = phone.get(f"{opened}words.{ending}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="my-words-{today}.{ending}"'
        assert answer.headers["Content-Type"].startswith(content_type)
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_needs_nothing_from_elsewhere(phone, link, opened):
    send(phone, link, "Words.")
    shown = soup(phone.get(f"{opened}words.html"))
    assert not shown.select("script, link, img, a, [src], [href]")
    assert shown.style


def test_what_she_kept_for_herself_is_in_it(phone, other_browser, link, opened):
    send(other_browser, link, "All of it only for me.", sharing="keep")
    send(phone, link, "One for me.", "7", **{"sharing-0": "keep"})
    assert not Reply.objects.filter(sent_at=None, kept_at=None).exists()
    whole, one = data(phone, opened)["reflections"]
    assert whole["answers"][0] | {"value": "All of it only for me.", "for": "keep"} == whole["answers"][0]
    assert "kept_at" in whole
    assert one["answers"][0]["for"] == "keep"
    assert text_of(phone.get(f"{opened}words.html")).count("Kept for myself") == 2


def test_what_she_kept_stays_in_it_when_she_thinks_of_sharing_it_and_keeps_it_after_all(phone, link, opened):
    send(phone, link, "For me.", sharing="keep")
    for sharing, is_in_it in (("share", False), ("keep", True)):
        phone.post(f"{link}draft/", typed(phone.get(link), "For me.") | {"sharing": sharing})
        assert ("For me." in both(phone, opened)) is is_in_it
    phone.post(link, typed(phone.get(link), "For Maya.") | {"sharing": "share"})
    assert "sent_at" in data(phone, opened)["reflections"][0]


def test_what_she_wants_to_talk_about_is_in_it_with_her_words(phone, link, opened):
    send(phone, link, "Not in writing.", sharing="talk")
    assert "Not in writing." in both(phone, opened)
    assert "To talk about" in text_of(phone.get(f"{opened}words.html"))


@pytest.mark.parametrize("sharing", ["share", "keep", "talk"])
def test_a_draft_is_not_in_it(phone, link, opened, sharing):
    phone.post(f"{link}draft/", typed(phone.get(link), "Never sent.") | {"sharing": sharing})
    assert Reply.objects.drafts().count() == 1
    assert "Never sent." not in both(phone, opened)


def test_what_was_taken_back_is_a_draft_again(phone, link, opened):
    send(phone, link, "Taken back.")
    phone.post(link, {"take_back": str(Reply.objects.get().pk)})
    assert "Taken back." not in both(phone, opened)


def test_what_was_kept_and_then_changed_to_be_shared_is_a_draft_until_it_is_sent(phone, link, opened):
    send(phone, link, "For me.", sharing="keep")
    phone.post(f"{link}draft/", typed(phone.get(link), "For both.") | {"sharing": "share"})
    assert "For both." not in both(phone, opened)
    phone.post(link, typed(phone.get(link), "For both."))
    assert "For both." in both(phone, opened)


def test_what_came_by_email_is_in_it(phone, delivery, opened):
    reply = Reply(delivery=delivery, page="a" * 32)
    reply.keep([Question(None, PromptKind.TEXT, "By email")], ["Written on a train."], timezone.now())
    reply.send(timezone.now())
    assert "Written on a train." in both(phone, opened)


def test_that_it_came_by_email_is_said_in_the_clients_language(phone, delivery, opened, ada):
    ada.language = "de"
    ada.save()
    reply = Reply(delivery=delivery, page="a" * 32)
    reply.keep([Question(None, PromptKind.TEXT, Answer.BY_EMAIL)], ["Im Zug geschrieben."], timezone.now())
    reply.send(timezone.now())
    shown = text_of(phone.get(f"{opened}words.html"))
    assert "Per E-Mail" in shown
    assert "Im Zug geschrieben." in shown
    assert reply.answers.get().question == "By email"


def test_nothing_of_mayas_is_in_it(phone, link, opened, ada):
    ada.private_note = "Hers, about Ada."
    ada.save()
    send(phone, link, "Mine.")
    Note.keep(Reply.objects.get(), "Hers, about this.", timezone.now())
    Message.write(ada, "Hers, to Ada.", "b" * 32, timezone.now(), by_client=False)
    said = both(phone, opened)
    assert "Mine." in said
    assert "Hers" not in said
    assert "Reading number 1." not in said


def test_somebody_else_with_the_same_mailbox_is_somebody_else(phone, opened, ada, tom, toms_module):
    other = make_client(tom, "Kei", ada.email, "Europe/Berlin")
    link = f"/n/{deliver(make_assignment(other, toms_module), toms_module.steps.first()).token}/"
    send(phone, link, "Of somebody else.")
    Message.write(other, "Also of somebody else.", "c" * 32, timezone.now(), by_client=True)
    assert Reply.objects.sent().count() == 1
    assert "somebody else" not in both(phone, opened)


def test_a_page_opened_for_one_client_gives_nothing_of_another(phone, opened, maya, module):
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    theirs = f"/c/{deliver(make_assignment(kei, module), module.steps.first()).token}/"
    Message.write(kei, "Of Kei.", "d" * 32, timezone.now(), by_client=True)
    for name in FILES:
        assert phone.get(theirs + name).headers["Location"] == theirs


def test_a_link_alone_leads_to_the_code(other_browser, phone, link, own, opened):
    send(phone, link, "Only behind the code.")
    for name in FILES:
        for ask in (other_browser.get, other_browser.head):
            answer = ask(own + name)
            assert (answer.status_code, answer.headers["Location"]) == (302, own)
            assert b"Only behind" not in answer.content
            assert answer.headers["Cache-Control"] == "no-store"
        assert "Send me a code" in text_of(other_browser.get(own + name, follow=True))


@pytest.mark.parametrize("how", ["closed", "left", "unused"])
def test_once_the_page_is_closed_there_is_no_file(phone, link, opened, how):
    send(phone, link, "Only while it is open.")
    assert "Only while" in both(phone, opened)
    if how == "closed":
        phone.post(opened, {"do": "close"})
    elif how == "left":
        phone.post("/leave/")
    else:
        session = phone.session
        session["own_page"] = {**session["own_page"], "until": timezone.now().isoformat()}
        session.save()
    for name in FILES:
        assert phone.get(opened + name).status_code == 302


def test_a_link_that_does_not_open_gives_no_file(phone, opened):
    nowhere = phone.get("/c/nothing/")
    Delivery.objects.update(link_revoked_at=timezone.now())
    for name in FILES:
        answer = phone.get(opened + name)
        assert (answer.status_code, answer.content) == (404, nowhere.content)


def test_asking_for_it_changes_nothing_and_a_form_gets_nothing(phone, link, opened):
    send(phone, link, "Words.")
    for name in FILES:
        before = phone.session["own_page"]
        phone.get(opened + name)
        assert phone.session["own_page"] == before
        assert phone.post(opened + name).status_code == 405


def test_words_are_written_as_words_and_not_as_html(phone, link, opened, ada, delivery):
    evil = "<script>alert(1)</script> & <b>“quoted”</b>"
    ada.name, delivery.step.title = "<i>Ada</i>", "<u>Step</u>"
    ada.save()
    delivery.step.save()
    send(phone, link, evil)
    Answer.objects.update(question="<em>Why</em>?")
    Message.write(ada, evil, "e" * 32, timezone.now(), by_client=True)
    shown = soup(phone.get(f"{opened}words.html"))
    assert not shown.select("script, b, i, u, em")
    for words in (evil, "<i>Ada</i>", "<u>Step</u>", "<em>Why</em>?"):
        assert words in shown.get_text()
    assert data(phone, opened)["messages"][0]["text"] == evil


def test_words_that_no_key_fits_are_an_error_and_no_file(phone, link, opened, settings, caplog):
    send(phone, link, "Encrypted.")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    for name in FILES:
        answer = phone.get(opened + name)
        assert answer.status_code == 500
        assert "Content-Disposition" not in answer.headers
        assert "Your words cannot be read at the moment" in text_of(answer)
    assert "fit none of FIELD_ENCRYPTION_KEYS" in caplog.text


def test_one_damaged_answer_among_many_is_an_error_too(phone, link, opened):
    send(phone, link, "One.")
    send(phone, link, "Two.")
    broken = Answer.objects.exclude(question__startswith="How").first()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE replies_answer SET value = 'gAAAA-damaged' WHERE id = %s", [broken.pk])
    assert phone.get(f"{opened}words.html").status_code == 500


@pytest.mark.parametrize(
    ("language", "title", "scale", "along"),
    [
        ("de", "Meine Worte", "7 von 10", "Ihre Worte mitnehmen"),
        ("es", "Mis palabras", "7 de 10", "Llévate tus palabras"),
    ],
)
def test_it_speaks_the_language_of_the_client(phone, link, opened, ada, language, title, scale, along):
    ada.language = language
    ada.save()
    send(phone, link, "Wörter, palabras.", "7")
    shown = soup(phone.get(f"{opened}words.html"))
    assert (shown.html["lang"], shown.html["dir"]) == (language, "ltr")
    assert shown.h1.get_text() == title
    assert scale in shown.get_text()
    assert "Wörter, palabras." in both(phone, opened)
    assert along in text_of(phone.get(opened))


def test_days_are_on_the_clients_own_clock(phone, link, opened, ada):
    ada.time_zone = "Asia/Tokyo"
    ada.save()
    send(phone, link, "Late in the evening.")
    at = timezone.now().replace(year=2026, month=3, day=8, hour=20, minute=30)
    Reply.objects.update(sent_at=at)
    assert "Sent 9 March 2026, 05:30" in text_of(phone.get(f"{opened}words.html"))
    assert data(phone, opened)["reflections"][0]["sent_at"].startswith("2026-03-08T20:30")


def test_with_nothing_written_the_files_say_so(phone, opened):
    assert text_of(phone.get(f"{opened}words.html")).count("Nothing.") == 2
    assert data(phone, opened) | {"reflections": [], "messages": []} == data(phone, opened)


def test_the_own_page_offers_both_files(phone, opened):
    assert [a["href"] for a in soup(phone.get(opened)).select(".along a")] == [
        opened + name for name in FILES
    ]


def test_whoever_stops_is_told_where_their_words_are_and_can_still_get_them(phone, link, own):
    send(phone, link, "Goodbye.")
    before = phone.get(f"{link}stop/")
    stopped = phone.post(f"{link}stop/", {"what": "all"})
    for shown in (before, stopped):
        assert "Take your words along" in text_of(shown)
        assert soup(shown).select_one(f'main a[href="{own}"]')
    open_with_code(phone, own)
    assert "Goodbye." in both(phone, own)


def test_a_link_that_is_too_old_for_the_own_page_does_not_lead_there(phone, link, expired):
    shown = phone.get(f"{link}stop/")
    assert "The link in your newest email leads to your own page" in text_of(shown)
    assert not soup(shown).select('main a[href^="/c/"]')


def test_many_pages_take_few_questions_to_the_database(
    phone, assignment, opened, django_assert_max_num_queries
):
    for step in assignment.module.steps.all()[1:]:
        link = f"/n/{deliver(assignment, step, timezone.now() - timedelta(days=1)).token}/"
        send(phone, link, "Words.")
    with django_assert_max_num_queries(20):
        phone.get(f"{opened}words.html")
