"""After a yes a client may choose how the emails suit them. It is set already, and nothing must be chosen."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.mailing.models import Notice
from practice.people.models import AuditEntry, Client, Consent
from tests.cast import make_assignment, make_client, make_module
from tests.replies.paper import soup, text_of
from tests.replies.test_beginning import invite


@pytest.fixture
def kei(maya):
    """Maya's client, who has just agreed."""
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo", consented=False)
    Consent.objects.create(client=kei)
    return kei


@pytest.fixture
def page(kei):
    return f"/c/{invite(kei).token}/begin/"


def fields_of(response):
    """What the form would send back as it is."""
    form = soup(response).select_one("#choices")
    boxes = form.select("input[type=radio][checked], input[type=time], input[type=hidden]")
    chosen = {box["name"]: box.get("value", "") for box in boxes}
    day = form.select_one("select option[selected]")
    return chosen | {"likes_weekday": day["value"] if day else "", "answer": "choices"}


def choose(browser, page, **chosen):
    return browser.post(page, fields_of(browser.get(page)) | chosen, follow=True)


def test_it_begins_with_what_their_practitioner_set(phone, page, kei):
    Client.objects.update(discretion="notice", language="es")
    make_assignment(kei, make_module(kei.practitioner), first_on=date(2026, 3, 4), at=time(7, 30))
    assert fields_of(phone.get(page)) == {
        "discretion": "notice",
        "discretion_before": "notice",
        "language": "es",
        "language_before": "es",
        "likes_weekday": "2",
        "likes_weekday_before": "2",
        "likes_at": "07:30",
        "likes_at_before": "07:30:00",
        "answer": "choices",
    }


def test_what_they_choose_holds_from_then_on_and_their_practitioner_sees_it(phone, page, kei, desk, maya):
    shown = choose(*(phone, page), discretion="notice", language="de", likes_weekday="2", likes_at="07:30")
    assert "Das ist festgehalten." in text_of(shown)
    kei.refresh_from_db()
    assert (kei.discretion, kei.language) == ("notice", "de")
    assert (kei.likes_weekday, kei.likes_at) == (2, time(7, 30))
    assert AuditEntry.objects.about(kei).get(action="changed").actor is None
    at_the_desk = text_of(desk(maya).get(f"/desk/people/client/{kei.pk}/change/"))
    assert "Wednesday, 07:30, on their own clock. They chose it." in at_the_desk


def test_a_day_and_an_hour_need_not_be_chosen(phone, page, kei, desk, maya):
    choose(phone, page)
    kei.refresh_from_db()
    assert (kei.likes_weekday, kei.likes_at) == (None, None)
    said = text_of(desk(maya).get(f"/desk/people/client/{kei.pk}/change/"))
    assert "They did not choose a day or an hour." in said


@pytest.mark.parametrize(
    "wrong",
    [{"likes_at": "soon"}, {"likes_weekday": "7"}, {"discretion": "loud"}, {"language": "xx"}],
)
def test_what_is_no_choice_is_asked_once_more(phone, page, kei, wrong):
    assert choose(phone, page, **wrong).status_code == 422
    assert not AuditEntry.objects.about(kei).filter(action="changed").exists()


def test_the_language_that_the_page_is_read_in_is_kept_with_the_rest(phone, page, kei):
    phone.post(page, fields_of(phone.get(f"{page}?in=de")))
    kei.refresh_from_db()
    assert kei.language == "de"


def test_nothing_is_chosen_before_a_yes(phone, page, kei):
    fields = fields_of(phone.get(page)) | {"discretion": "notice"}
    kei.withdraw_consent(timezone.now())
    phone.post(page, fields)
    kei.refresh_from_db()
    assert kei.discretion == "full"
    assert soup(phone.get(page)).select_one("#choices") is None


def test_what_they_receive_follows_at_its_next_turn(phone, page, kei):
    now = timezone.now()
    sunday = now.date() + timedelta(days=(6 - now.date().weekday()) % 7 + 7)
    row = make_assignment(kei, make_module(kei.practitioner), first_on=sunday, now=now)
    choose(phone, page, likes_weekday="2", likes_at="07:30")
    row.refresh_from_db()
    assert (row.next_on, row.at) == (sunday + timedelta(days=3), time(7, 30))
    assert row.next_due_at == row.rhythm.moment(row.next_on)


def test_a_new_assignment_proposes_the_day_and_the_hour_they_like(desk, maya, kei):
    Client.objects.update(likes_weekday=2, likes_at=time(7, 30))
    form = soup(desk(maya).get(f"/desk/assignments/assignment/add/?clients={kei.pk}"))
    assert form.select_one("[name=weekday] option[selected]")["value"] == "2"
    assert form.select_one("[name=at]")["value"] == "07:30"
    assert date.fromisoformat(form.select_one("[name=first]")["value"]).weekday() == 2
    assert "Kei — likes Wednesday, 07:30" in form.get_text()


