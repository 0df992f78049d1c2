"""The inbox: what is unread, what waits for the next session, what was talked about."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.urls import reverse

from practice.replies.models import Mark, Reply
from tests.cast import NOW, make_assignment
from tests.replies.conftest import deliver

LIST = "/desk/replies/reply/"


@pytest.fixture
def three(delivery):
    """Three reflections, the oldest first."""
    return [reflection(delivery, NOW + timedelta(hours=number)) for number in range(3)]


def reflection(delivery, sent_at=NOW, **more):
    return Reply.objects.create(
        delivery=delivery, page=f"{delivery.pk} {sent_at}", saved_at=NOW, sent_at=sent_at, **more
    )


def mark(reply, mark, now=NOW):
    Reply.objects.filter(pk=reply.pk).mark_as(mark, now)


def page_of(reply, tab=""):
    page = reverse("admin:replies_reply_change", args=(reply.pk,))
    return f"{page}?_changelist_filters=show%3D{tab}" if tab else page


def shown(browser, query=""):
    return list(browser.get(f"{LIST}{query}").context["cl"].result_list)


def text_of(response):
    return " ".join(BeautifulSoup(response.content, "html.parser").main.get_text(" ").split())


# --- Marks


def test_every_mark_is_told_from_the_others(three):
    for wanted in Mark:
        mark(three[0], wanted)
        assert Reply.objects.get(pk=three[0].pk).mark is wanted
        assert [other for other in Mark if three[0] in Reply.objects.marked(other)] == [wanted]


def test_marking_remembers_when_it_was_first_read_and_unread_forgets_it(three):
    mark(three[0], Mark.READ, NOW)
    mark(three[0], Mark.TO_DISCUSS, NOW + timedelta(days=1))
    three[0].refresh_from_db()
    assert three[0].read_at == NOW
    mark(three[0], Mark.UNREAD)
    three[0].refresh_from_db()
    assert (three[0].read_at, three[0].talk) == (None, "")


def test_nothing_is_discussed_and_unread_at_once(three):
    with pytest.raises(IntegrityError), transaction.atomic():
        Reply.objects.filter(pk=three[0].pk).update(talk=Mark.DISCUSSED)


def test_a_draft_has_no_mark_and_gets_none(delivery):
    draft = Reply.objects.create(delivery=delivery, page="a draft", saved_at=NOW)
    mark(draft, Mark.READ)
    draft.refresh_from_db()
    assert draft.read_at is None
    assert not any(Reply.objects.marked(mark).exists() for mark in Mark)
    assert Reply.objects.counts()["all"] == 0


# --- Tabs


def test_the_tabs_show_what_carries_their_mark_and_how_many(desk, maya, three):
    first, second, third = three
    mark(second, Mark.TO_DISCUSS)
    mark(third, Mark.DISCUSSED)
    browser = desk(maya)
    assert shown(browser) == [third, second, first]
    assert shown(browser, "?show=unread") == [first]
    assert shown(browser, "?show=to-discuss") == [second]
    assert shown(browser, "?show=discussed") == [third]
    page = text_of(browser.get(f"{LIST}?show=discussed"))
    assert "All 3 Unread 1 To discuss 1 Discussed 1" in page


def test_the_tabs_count_own_reflections_only(desk, tom, three):
    assert "All 0 Unread 0 To discuss 0 Discussed 0" in text_of(desk(tom).get(LIST))


@pytest.mark.parametrize(
    ("tab", "says"),
    [
        ("", "What your clients send from the page behind their emails appears here"),
        ("?show=unread", "waits here until you have read it"),
        ("?show=to-discuss", "keep it for your next session: it then waits here"),
        ("?show=discussed", "mark what you talked about"),
        ("?q=nobody", "Nothing here fits."),
    ],
)
def test_an_empty_tab_says_what_will_come(desk, maya, tab, says):
    assert says in text_of(desk(maya).get(f"{LIST}{tab}"))


def test_the_link_on_the_home_page_opens_the_unread_ones(desk, maya, delivery):
    for hours in range(9):
        reflection(delivery, NOW - timedelta(hours=hours))
    assert f"{LIST}?show=unread" in desk(maya).get("/desk/").content.decode()


def test_a_full_page_costs_as_much_as_one_row(desk, maya, delivery, django_assert_max_num_queries):
    browser = desk(maya)
    for hours in range(40):
        reflection(delivery, NOW + timedelta(hours=hours))
    with django_assert_max_num_queries(10):
        assert len(shown(browser, "?show=unread")) == 40


# --- Marking


def test_the_page_of_one_offers_the_other_marks_and_stays_in_its_tab(desk, maya, three):
    browser = desk(maya)
    page = page_of(three[1], "unread")
    answer = browser.post(page, {"mark": "to-discuss"})
    assert answer.url == page
    assert Reply.objects.get(pk=three[1].pk).mark is Mark.TO_DISCUSS
    buttons = BeautifulSoup(browser.get(page).content, "html.parser").select("button[name=mark]")
    assert [button["value"] for button in buttons] == ["read", "discussed", "unread"]


def test_a_mark_that_is_none_changes_nothing(desk, maya, three):
    assert desk(maya).post(page_of(three[0]), {"mark": "burnt"}).status_code == 302
    assert Reply.objects.get(pk=three[0].pk).mark is Mark.UNREAD


@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        ("mark_read", Mark.READ),
        ("mark_to_discuss", Mark.TO_DISCUSS),
        ("mark_discussed", Mark.DISCUSSED),
        ("mark_unread", Mark.UNREAD),
    ],
)
def test_many_are_marked_at_once_and_the_others_stay(desk, maya, three, action, wanted):
    mark(three[0], Mark.READ if wanted is Mark.UNREAD else Mark.UNREAD)
    browser = desk(maya)
    assert BeautifulSoup(browser.get(LIST).content, "html.parser").find("button", value=action)
    ticked = {"action": action, "index": "0", "_selected_action": [three[0].pk, three[1].pk]}
    answer = browser.post(LIST, ticked, follow=True)
    assert f"2 reflections are marked “{wanted.label}” now." in text_of(answer)
    assert [Reply.objects.get(pk=reply.pk).mark for reply in three] == [wanted, wanted, Mark.UNREAD]


# --- From one to the next


def neighbours(browser, page):
    nav = BeautifulSoup(browser.get(page).content, "html.parser").select(".reflection-neighbours a")
    return {link["class"][0]: link["href"] for link in nav}


def test_each_reflection_leads_to_the_newer_and_the_older_one(desk, maya, three):
    browser = desk(maya)
    first, second, third = map(page_of, three)
    assert neighbours(browser, second) == {"newer": third, "older": first}
    assert neighbours(browser, first) == {"newer": second}
    assert neighbours(browser, third) == {"older": second}


def test_two_sent_in_the_same_second_follow_each_other(desk, maya, delivery):
    one, two = (Reply.objects.create(delivery=delivery, page=p, saved_at=NOW, sent_at=NOW) for p in "ab")
    assert neighbours(desk(maya), page_of(one)) == {"newer": page_of(two)}
    assert neighbours(desk(maya), page_of(two)) == {"older": page_of(one)}


def test_the_way_stays_within_the_tab_also_after_marking(desk, maya, three):
    browser = desk(maya)
    mark(three[1], Mark.DISCUSSED)
    browser.post(page_of(three[2], "unread"), {"mark": "read"})
    assert neighbours(browser, page_of(three[2], "unread")) == {"older": page_of(three[0], "unread")}


def test_a_colleagues_reflections_and_drafts_are_no_neighbours(
    desk, maya, three, delivery, tom, toms_module, bo
):
    theirs = deliver(make_assignment(bo, toms_module), toms_module.steps.first(), NOW)
    reflection(theirs, NOW + timedelta(hours=9))
    Reply.objects.create(delivery=delivery, page="a draft", saved_at=NOW)
    assert neighbours(desk(maya), page_of(three[2])) == {"older": page_of(three[1])}
