"""While a practitioner is away a series goes on or holds, as its module says; emails name the day they are back."""

from datetime import date, time, timedelta

import pytest

from practice.assignments.away import moment_to_expect
from practice.assignments.moves import SendNow
from practice.mailing.messages import letter_as_sent
from practice.mailing.mime import content_of
from practice.mailing.models import Delivery, Edition
from practice.people.models import Away, Client
from tests.cast import make_assignment, make_client
from tests.mailing.sending import SLOT, html_of, send_due, sent, text_of

WEEK = timedelta(days=7)


@pytest.fixture
def away(maya):
    """Maya is away from 5 March, and back on Monday 23 March 2026: for two of Ada's Sundays."""
    return Away.objects.create(
        practitioner=maya,
        starts_on=date(2026, 3, 5),
        back_on=date(2026, 3, 23),
        backup_name="Jo Park & Co",
        backup_reach="030 1234",
        words="I am by the sea.",
    )


@pytest.fixture
def holding(module):
    module.holds_while_away = True
    module.save()


# --- Held


def test_nothing_leaves_meanwhile_and_one_email_at_the_first_hour_after(assignment, away, holding, sink):
    for week in range(2):
        send_due(SLOT + week * WEEK)
    assert sink.mails == []
    assignment.refresh_from_db()
    assert assignment.next_on == date(2026, 3, 22)
    send_due(SLOT + 2 * WEEK - timedelta(hours=1))
    send_due(SLOT + 2 * WEEK)
    assert sink.mails == [], "22 March is the last day away"
    send_due(SLOT + 3 * WEEK - timedelta(hours=1))  # the clocks went forward
    assert len(sink.mails) == 1
    assert Delivery.objects.get().step.title == "Step 1", "nothing is left out"


def test_the_calendar_says_when_each_email_leaves(assignment, away, holding, sink):
    assignment.module.refresh_from_db()
    assignment.rest_after(0)
    said = [step.at for step in assignment.plan()]
    for week in range(7):
        for hour in (1, 0):  # the clocks go forward
            send_due(SLOT + week * WEEK - timedelta(hours=hour))
    assert [email.due_at for email in assignment.deliveries.order_by("due_at")] == said


def test_the_outlook_says_until_when_and_what_comes_after(assignment, away, holding):
    hold = assignment.outlook().hold
    assert hold.why == "Held until you are back on Monday 23 March 2026."
    assert "carries on by itself" in hold.release


def test_a_time_that_is_still_to_come_holds_nothing_before_it(assignment, away, holding, sink):
    Away.objects.update(starts_on=date(2026, 3, 9))
    assert assignment.outlook().hold is None
    send_due()
    assert len(sink.mails) == 1


def test_a_module_that_goes_on_goes_on(assignment, away, sink):
    send_due()
    assert len(sink.mails) == 1


def test_a_colleague_who_is_away_holds_nothing_of_mine(assignment, away, holding, tom, sink):
    Away.objects.update(practitioner=tom)
    send_due()
    assert len(sink.mails) == 1


def test_the_day_begins_at_the_practitioners_own_midnight(maya, away, holding, module):
    kiri = make_client(maya, "Kiri", "kiri@example.org", "Pacific/Auckland")
    # Monday 23 March, 12:30 in Auckland is 00:30 in Berlin; half an hour earlier it is Sunday there.
    early, later = (
        make_assignment(client, module, first_on=date(2026, 3, 23), at=at)
        for client, at in (
            (kiri, time(11, 30)),
            (make_client(maya, "Kai", "kai@example.org", "Pacific/Auckland"), time(12, 30)),
        )
    )
    assert early.outlook().hold.expected
    assert later.outlook().hold is None


def test_what_to_expect_is_the_first_hour_after_every_time_away(maya, assignment, away, holding):
    assert moment_to_expect(assignment) == SLOT + 3 * WEEK - timedelta(hours=1)
    Away.objects.create(practitioner=maya, starts_on=date(2026, 3, 25), back_on=date(2026, 4, 1))
    assert moment_to_expect(assignment) == SLOT + 4 * WEEK - timedelta(hours=1)


def test_sending_now_asks_about_now_and_not_about_the_next_hour(assignment, away, holding):
    step = assignment.next_step()
    assert SendNow(assignment, SLOT - WEEK, step).obstacle() == "", "she is still here"
    assert "back on Monday 23 March" in SendNow(assignment, SLOT, step).obstacle()


# --- Told in the email


def test_the_email_names_the_day_and_who_can_be_turned_to(assignment, away, sink):
    email = sent(sink)
    for part in (text_of(email), html_of(email).replace("&amp;", "&")):
        words = " ".join(part.split())
        assert (
            "I am away, back on 23 March 2026, and read what you write after that. I am by the sea." in words
        )
        assert "Until then you can reach Jo Park & Co: 030 1234" in words
        assert "within two working days" not in words


@pytest.mark.parametrize(
    ("language", "says"),
    [("de", "zurück am 23. März 2026"), ("es", "vuelvo el 23 de marzo de 2026")],
)
def test_the_day_is_told_in_the_clients_language(assignment, away, sink, language, says):
    Client.objects.update(language=language)
    assert says in " ".join(text_of(sent(sink)).split()).lower().replace("märz", "März")


def test_the_short_notice_tells_it_too(assignment, away, sink):
    Client.objects.update(discretion="notice")
    assert "back on 23 March 2026" in " ".join(text_of(sent(sink)).split())


def test_without_a_contact_or_words_only_the_day_is_told(assignment, away, sink):
    Away.objects.update(backup_name="", backup_reach="", words="")
    text = text_of(sent(sink))
    assert "back on 23 March 2026" in " ".join(text.split())
    assert "Until then" not in text


def test_an_edition_of_the_time_away_is_one_of_its_own_and_what_was_sent_stays(
    maya, assignment, away, module, sink
):
    send_due()
    (mail,) = sink.mails
    delivery = Delivery.objects.get()
    Away.objects.all().delete()
    make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    send_due()
    assert Edition.objects.count() == 2
    assert content_of(delivery, delivery.submitted_at) == mail.content, "bytes for bytes, also afterwards"
    assert "by the sea" in letter_as_sent(delivery).body
    assert "by the sea" not in letter_as_sent(Delivery.objects.exclude(pk=delivery.pk).get()).body


def test_before_and_after_the_email_says_nothing_of_it(assignment, away, sink):
    Away.objects.update(back_on=date(2026, 3, 8))
    assert "away" not in text_of(sent(sink))