def test_the_choices_are_no_longer_open_than_the_invitation(phone, page):
    Notice.objects.update(link_expires_at=timezone.now())
    assert phone.post(page, {"answer": "choices"}).status_code == 404
    assert not Assignment.objects.exists()


# --- Later, on their own page


@pytest.fixture
def own_page(phone, delivery):
    """Ada's, opened with a code."""
    page = f"/c/{delivery.token}/"
    phone.post(page, {"do": "code"})
    code = Notice.objects.get(kind=Notice.Kind.CODE).code
    phone.post(page, {"do": "open", "digits": code})
    return page


def later(browser, page, **chosen):
    return browser.post(page, fields_of(browser.get(page)) | {"do": "choices"} | chosen, follow=True)


def test_who_agreed_on_paper_chooses_as_well(phone, own_page, ada, assignment):
    shown = later(phone, own_page, discretion="notice", likes_weekday="4", likes_at="07:00")
    assert "This is kept." in text_of(shown)
    ada.refresh_from_db()
    assignment.refresh_from_db()
    assert (ada.discretion, ada.likes()) == ("notice", "Friday, 07:00")
    assert (assignment.next_on.weekday(), assignment.at) == (4, time(7, 0))


def test_a_page_that_was_open_for_long_does_not_undo_what_their_practitioner_chose(phone, own_page, ada):
    shown = fields_of(phone.get(own_page)) | {"do": "choices"}
    Client.objects.update(discretion="notice")
    phone.post(own_page, shown | {"likes_at": "half past"})
    phone.post(own_page, shown | {"likes_at": "07:00"})
    ada.refresh_from_db()
    assert (ada.discretion, ada.likes_at) == ("notice", time(7, 0))
    phone.post(own_page, fields_of(phone.get(own_page)) | {"do": "choices", "discretion": "full"})
    ada.refresh_from_db()
    assert ada.discretion == "full"


@pytest.fixture
def second(ada, assignment):
    """Another series of Ada's, on another day and at another hour."""
    first_on = assignment.next_on + timedelta(days=3)
    module = make_module(ada.practitioner, title="Another")
    return make_assignment(ada, module, first_on=first_on, now=timezone.now(), at=time(19, 15))


def slots(*rows):
    for row in rows:
        row.refresh_from_db()
    return [(row.next_on, row.at) for row in rows]


def test_whoever_leaves_the_day_and_the_hour_as_they_are_moves_no_series(
    phone, own_page, ada, assignment, second
):
    before = slots(assignment, second)
    later(phone, own_page, language="de")
    ada.refresh_from_db()
    assert (ada.language, ada.likes()) == ("de", "")
    assert slots(assignment, second) == before
    Client.objects.update(likes_weekday=4, likes_at=time(7, 0))  # since then it was agreed otherwise
    later(phone, own_page, discretion="notice")
    assert slots(assignment, second) == before


def test_a_page_that_was_open_for_long_moves_nothing_back(phone, own_page, ada, assignment):
    shown = fields_of(phone.get(own_page)) | {"do": "choices"}
    assignment.move_next(assignment.next_on + timedelta(days=2))
    Client.objects.update(language="es")
    before = slots(assignment)
    phone.post(own_page, shown | {"discretion": "notice"})
    ada.refresh_from_db()
    assert (ada.discretion, ada.language) == ("notice", "es")
    assert slots(assignment) == before


def test_who_chooses_another_day_keeps_the_hour_of_each_series(phone, own_page, ada, assignment, second):
    hours = [assignment.at, second.at]
    assert later(phone, own_page, likes_weekday="1", likes_at="soon").status_code == 422
    shown = later(phone, own_page, likes_weekday="1")
    assert "This is kept." in text_of(shown)
    assert [(day.weekday(), at) for day, at in slots(assignment, second)] == [(1, at) for at in hours]


def test_a_wrong_hour_comes_back_with_the_reason(phone, own_page, ada):
    shown = later(phone, own_page, likes_at="half past")
    assert shown.status_code == 422
    assert "Write it like 18:00." in text_of(shown)
    ada.refresh_from_db()
    assert ada.likes() == ""


def test_whoever_holds_a_forwarded_link_chooses_nothing(other_browser, own_page, ada):
    answer = other_browser.post(own_page, {"do": "choices", "discretion": "full", "language": "es"})
    assert "Send me a code" in text_of(answer)
    ada.refresh_from_db()
    assert ada.language == "en"


def test_a_series_that_moves_to_another_hour_has_its_own_line_in_the_trail(phone, page, kei):
    row = make_assignment(kei, make_module(kei.practitioner), first_on=date(2026, 3, 4), at=time(7, 30))
    choose(phone, page, language="es")
    assert not AuditEntry.objects.filter(kind="assignments.assignment").exists()
    choose(phone, page, likes_at="19:00")
    line = AuditEntry.objects.get(kind="assignments.assignment")
    assert (line.actor, line.action, line.thing_id, line.client_id) == (None, "changed", row.pk, kei.pk)
