"""Whoever should look is written to, by a real mail server, and nothing is said of what was written."""

from datetime import timedelta

import pytest

from practice.people.models import Away, Practice
from practice.replies.alerts import AGAIN_AFTER, send_alerts
from practice.replies.models import Concern
from practice.replies.tasks import alert
from tests.cast import NOW, make_assignment, make_client
from tests.mailing.sending import parsed, use_server
from tests.replies.conftest import deliver
from tests.replies.test_read_first import WORRYING, acknowledge, sends

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MAYA, ROSA = "maya@example.com", "rosa@example.com"


@pytest.fixture
def sink(settings, smtp_sink):
    use_server(settings, smtp_sink.address)
    return smtp_sink


@pytest.fixture
def rosa(maya):
    """Maya's supervisor, who agreed to be her second contact."""
    maya.second_contact = ROSA
    maya.save()
    return ROSA


@pytest.fixture
def pinned(delivery, sink):
    """Ada's reflection, which nobody has acknowledged."""
    return sends(delivery, WORRYING)


def told(sink):
    """To whom emails went since the last time this was asked."""
    found = [address for mail in sink.mails for address in mail.rcpt_tos]
    sink.mails.clear()
    return found


def test_the_practitioner_is_written_to_once_in_the_next_minute(pinned, sink):
    assert sink.mails == []
    assert send_alerts(NOW + MINUTE) == 1
    assert told(sink) == [MAYA]
    assert Concern.objects.get().alerted_at == NOW + MINUTE
    for minutes in range(2, 200):
        send_alerts(NOW + minutes * MINUTE)
    assert told(sink) == []


def test_after_some_hours_the_second_contact_and_once_more_the_practitioner(pinned, sink, rosa):
    send_alerts(NOW + MINUTE)
    told(sink)
    send_alerts(NOW + 4 * HOUR - MINUTE)
    assert told(sink) == []
    send_alerts(NOW + 4 * HOUR + MINUTE)
    assert sorted(told(sink)) == [MAYA, ROSA]
    for hours in range(5, 200):
        send_alerts(NOW + hours * HOUR)
    assert told(sink) == []


def test_without_a_second_contact_only_the_practitioner(pinned, sink):
    send_alerts(NOW)
    send_alerts(NOW + 5 * HOUR)
    assert told(sink) == [MAYA, MAYA]


def test_the_hours_are_those_of_the_practice(pinned, sink, rosa):
    Practice.objects.update(second_alert_hours=1)
    send_alerts(NOW)
    send_alerts(NOW + HOUR)
    assert sorted(told(sink)) == [MAYA, MAYA, ROSA]


def test_nobody_is_written_to_once_it_is_acknowledged(pinned, sink, rosa, desk, maya):
    acknowledge(desk(maya), pinned)
    send_alerts(NOW)
    send_alerts(NOW + 9 * HOUR)
    assert told(sink) == []


def test_nobody_is_written_to_about_what_was_taken_back(pinned, sink):
    pinned.sent_at = None
    pinned.save()
    assert send_alerts(NOW) == 0


def test_while_the_practitioner_is_away_the_second_contact_is_written_to_at_once(pinned, sink, rosa, maya):
    day = NOW.date()
    Away.objects.create(practitioner=maya, starts_on=day, back_on=day + timedelta(days=3))
    send_alerts(NOW + MINUTE)
    assert sorted(told(sink)) == [MAYA, ROSA]
    send_alerts(NOW + 5 * HOUR)
    assert told(sink) == [MAYA]


def test_somebody_who_cannot_sign_in_is_spared_and_the_second_contact_is_not(pinned, sink, rosa, maya):
    maya.is_active = False
    maya.save()
    send_alerts(NOW + MINUTE)
    send_alerts(NOW + 9 * HOUR)
    assert told(sink) == [ROSA]


def test_neither_email_says_anything(pinned, sink, rosa, practice):
    send_alerts(NOW)
    send_alerts(NOW + 4 * HOUR)
    assert len(sink.mails) == 3
    for mail in sink.mails:
        email = parsed(mail.content)
        text = f"{email['Subject']} {email['From']} {email.get_content()}".lower()
        for word in (
            "ada",
            "maya",
            "live",
            "reflection",
            "client",
            "linden",
            "therap",
            "step 1",
            "suicid",
            "danger",
        ):
            assert word not in text, word
        assert email.get_content_type() == "text/plain"


