"""What a client and their practitioner write to each other: behind a code, and never in an email."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.test import Client as Browser
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.desk.handing_over import hand_over
from practice.mailing import notices
from practice.mailing.models import Notice
from practice.mailing.outcome import Outcome
from practice.people.models import AuditEntry
from practice.replies.models import Code, Message
from tests.replies.paper import soup, text_of

CANARY = "The words that only two people know."


@pytest.fixture
def page(delivery):
    """Ada's own page, by the link of her first email."""
    return f"/c/{delivery.token}/"


@pytest.fixture
def opened(phone, page):
    """The page, opened with a code in Ada's browser."""
    phone.post(page, {"do": "code"})
    phone.post(page, {"do": "open", "digits": newest_code()})
    return page


def fields_of(response):
    """What the page would send back: hidden fields and what is typed."""
    shown = soup(response)
    fields = {box["name"]: box["value"] for box in shown.select("main input[type=hidden][name]")}
    return fields | {box["name"]: box.get_text().removeprefix("\n") for box in shown.select("main textarea")}


def newest_code():
    return Notice.objects.filter(kind="code").latest("pk").code


def later(minutes):
    """That much time goes by for what was sent."""
    Notice.objects.update(made_at=F("made_at") - timedelta(minutes=minutes))


def write(browser, page, words):
    return browser.post(page, {**fields_of(browser.get(page)), "do": "write", "text": words}, follow=True)


def names_on(page):
    """Whose each message is, as it is shown and as it is read out."""
    written = soup(page).select("article")
    names = [line.select_one("h2, .small").get_text().split(",")[0].strip() for line in written]
    assert names == [
        line.get("aria-label", name).split(",")[0] for line, name in zip(written, names, strict=True)
    ]
    return names


def desk_page(client):
    return f"/desk/replies/reply/client/{client.pk}/messages/"


def test_looking_sends_nothing_and_shows_nothing(phone, page, ada):
    Message.write(ada, CANARY, "a" * 32, timezone.now(), by_client=False)
    shown = phone.get(page)
    assert "Send me a code" in text_of(shown)
    assert CANARY not in text_of(shown)
    assert not Notice.objects.exists()


def test_a_code_from_the_mailbox_opens_the_page(phone, page, ada):
    Message.write(ada, CANARY, "a" * 32, timezone.now(), by_client=False)
    assert "six digits is on its way" in text_of(phone.post(page, {"do": "code"}))
    digits = newest_code()
    shown = phone.post(page, {"do": "open", "digits": f" {digits[:3]} {digits[3:]} "}, follow=True)
    assert CANARY in text_of(shown)


def test_a_code_works_once_and_only_where_it_was_asked_for(phone, other_browser, page, ada):
    Message.write(ada, CANARY, "a" * 32, timezone.now(), by_client=False)
    phone.post(page, {"do": "code"})
    digits = newest_code()
    assert CANARY not in text_of(other_browser.post(page, {"do": "open", "digits": digits}, follow=True))
    assert CANARY in text_of(phone.post(page, {"do": "open", "digits": digits}, follow=True))
    phone.post(page, {"do": "close"})
    assert CANARY not in text_of(phone.post(page, {"do": "open", "digits": digits}, follow=True))


def test_after_five_wrong_tries_the_right_code_opens_nothing_and_there_is_a_pause(phone, page):
    phone.post(page, {"do": "code"})
    digits = newest_code()
    wrong = "000000" if digits != "000000" else "000001"
    for _ in range(5):
        assert phone.post(page, {"do": "open", "digits": wrong}).status_code == 422
    assert phone.post(page, {"do": "open", "digits": digits}).status_code == 422
    assert phone.post(page, {"do": "code"}).status_code == 429
    assert Notice.objects.filter(kind="code").count() == 1
    later(minutes=16)
    assert phone.post(page, {"do": "code"}).status_code == 200


def test_a_code_grows_old(phone, page):
    phone.post(page, {"do": "code"})
    digits = newest_code()
    later(minutes=11)
    assert "can no longer be used" in text_of(phone.post(page, {"do": "open", "digits": digits}))


def test_nobody_fills_a_mailbox_with_codes(phone, page):
    for _ in range(6):
        phone.post(page, {"do": "code"})
        Notice.objects.update(state="sent")
    assert Code.objects.count() == Code.MOST


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "abcdef", "12 34 56"])
def test_what_is_no_code_costs_no_try(phone, page, digits):
    phone.post(page, {"do": "code"})
    assert phone.post(page, {"do": "open", "digits": digits}).status_code == 422
    assert Code.objects.get().tries == 0


def test_a_page_that_nobody_uses_closes_and_loses_nothing_that_was_typed(phone, opened):
    fields = fields_of(phone.get(opened))
    session = phone.session
    session["own_page"] = {**session["own_page"], "until": timezone.now().isoformat()}
    session.save()
    shown = phone.post(opened, {**fields, "do": "write", "text": CANARY})
    assert not Message.objects.exists()
    kept = fields_of(phone.post(opened, {"do": "code", "text": fields_of(shown)["text"]}))["text"]
    shown = phone.post(opened, {"do": "open", "digits": newest_code(), "text": kept})
    assert fields_of(shown)["text"] == CANARY


