"""An email that leaves once more after a doubt: whatever becomes of that, it is never called unsent."""

from datetime import timedelta

import pytest

from practice.assignments.models import Assignment
from practice.mailing import outbox
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery, Suppression
from practice.people.models import Consent, Practice
from tests.cast import NOW
from tests.mailing import scripted_http
from tests.mailing.providers import PROVIDERS, post, use_provider
from tests.mailing.scripted_smtp import DROP
from tests.mailing.sending import SLOT, send_due

pytestmark = pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning")

WEEK = timedelta(weeks=1)


def after(row, **passed):
    """The row as it is after a tick so long past the slot."""
    send_due(SLOT + timedelta(**passed))
    row.refresh_from_db()
    return row


@pytest.fixture
def again(planned, server):
    """Ada's first email, to leave once more: it was handed over, and the server never confirmed it."""
    Practice.objects.update(uncertain="resend")
    server.script = {"DOT": DROP}
    recover(SLOT)
    outbox.deliver(lambda: SLOT)
    planned.refresh_from_db()
    assert (planned.state, planned.resent) == ("due", True)
    server.script = {}
    return planned


def is_in_doubt_for_good(row, server):
    """Whether it is called uncertain, says why, and its step never comes again by itself."""
    row.refresh_from_db()
    assert row.state == "uncertain"
    assert row.reason.startswith("It may have arrived the first time.")
    assert row.assignment.next_step().title == "Step 2"
    Consent.objects.update(withdrawn_at=None)
    Suppression.objects.all().delete()
    server.script = {}
    for weeks in (1, 2, 3):
        send_due(SLOT + weeks * WEEK)
    row.refresh_from_db()
    texts = [content for content in server.accepted if b"Step 1" in content]
    return row.state == "uncertain" and len(texts) == 1


def test_one_that_cannot_leave_in_time_stays_uncertain(again, server):
    server.script = {"MAIL": "421 4.3.2 not now"}
    row = after(again, hours=6)
    assert "within six hours" in row.reason
    assert "next one’s turn" not in row.reason
    assert is_in_doubt_for_good(row, server)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Consent.objects.update(withdrawn_at=NOW),
        lambda: Suppression.objects.create(address="ada@example.org", why="asked"),
    ],
)
def test_one_that_is_no_longer_wanted_stays_uncertain(again, server, change):
    change()
    row = after(again, minutes=1)
    assert "called back" in row.reason
    assert is_in_doubt_for_good(row, server)


def test_one_that_was_stopped_stays_uncertain_when_the_series_carries_on(again, server):
    again.assignment.stop(SLOT)
    assert after(again, minutes=1).state == "uncertain"
    assert again.assignment.resume(SLOT + timedelta(hours=1))
    assert is_in_doubt_for_good(again, server)


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "554 5.7.1 looks like spam"])
def test_one_that_is_refused_the_second_time_stays_uncertain(again, server, answer):
    server.script = {"RCPT": answer}
    row = after(again, minutes=1)
    assert row.answer == answer[4:]
    assert Suppression.objects.exists() == ("5.1.1" in answer)
    assert is_in_doubt_for_good(row, server)


def test_one_whose_connection_breaks_three_times_before_it_leaves_stays_uncertain(again, server):
    server.script = {"DATA": DROP}
    for minutes in (1, 3, 9):
        row = after(again, minutes=minutes)
    assert (row.attempts, "three times" in row.reason) == (3, True)
    assert is_in_doubt_for_good(row, server)


def test_one_that_kills_its_process_three_times_before_it_leaves_stays_uncertain(again, server):
    for hour in (1, 2, 3):
        now = SLOT + timedelta(hours=hour)
        assert outbox.claim(now)
        recover(now + timedelta(minutes=30))
    again.refresh_from_db()
    assert (again.attempts, "three times" in again.reason) == (3, True)
    assert is_in_doubt_for_good(again, server)


def test_one_that_a_person_sends_once_more_stays_uncertain_as_well(again, server):
    Delivery.objects.update(state="uncertain", resent=False)
    again.refresh_from_db()
    assert again.send_again(SLOT)
    server.script = {"RCPT": "554 5.7.1 no"}
    assert after(again, minutes=1).state == "uncertain"
    assert is_in_doubt_for_good(again, server)


def test_one_that_came_back_and_is_sent_again_may_be_called_back_like_any_other(again, server):
    Delivery.objects.update(state="bounced")
    again.refresh_from_db()
    assert again.send_again(SLOT)
    Consent.objects.update(withdrawn_at=NOW)
    assert after(again, minutes=1).state == "cancelled"
    assert again.assignment.next_step().title == "Step 1"


def test_one_that_leaves_after_all_was_sent(again, server):
    assert after(again, minutes=1).state == "accepted"
    assert len(server.accepted) == 2