def test_the_practitioners_leads_to_the_desk_and_an_answer_of_the_second_contact_to_the_practitioner(
    pinned, sink, rosa, settings
):
    send_alerts(NOW)
    send_alerts(NOW + 4 * HOUR)
    (hers, *_), (second,) = sink.to(MAYA), sink.to(ROSA)
    assert f"{settings.PUBLIC_BASE_URL}/desk/\n" in parsed(hers.content).get_content().replace("\r\n", "\n")
    assert parsed(hers.content)["Reply-To"] is None
    assert parsed(second.content)["Reply-To"] == MAYA
    assert "/desk/" not in parsed(second.content).get_content()


def test_it_is_tried_again_until_the_server_takes_it(pinned, sink):
    sink.answer("MAIL", "451 Not now")
    for minutes in range(10):
        assert send_alerts(NOW + minutes * MINUTE) == 0
    assert Concern.objects.get().alerted_at is None
    sink.answers.clear()
    assert send_alerts(NOW + 10 * MINUTE) == 1
    assert told(sink) == [MAYA]


def test_a_second_contact_whose_server_refuses_keeps_nothing_from_the_practitioner(pinned, sink, rosa):
    send_alerts(NOW)
    sink.answer("RCPT", lambda session, address: "550 No" if address == ROSA else None)
    for minutes in range(0, 60, 2):
        send_alerts(NOW + 4 * HOUR + minutes * MINUTE)
    assert told(sink) == [MAYA, MAYA]
    sink.answers.clear()
    send_alerts(NOW + 6 * HOUR)
    assert told(sink) == [ROSA]


def test_after_a_long_outage_the_practitioner_gets_one_and_not_two(pinned, sink):
    send_alerts(NOW + 30 * HOUR)
    send_alerts(NOW + 30 * HOUR + 2 * AGAIN_AFTER)
    assert told(sink) == [MAYA]


def test_what_another_process_is_at_is_left_to_it_until_it_must_have_died(pinned, sink):
    Concern.objects.update(tried_at=NOW)
    assert send_alerts(NOW + AGAIN_AFTER - MINUTE) == 0
    assert send_alerts(NOW + AGAIN_AFTER) == 1
    assert told(sink) == [MAYA]


def test_several_reflections_bring_one_email_and_two_practitioners_one_each(
    pinned, delivery, sink, tom, toms_module, bo
):
    sends(delivery, WORRYING)
    sends(deliver(make_assignment(bo, toms_module), toms_module.steps.first()), WORRYING)
    assert send_alerts(NOW) == 2
    assert sorted(told(sink)) == [MAYA, "tom@example.com"]
    assert not Concern.objects.filter(alerted_at=None).exists()


def test_another_reflection_later_brings_another_email(pinned, maya, module, sink):
    send_alerts(NOW)
    bea = make_client(maya, "Bea", "bea@example.org", "Europe/Berlin")
    sends(deliver(make_assignment(bea, module), module.steps.first()), WORRYING)
    send_alerts(NOW + HOUR)
    assert told(sink) == [MAYA, MAYA]


def test_the_task_of_every_minute_carries_nothing_and_does_it(pinned, sink, settings):
    ring = settings.CELERY_BEAT_SCHEDULE["alerts"]
    assert (ring["task"], ring["schedule"]) == (alert.name, 60.0)
    assert "args" not in ring
    alert()
    assert told(sink) == [MAYA]


def test_logs_have_ids_and_no_address(pinned, sink, rosa, caplog):
    with caplog.at_level("DEBUG", "practice"):
        send_alerts(NOW)
        sink.answer("MAIL", "451 Not now")
        send_alerts(NOW + 5 * HOUR)
    assert "alerted_at" in caplog.text
    for word in (MAYA, ROSA, "Ada", "live"):
        assert word not in caplog.text


def test_ones_own_address_is_no_second_contact(desk, maya):
    details = {"name": maya.name, "time_zone": maya.time_zone, "response_time": maya.response_time}
    browser = desk(maya)
    answer = browser.post("/desk/me/", details | {"second_contact": MAYA.upper()})
    assert "This is your own address." in answer.content.decode()
    browser.post("/desk/me/", details | {"second_contact": ROSA})
    maya.refresh_from_db()
    assert maya.second_contact == ROSA