def test_a_client_writes_once_and_it_is_encrypted(phone, opened, ada):
    fields = {**fields_of(phone.get(opened)), "do": "write", "text": CANARY}
    for _ in range(2):
        shown = phone.post(opened, fields, follow=True)
    assert CANARY in text_of(shown)
    (message,) = Message.objects.all()
    assert message.by_client
    assert message.client == ada
    assert Message.objects.extra(select={"raw": "text"}).values_list("raw", flat=True)[0] != CANARY


def test_other_words_sent_from_the_same_page_are_another_message(phone, opened):
    fields = fields_of(phone.get(opened)) | {"do": "write"}
    for words in ("Hello.", "Hello. And something more.", "Hello. And something more.", "Hello."):
        phone.post(opened, fields | {"text": words})
    assert [message.text for message in Message.objects.all()] == ["Hello.", "Hello. And something more."]


def test_the_same_words_from_a_page_opened_after_back_are_one_message_and_it_is_said(phone, opened):
    assert 'autocomplete="off"' in str(soup(phone.get(opened)).find("form", id="write"))
    assert "sent already" not in text_of(write(phone, opened, CANARY))
    said = text_of(write(phone, opened, CANARY))
    assert "These words are sent already." in said
    assert said.count(CANARY) == 1
    assert Message.objects.count() == 1


def test_the_same_words_are_another_message_later_or_after_an_answer(phone, opened, ada):
    write(phone, opened, "Yes.")
    Message.objects.update(written_at=F("written_at") - timedelta(minutes=11))
    write(phone, opened, "Yes.")
    assert Message.objects.count() == 2
    Message.write(ada, "And Thursday?", "b" * 32, timezone.now(), by_client=False)
    write(phone, opened, "Yes.")
    assert Message.objects.filter(by_client=True).count() == 3


def test_so_are_mayas_and_each_is_in_the_trail(desk, maya, ada):
    browser, page = desk(maya), desk_page(ada)
    fields = fields_of(browser.get(page)) | {"do": "write"}
    for words in ("Until Thursday.", "Until Friday.", "Until Friday."):
        browser.post(page, fields | {"text": words})
    assert [message.text for message in Message.objects.all()] == ["Until Thursday.", "Until Friday."]
    assert AuditEntry.objects.about(ada).filter(action="added", kind="replies.message").count() == 2


def test_an_empty_message_comes_back_with_the_reason(phone, opened):
    answer = phone.post(opened, {**fields_of(phone.get(opened)), "do": "write", "text": " "})
    assert answer.status_code == 422
    assert "Nothing is written yet." in text_of(answer)


def test_maya_writes_back_and_ada_is_told_without_a_word_of_it(desk, maya, ada, opened, phone):
    browser = desk(maya)
    shown = write(browser, desk_page(ada), CANARY)
    assert "A short email tells them so in two minutes." in text_of(shown)
    notice = Notice.objects.get(kind="message")
    assert CANARY not in notices.letter(notice).body
    assert CANARY in text_of(phone.get(opened))
    assert AuditEntry.objects.about(ada).filter(action="read").exists()


def test_on_days_without_emails_ada_is_told_after_them(desk, maya, ada):
    today = timezone.localdate()
    days = Blackout.objects.create(
        client=ada, first_on=today, last_on=today + timedelta(days=3), by_client=True
    )
    browser = desk(maya)
    assert "after their days without emails" in text_of(browser.get(desk_page(ada)))
    shown = text_of(write(browser, desk_page(ada), CANARY))
    told_on = days.last_on + timedelta(days=1)
    assert f"A short email tells them so on {told_on:%A} {told_on.day} {told_on:%B}" in shown
    due = timezone.localtime(Notice.objects.get(kind="message").due_at, ZoneInfo(ada.time_zone))
    assert (due.date(), due.hour) == (told_on, 9)


def test_maya_can_take_it_back_before_ada_is_told(desk, maya, ada):
    browser = desk(maya)
    write(browser, desk_page(ada), CANARY)
    browser.post(desk_page(ada), {"do": "take back"})
    assert not Message.objects.exists()
    assert Notice.objects.get().state == Notice.State.WITHDRAWN


def test_the_one_before_it_is_told_of_after_all_where_its_email_had_made_room(desk, maya, ada):
    browser, now = desk(maya), timezone.now()
    write(browser, desk_page(ada), "The first words.")
    Notice.objects.update(due_at=now)
    first = notices.claim(now)
    later(1)
    Message.objects.update(written_at=now - timedelta(minutes=1))
    write(browser, desk_page(ada), "The second words.")
    notices.record(first, Outcome("later", "connect"), now)
    assert Notice.objects.get(pk=first.pk).state == Notice.State.WITHDRAWN
    browser.post(desk_page(ada), {"do": "take back"})
    assert [message.text for message in Message.objects.all()] == ["The first words."]
    states = [notice.state for notice in Notice.objects.order_by("pk")]
    assert states == [Notice.State.WAITING, Notice.State.WITHDRAWN]
    assert notices.claim(timezone.now()) == first