def test_the_last_step_of_a_series_is_not_brought_again(again, module, server):
    module.steps.exclude(pk=again.step_id).delete()
    Assignment.objects.update(state="finished", next_on=None, next_due_at=None)
    Consent.objects.update(withdrawn_at=NOW)
    assert after(again, minutes=1).state == "uncertain"
    again.assignment.refresh_from_db()
    assert again.assignment.state == "finished"


# --- A provider that can be asked, or tells by itself


def test_one_that_the_providers_list_never_shows_is_parked_in_doubt(planned, settings):
    with scripted_http.scripted_provider() as provider:
        scripted_http.use_provider(settings, provider.url)
        provider.answer = 504, {}, {}
        after(planned)
        provider.answer = None
        Delivery.objects.update(resent=True, attempts=2)
        assert after(planned, minutes=31).state == "uncertain"
        assert "three times" in Delivery.objects.get().reason


def test_a_refusal_that_the_provider_tells_of_leaves_the_first_time_open(settings, planned):
    use_provider(settings, "sendgrid")
    left = {"state": "accepted", "submitted_at": SLOT, "to_address": "ada@example.org", "provider_id": "p-1"}
    Delivery.objects.update(**left, resent=True)
    planned.refresh_from_db()
    assert post("sendgrid", PROVIDERS["sendgrid"](planned, "refused")).status_code == 200
    planned.refresh_from_db()
    assert (planned.state, planned.reason[:14]) == ("uncertain", "It may have ar")
    post("sendgrid", PROVIDERS["sendgrid"](planned, "delivered"))
    planned.refresh_from_db()
    assert planned.state == "delivered"


# --- A provider that tells by itself, and cannot be asked


@pytest.fixture
def teller(settings):
    """SendGrid, whose events are believed, and that takes what it does not answer."""
    with scripted_http.scripted_provider() as provider:
        use_provider(settings, "sendgrid")
        settings.ANYMAIL |= {"SENDGRID_API_URL": f"{provider.url}/sendgrid/", "REQUESTS_TIMEOUT": 1}
        Practice.objects.update(uncertain="resend")
        provider.answer = 504, {}, {}
        yield provider


def tells(row, what):
    assert post("sendgrid", PROVIDERS["sendgrid"](row, what)).status_code == 200


@pytest.mark.parametrize(
    ("what", "became"), [("taken", "accepted"), ("delayed", "accepted"), ("delivered", "delivered")]
)
def test_what_a_provider_tells_in_time_settles_it_and_nothing_is_sent_twice(planned, teller, what, became):
    for minute in (0, 1, 14):
        row = after(planned, minutes=minute)
        assert (row.state, row.resent) == ("uncertain", False)
    tells(row, what)
    for minute in (15, 30):
        assert after(planned, minutes=minute).state == became
    assert len(teller.requests) == 1


def test_when_a_provider_tells_nothing_in_time_it_is_sent_once_more_and_then_a_person_decides(
    planned, teller
):
    for minute in range(15):
        after(planned, minutes=minute)
    assert len(teller.requests) == 1
    for minute in range(15, 60):
        row = after(planned, minutes=minute)
    assert (row.state, row.resent, row.lease_until) == ("uncertain", True, None)
    assert len(teller.requests) == 2


def test_a_person_need_not_wait_for_what_the_provider_tells(planned, teller):
    row = after(planned)
    teller.answer = 202, {"X-Message-Id": "1"}, {}
    assert row.send_again(SLOT + timedelta(minutes=1))
    for minute in (1, 15, 30):
        assert after(planned, minutes=minute).state == "accepted"
    assert len(teller.requests) == 2


def test_without_a_secret_nobody_is_waited_for(planned, teller, settings):
    del settings.ANYMAIL["WEBHOOK_SECRET"]
    after(planned)
    row = after(planned, minutes=1)
    assert (row.state, row.resent) == ("uncertain", True)
    assert len(teller.requests) == 2


def test_a_practice_that_waits_for_a_person_goes_on_waiting(planned, teller):
    Practice.objects.update(uncertain="hold")
    for minute in (0, 15, 30):
        row = after(planned, minutes=minute)
    assert (row.state, row.lease_until) == ("uncertain", None)
    assert "before the server confirmed" in row.reason


def test_what_a_killed_process_left_waits_for_the_provider_as_well(planned, teller):
    teller.answer = 202, {"X-Message-Id": "1"}, {}
    after(planned)
    Delivery.objects.update(state="submitting", accepted_at=None, provider_id="")
    assert after(planned, minutes=5).state == "uncertain"
    tells(planned, "delivered")
    assert after(planned, minutes=20).state == "delivered"
    assert len(teller.requests) == 1
