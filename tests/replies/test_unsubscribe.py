"""One click in a mail program stops a series (RFC 8058): at once, without a question, and nothing else."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail import send_mail
from django.test import Client as Browser
from django.utils import timezone

from practice.mailing import outbox, planning
from practice.mailing.doubt import recover
from practice.mailing.messages import letter_as_sent
from practice.mailing.models import Delivery, Suppression
from practice.people.models import Practice
from tests.cast import make_assignment, make_client, make_module
from tests.replies.conftest import deliver
from tests.replies.paper import text_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SLOT = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)


@pytest.fixture
def mail_program():
    """Posts as a mail provider's servers do: no cookies, no page opened before, nothing but the one field."""
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def sent(settings, tmp_path, assignment):
    """Ada's first email, which really left."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    tick(SLOT)
    return Delivery.objects.get()


def tick(now):
    recover(now)
    planning.plan(now)
    while outbox.deliver(lambda: now):
        pass


def one_click(mail_program, row):
    answer = mail_program.post(stop_path(row), ONE_CLICK)
    assert answer.status_code == 200
    return answer


def stop_path(row):
    return f"/n/{row.token}/stop/"


def state_of(assignment):
    assignment.refresh_from_db()
    return assignment.state, assignment.state_by


# --- The RFC


def test_the_header_names_one_address_and_the_post_that_stops(sent, mail_program, settings, assignment):
    email = message_from_bytes(letter_as_sent(sent).message().as_bytes(), policy=policy.default)
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (address,) = email["List-Unsubscribe"].strip().split(",")
    assert address == f"<{settings.PUBLIC_BASE_URL}{stop_path(sent)}>"
    mail_program.post(address.strip("<>").removeprefix(settings.PUBLIC_BASE_URL), ONE_CLICK)
    assert state_of(assignment) == ("stopped", "the client")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
def test_both_forms_of_the_post_are_taken(sent, mail_program, assignment, body, content_type):
    answer = mail_program.generic("POST", stop_path(sent), body, content_type)
    assert answer.status_code == 200, "and no redirect"
    assert state_of(assignment)[0] == "stopped"


def test_no_cookie_is_asked_for_or_set(sent, mail_program):
    assert not one_click(mail_program, sent).cookies


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete", "patch"])
def test_nothing_but_a_post_acts(sent, mail_program, assignment, method):
    for path in (stop_path(sent), f"{stop_path(sent)}?List-Unsubscribe=One-Click&what=all"):
        getattr(mail_program, method)(path)
    assert state_of(assignment)[0] == "active"
    assert not Suppression.objects.exists()


def test_an_old_email_still_stops(sent, mail_program, assignment):
    Delivery.objects.update(link_expires_at=timezone.now() - timedelta(days=900))
    one_click(mail_program, sent)
    assert state_of(assignment)[0] == "stopped"


def test_an_email_from_before_the_secret_key_changed_still_stops(sent, mail_program, settings, assignment):
    path = stop_path(sent)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-that-only-the-tests-know-0123", []
    assert mail_program.post(path, ONE_CLICK).status_code == 200
    assert state_of(assignment)[0] == "stopped"


def test_twice_is_once(sent, mail_program, assignment):
    one_click(mail_program, sent)
    one_click(mail_program, sent)
    assert state_of(assignment)[0] == "stopped"


def test_a_garbled_link_stops_nobody(sent, mail_program, assignment):
    assert mail_program.post("/n/garbled/stop/", ONE_CLICK).status_code == 404
    assert state_of(assignment)[0] == "active"


# --- The page with a button


def test_the_page_stops_with_one_button_and_asks_nothing(sent, phone, assignment):
    page = text_of(phone.get(stop_path(sent)))
    assert "Stop" in page
    assert state_of(assignment)[0] == "active"
    phone.post(stop_path(sent), {"what": "series"})
    assert state_of(assignment)[0] == "stopped"


# --- Scoped


def test_another_series_of_the_same_client_goes_on(sent, mail_program, ada, maya):
    other = make_assignment(ada, make_module(maya, title="Learning to rest"))
    one_click(mail_program, sent)
    assert state_of(other)[0] == "active"


def test_another_client_goes_on(sent, mail_program, maya, module):
    bea = make_assignment(make_client(maya, "Bea", "bea@example.org", "Europe/Berlin"), module)
    one_click(mail_program, sent)
    assert state_of(bea)[0] == "active"


# --- While an email is on its way


@pytest.mark.parametrize("state", [*Delivery.State])
@pytest.mark.parametrize("what", [ONE_CLICK, {"what": "all"}])
@pytest.mark.parametrize("uncertain", [*Practice.Uncertain])
def test_nothing_more_leaves_whatever_state_the_emails_are_in(
    sent, mail_program, practice, assignment, tmp_path, state, what, uncertain
):
    """The second email stands anywhere between its plan and its end when the button of the first is pressed."""
    Practice.objects.update(uncertain=uncertain)
    planning.plan(SLOT + timedelta(days=7))
    second = Delivery.objects.exclude(pk=sent.pk).get()
    Delivery.objects.filter(pk=second.pk).update(
        state=state,
        lease="of somebody who died",
        lease_until=SLOT + timedelta(days=7, minutes=5),
        submitted_at=SLOT,
    )
    mail_program.post(stop_path(sent), what)
    left = len(list(tmp_path.iterdir()))
    for hours in (0, 1, 5, 7, 24 * 7, 24 * 14, 24 * 21):
        tick(SLOT + timedelta(days=7, hours=hours, minutes=10))
    assert len(list(tmp_path.iterdir())) == left
    assert not Delivery.objects.filter(state__in=("due", "claimed", "submitting")).exists()


def test_an_email_that_is_claimed_is_withdrawn_at_the_last_moment(sent, mail_program, tmp_path):
    now = SLOT + timedelta(days=7)
    planning.plan(now)
    left = len(list(tmp_path.iterdir()))
    clock = iter([now, now])

    def pressed_in_between():
        if (moment := next(clock, None)) is None:
            one_click(mail_program, sent)
        return moment or now

    outbox.deliver(pressed_in_between)
    assert len(list(tmp_path.iterdir())) == left


def test_the_last_email_of_a_finished_series_is_stopped_too(sent, mail_program, assignment, tmp_path):
    assignment.rest_after(0)
    tick(SLOT + timedelta(weeks=1))
    planning.plan(SLOT + timedelta(weeks=2))
    assert state_of(assignment)[0] == "finished"
    left = len(list(tmp_path.iterdir()))
    one_click(mail_program, sent)
    tick(SLOT + timedelta(weeks=2, minutes=1))
    assert len(list(tmp_path.iterdir())) == left


# --- What is not a series


def test_mail_about_an_account_reaches_a_practitioner_who_is_somebodys_client(
    maya, tom, module, phone, settings
):
    """Tom is a practitioner, and Maya's client under the same address. He stops all of Maya's emails."""
    series = make_assignment(make_client(maya, "Tom", tom.email, "Europe/London"), module)
    phone.post(stop_path(deliver(series, module.steps.first())), {"what": "all"})
    assert Suppression.objects.get().address == tom.email
    send_mail("Your new password", "Follow this link.", None, [tom.email])
    assert [message.to for message in mail.outbox] == [[tom.email]]


def test_who_asked_for_no_more_emails_has_asked_even_if_they_bounced_before(sent, phone, ada):
    Suppression.add(ada.email, Suppression.Why.BOUNCED, SLOT)
    phone.post(stop_path(sent), {"what": "all"})
    assert Suppression.objects.get().why == "asked"