def test_what_was_told_of_before_is_not_told_of_again(desk, maya, ada):
    browser = desk(maya)
    for state in ("withdrawn", "sent"):
        write(browser, desk_page(ada), "Words of before.")
        Notice.objects.filter(state="waiting").update(
            state=state, reason="Another one that waits says the same."
        )
        later(1)
    Message.objects.update(written_at=timezone.now() - timedelta(minutes=2))
    write(browser, desk_page(ada), CANARY)
    browser.post(desk_page(ada), {"do": "take back"})
    assert Message.objects.count() == 2
    assert [notice.state for notice in Notice.objects.order_by("pk")] == ["withdrawn", "sent", "withdrawn"]


def test_it_stays_once_ada_has_been_told(desk, maya, ada):
    browser = desk(maya)
    write(browser, desk_page(ada), CANARY)
    Notice.objects.update(state="sent")
    answer = browser.post(desk_page(ada), {"do": "take back"}, follow=True)
    assert "has been told already" in text_of(answer)
    assert Message.objects.count() == 1


def test_somebody_without_consent_gets_no_email_about_a_message(desk, maya, ada):
    ada.withdraw_consent(timezone.now())
    shown = write(desk(maya), desk_page(ada), CANARY)
    assert "No email goes out about it." in text_of(shown)
    assert Message.objects.count() == 1
    assert not Notice.objects.exists()


def test_what_ada_wrote_is_on_mayas_home_until_she_marks_it_as_read(desk, maya, ada):
    Message.write(ada, CANARY, "a" * 32, timezone.now(), by_client=True)
    browser = desk(maya)
    home = text_of(browser.get("/desk/"))
    assert "Ada" in home
    assert "wrote to you." in home
    assert CANARY not in home
    assert "(new)" in text_of(browser.get(desk_page(ada)))
    browser.post(desk_page(ada), {"do": "read"})
    assert "(new)" not in text_of(browser.get(desk_page(ada)))
    assert "wrote to you." not in text_of(browser.get("/desk/"))


def test_each_message_keeps_the_name_of_who_wrote_it_when_a_colleague_takes_over(
    phone, opened, desk, ada, maya, tom
):
    Message.write(ada, "From the first.", "a" * 32, timezone.now(), by_client=False)
    hand_over(ada, tom, with_notes=False, now=timezone.now())
    desk(tom).post(desk_page(ada), {"do": "write", "text": "From the second.", "page": "b" * 32})
    write(phone, opened, "From Ada.")
    assert names_on(phone.get(opened)) == ["Maya Lindgren", "Tom Okafor", "You"]
    assert names_on(desk(tom).get(desk_page(ada))) == ["Maya Lindgren", "You", "Ada"]


def test_under_another_name_mayas_own_messages_stay_her_own(phone, opened, desk, ada, maya):
    Message.write(ada, "From Maya.", "a" * 32, timezone.now(), by_client=False)
    maya.name = "Maya Okafor"
    maya.save()
    assert names_on(desk(maya).get(desk_page(ada))) == ["You"]
    assert names_on(phone.get(opened)) == ["Maya Okafor"]


def test_a_colleague_of_the_same_name_is_somebody_else(desk, ada, maya, tom):
    Message.write(ada, "From Maya.", "a" * 32, timezone.now(), by_client=False)
    hand_over(ada, tom, with_notes=False, now=timezone.now())
    tom.name = maya.name
    tom.save()
    assert names_on(desk(tom).get(desk_page(ada))) == ["Maya Lindgren"]


def test_nobody_else_at_the_practice_can_open_them(desk, tom, superuser, ada):
    for other in (tom, superuser):
        assert desk(other).get(desk_page(ada)).status_code == 404
        assert desk(other).post(desk_page(ada), {"do": "write", "text": "x"}).status_code == 404
    assert not Message.objects.exists()


def test_the_page_of_one_client_opens_nothing_of_another(phone, opened, maya, module):
    from tests.cast import make_assignment, make_client
    from tests.replies.conftest import deliver

    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    Message.write(kei, CANARY, "b" * 32, timezone.now(), by_client=False)
    email = deliver(make_assignment(kei, module), module.steps.first())
    assert CANARY not in text_of(phone.get(f"/c/{email.token}/"))
    assert "Send me a code" in text_of(phone.get(f"/c/{email.token}/"))


def test_the_link_of_a_notice_leads_there_too_and_bad_links_all_look_the_same(ada, page):
    notice = notices.post(ada, Notice.Kind.MESSAGE, timezone.now())
    browser = Browser()
    assert browser.get(f"/c/{notice.token}/").status_code == 200
    Notice.objects.update(link_revoked_at=timezone.now())
    revoked, unknown = browser.get(f"/c/{notice.token}/"), browser.get(f"/c/{'x' * 43}/")
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.content == unknown.content
