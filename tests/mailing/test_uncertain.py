"""Where nobody can know whether an email left, the provider is asked first, and a person where no provider can tell."""

import json
from datetime import date, timedelta
from itertools import count

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.assignments.blackout import Blackout
from practice.mailing import asking, outbox
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery, Suppression
from practice.people.models import Client, Consent, Practice
from tests.cast import NOW
from tests.mailing.scripted_http import scripted_provider, use_provider
from tests.mailing.scripted_smtp import DROP, STALL, free_port
from tests.mailing.sending import SLOT, send_due

KEYED = ("resend", "brevo")


@pytest.fixture
def provider(settings):
    with scripted_provider() as server:
        server.now = SLOT
        use_provider(settings, server.url)
        yield server


@pytest.fixture(params=KEYED)
def keyed(request, settings, provider):
    """A provider that knows an email by its key."""
    use_provider(settings, provider.url, request.param)
    provider.name = request.param
    return provider


def after(row, minutes=0):
    send_due(SLOT + timedelta(minutes=minutes))
    row.refresh_from_db()
    return row


def killed(row, minutes=0):
    """As if the process that was handing it over had been killed just before it noted the answer."""
    left = {"accepted_at": None, "provider_id": "", "phase": "", "code": None, "answer": ""}
    Delivery.objects.filter(pk=row.pk).update(state="submitting", **left)
    row.refresh_from_db()
    return row


def choose(choice):
    practice = Practice.current()
    practice.uncertain = choice
    practice.save()


# --- A provider with a key ------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [DROP, STALL])
@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_what_got_no_answer_is_handed_over_again_and_is_no_second_email(planned, keyed, answer, choice):
    choose(choice)
    keyed.answer = answer
    row = after(planned)
    assert (row.state, row.resent) == ("submitting", False)
    assert "cannot arrive twice" in row.reason
    keyed.answer = None
    row = after(planned, minutes=1)
    assert (row.state, row.reason) == ("accepted", "")
    assert len(keyed.accepted) == 1
    first, second = keyed.requests
    assert first.body == second.body


def test_the_provider_names_the_email_that_it_has(planned, provider, settings):
    use_provider(settings, provider.url, "resend")
    provider.answer = DROP
    after(planned)
    provider.answer = None
    assert after(planned, minutes=1).provider_id == "id-1"


def test_what_a_killed_process_left_is_handed_over_again_by_another(planned, keyed):
    killed(after(planned))
    assert after(planned, minutes=4).state == "submitting"
    assert len(keyed.requests) == 1
    assert after(planned, minutes=5).state == "accepted"
    assert len(keyed.accepted) == 1
    assert keyed.requests[0].body == keyed.requests[1].body


def test_it_is_the_same_email_although_time_passes_while_it_is_handed_over(planned, keyed):
    """Its Date is of the beginning of the round; the row is written later. The key follows from the Date."""
    passing = (SLOT + timedelta(milliseconds=700 * moment) for moment in count())
    keyed.answer = DROP
    outbox.deliver(lambda: next(passing))
    keyed.answer = None
    assert after(planned, minutes=2).state == "accepted"
    first, second = keyed.requests
    assert (first.body, first.headers.get("Idempotency-Key")) == (
        second.body,
        second.headers.get("Idempotency-Key"),
    )
    assert len(keyed.accepted) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_an_error_at_the_provider_that_had_taken_it_makes_no_second_email(planned, keyed, status, choice):
    choose(choice)
    keyed.answer, keyed.takes_all_the_same = (status, {}, {}), True
    row = after(planned)
    assert (row.state, row.code, row.resent) == ("submitting", status, False)
    assert after(planned, minutes=1).state == "submitting"
    keyed.answer = None
    assert after(planned, minutes=3).state == "accepted"
    assert len(keyed.accepted) == 1
    assert len({request.body for request in keyed.requests}) == 1


def test_an_error_at_the_provider_that_had_not_taken_it_costs_no_email(planned, keyed):
    keyed.answer = 503, {"Retry-After": "120"}, {}
    assert after(planned).state == "submitting"
    assert after(planned, minutes=1).state == "submitting"
    assert after(planned, minutes=2).state == "submitting"
    assert len(keyed.requests) == 2  # at once, and after the two minutes that it asked for
    keyed.answer = None
    assert after(planned, minutes=3).state == "submitting"
    assert after(planned, minutes=4).state == "accepted"
    assert len(keyed.accepted) == 1


def test_one_that_never_arrived_at_the_provider_leaves_then(planned, keyed):
    keyed.answer = 504, {}, {}
    assert after(planned).state == "submitting"
    keyed.answer = None
    assert after(planned, minutes=1).state == "accepted"
    assert len(keyed.accepted) == 1


def test_the_client_and_the_step_may_have_changed_in_the_meantime(planned, keyed):
    keyed.answer = DROP
    after(planned)
    planned.client.name = planned.client.preferred_name = "Adelheid"
    planned.client.save()
    planned.step.title = "Another title"
    planned.step.save()
    keyed.answer = None
    assert after(planned, minutes=1).state == "accepted"
    assert keyed.requests[0].body == keyed.requests[1].body


@pytest.mark.parametrize("change", [{"email": "ada@new.example.org"}, {"discretion": "notice"}])
def test_what_went_to_another_mailbox_is_not_handed_over_again(planned, keyed, change):
    keyed.answer = DROP
    after(planned)
    Client.objects.update(**change)
    keyed.answer = None
    assert after(planned, minutes=1).state == "uncertain"
    assert len(keyed.requests) == 1


def test_it_is_asked_less_and_less_often_while_there_is_no_answer(planned, keyed):
    keyed.answer = 504, {}, {}
    for minute in range(10):
        assert after(planned, minutes=minute).state == "submitting"
    assert len(keyed.requests) == 5  # at once, and after 1, 2, 4 and 8 minutes


@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_when_the_key_has_ended_it_is_uncertain_as_any_other(planned, keyed, choice):
    choose(choice)
    keyed.answer = 504, {}, {}
    after(planned)
    ends = 14 if keyed.name == "brevo" else 24 * 60 - 1
    recover(SLOT + timedelta(minutes=ends))
    planned.refresh_from_db()
    assert (planned.state, planned.resent) == (("uncertain", False) if choice == "hold" else ("due", True))
    assert planned.reason.startswith("The connection broke after the email was handed over")
    if choice == "hold":
        assert after(planned, minutes=ends + 60).state == "uncertain"
        assert len(keyed.requests) == 1


def test_a_provider_that_is_away_leaves_it_as_it_is(planned, keyed, settings):
    keyed.answer = DROP
    after(planned)
    use_provider(settings, f"http://127.0.0.1:{free_port()}", keyed.name)
    assert after(planned, minutes=2).state == "submitting"
    use_provider(settings, keyed.url, keyed.name)
    keyed.answer = None
    assert after(planned, minutes=8).state == "accepted"
    assert len(keyed.accepted) == 1


@pytest.mark.parametrize("answer", [(500, {}, {}), (429, {"Retry-After": "120"}, {})])
def test_a_provider_that_asks_for_patience_gets_it_and_the_first_time_stays_open(planned, keyed, answer):
    keyed.answer = DROP
    after(planned)
    keyed.answer = answer
    assert after(planned, minutes=1).state == "submitting"
    keyed.answer = None
    assert after(planned, minutes=3).state == "accepted"
    assert len(keyed.accepted) == 1


def test_a_refusal_the_second_time_says_nothing_of_the_first(planned, keyed):
    keyed.answer = DROP
    after(planned)
    keyed.answer = 422, {}, {"message": "The account has no credit."}
    row = after(planned, minutes=1)
    assert row.state == "uncertain"
    assert "no credit" in row.answer


@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_one_that_is_no_longer_wanted_is_not_handed_over_again_and_not_called_unsent(planned, keyed, choice):
    choose(choice)
    keyed.answer = DROP
    after(planned)
    Consent.objects.update(withdrawn_at=NOW)
    keyed.answer = None
    assert after(planned, minutes=1).state == "uncertain"
    assert len(keyed.requests) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda row: Consent.objects.update(withdrawn_at=NOW),
        lambda row: row.assignment.pause(SLOT),
        lambda row: Suppression.objects.create(address="ada@example.org", why="asked"),
    ],
)
def test_one_that_is_taken_back_while_others_are_asked_about_is_not_handed_over_again(planned, keyed, change):
    keyed.answer = DROP
    row = after(planned)
    keyed.answer = None
    later = SLOT + timedelta(minutes=1)
    with asking.open_provider() as asker:
        (listed,) = asking.in_doubt(later, asker)
        change(row)
        assert asking.hand_over_again(listed, asker, later)
    assert len(keyed.requests) == 1
    assert after(planned, minutes=1).state == "uncertain"


def test_nothing_is_handed_over_again_on_a_day_without_emails(planned, keyed):
    keyed.answer = DROP
    row = after(planned)
    keyed.answer = None
    free = Blackout.objects.create(
        client=row.client, first_on=date(2026, 3, 8), last_on=date(2026, 3, 8), by_client=True
    )
    assert after(planned, minutes=1).state == "submitting"
    free.delete()
    assert after(planned, minutes=2).state == "accepted"


def test_another_text_under_the_same_key_is_an_open_question(planned, provider, settings):
    use_provider(settings, provider.url, "resend")
    provider.answer = DROP
    after(planned)
    settings.ANYMAIL["SEND_DEFAULTS"] = {"tags": ["new"]}
    provider.answer = None
    row = after(planned, minutes=1)
    assert (row.state, row.code) == ("submitting", None)
    assert len(provider.accepted) == 1


def test_sending_again_on_purpose_has_a_key_of_its_own(planned, keyed):
    after(planned)
    Delivery.objects.update(state="uncertain")
    planned.refresh_from_db()
    planned.send_again(SLOT + timedelta(hours=1))
    assert after(planned, minutes=60).state == "accepted"
    assert len(keyed.accepted) == 2


def test_only_one_of_many_askers_hands_it_over_again(planned, keyed):
    row = killed(after(planned))
    later = SLOT + timedelta(minutes=5)
    asker = asking.open_provider()
    with asker:
        (same,) = asking.in_doubt(later, asker)
        asking.hand_over_again(same, asker, later)
        asking.hand_over_again(row, asker, later)
    assert len(keyed.requests) == 2


def test_asking_about_one_that_cannot_be_built_again_ends_in_uncertain(planned, keyed, settings):
    keyed.answer = DROP
    after(planned)
    settings.SECRET_KEY = "another key, with which the private link cannot be made"
    assert after(planned, minutes=1).state == "uncertain"


# --- A provider with a list -----------------------------------------------------------------------


@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_what_the_provider_shows_in_its_list_was_accepted(planned, provider, choice):
    choose(choice)
    provider.answer = DROP
    row = after(planned)
    assert (row.state, row.resent) == ("uncertain", False)
    provider.answer = None
    row = after(planned, minutes=1)
    assert (row.state, row.provider_id, row.accepted_at) == ("accepted", "id-1", SLOT)
    assert len(provider.accepted) == 1


def test_it_is_found_although_the_provider_writes_the_address_otherwise(planned, provider):
    """Of a domain with an umlaut, a mail server gets to see xn--bcher-kva.example."""
    type(planned.client).objects.update(email="ada@bücher.example")
    provider.answer = DROP
    after(planned)
    assert provider.accepted[0]["Recipients"] == ["ada@xn--bcher-kva.example"]
    provider.answer = None
    assert after(planned, minutes=1).state == "accepted"
    assert len(provider.accepted) == 1


def test_another_stream_of_the_same_account_is_not_looked_at(planned, provider, settings):
    settings.ANYMAIL["POSTMARK_MESSAGE_STREAM"] = "letters"
    provider.answer = DROP
    after(planned)
    provider.answer = None
    assert after(planned, minutes=1).state == "accepted"
    assert "messagestream=letters" in provider.requests[-1].path


def test_a_list_may_lag_behind(planned, provider):
    provider.answer, provider.hides = DROP, True
    after(planned)
    provider.answer = None
    for minute in range(1, 16):
        assert after(planned, minutes=minute).state == "uncertain"
    provider.hides = False
    assert after(planned, minutes=16).state == "accepted"
    assert len(provider.accepted) == 1


def test_what_is_not_in_the_list_for_long_enough_did_not_leave_and_leaves_again(planned, provider):
    provider.answer = 504, {}, {}
    after(planned)
    provider.answer = None
    assert after(planned, minutes=29).state == "uncertain"
    assert after(planned, minutes=58).state == "due"
    assert "does not have it" in Delivery.objects.get().reason
    assert after(planned, minutes=59).state == "accepted"
    assert len(provider.accepted) == 1


def test_what_a_killed_process_left_is_looked_for(planned, provider):
    killed(after(planned))
    assert after(planned, minutes=5).state == "accepted"
    assert len(provider.accepted) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, {}),
        (429, {}, {}),
        (200, {}, []),
        (200, {}, {"Messages": [{"MessageID": "1"}]}),
        (401, {}, {}),
    ],
)
def test_no_answer_about_it_decides_nothing(planned, provider, answer):
    provider.answer = DROP
    after(planned)
    provider.answer = answer
    assert after(planned, minutes=40).state == "uncertain"
    provider.answer = None
    assert after(planned, minutes=90).state == "accepted"


@pytest.mark.parametrize("choice", Practice.Uncertain.values)
def test_a_list_that_cannot_be_asked_for_a_day_leaves_it_to_the_practice(planned, provider, choice):
    choose(choice)
    provider.answer = DROP
    after(planned)
    provider.answer = 500, {}, {}
    row = after(planned, minutes=25 * 60)
    assert (row.state, row.resent) == (("uncertain", False) if choice == "hold" else ("due", True))
    asked = len(provider.requests)
    Delivery.objects.update(state="uncertain")
    after(planned, minutes=26 * 60)
    assert len(provider.requests) == asked


def test_an_email_of_another_installation_with_the_same_number_is_not_ours(planned, provider):
    provider.answer = DROP
    after(planned)
    provider.accepted[0]["ReceivedAt"] = (SLOT - timedelta(days=1)).isoformat()
    provider.answer = None
    assert after(planned, minutes=1).state == "uncertain"


def test_one_that_never_leaves_is_parked_at_the_third_time(planned, provider):
    for half_hours in range(6):
        provider.answer = (504, {}, {}) if half_hours % 2 == 0 else None
        Delivery.objects.filter(state="uncertain").update(lease_until=SLOT)
        after(planned, minutes=31 * half_hours)
        Delivery.objects.filter(state="due").update(due_at=SLOT)
    assert provider.accepted == []
    assert Delivery.objects.get().state == "failed"


def test_others_leave_while_the_provider_gives_no_answer_about_some(several, provider):
    first = several[0]
    after(first)
    Delivery.objects.filter(pk=first.pk).update(state="uncertain", lease_until=SLOT)
    Delivery.objects.filter(pk=several[1].pk).update(state="due")
    provider.answer = DROP
    after(first)
    provider.answer = None
    assert Delivery.objects.get(pk=several[1].pk).state == "uncertain"
    assert {row.state for row in several[2:]} == {"accepted"}


# --- At the desk ----------------------------------------------------------------------------------


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


def page(row):
    return reverse("admin:mailing_delivery_change", args=(row.pk,))


def check(desk, row):
    """Press [Check again]. Returns what the desk says then."""
    address = reverse("admin:mailing_delivery_decide", args=(row.pk, "check-again"))
    assert desk.get(address).status_code == 200
    return desk.post(address, follow=True).content.decode()


@pytest.fixture
def uncertain(planned, provider):
    provider.answer = DROP
    after(planned)
    provider.answer = None
    return planned


def left(row, provider, minutes):
    """As if it had been handed over so many minutes ago."""
    at = timezone.now() - timedelta(minutes=minutes)
    Delivery.objects.filter(pk=row.pk).update(submitted_at=at)
    provider.accepted[0]["ReceivedAt"] = at.isoformat()


def test_an_uncertain_email_says_what_is_known_and_what_can_be_done(desk, uncertain):
    text = desk.get(page(uncertain)).content.decode()
    for words in (
        "We can’t confirm that this email left",
        "It may have arrived.",
        "Sunday 8 March 2026 at 18:00",
        "The connection broke after the email was handed over",
        "Check again",
        "Send again",
        "Mark as sent",
    ):
        assert words in text


def test_looking_asks_nobody(desk, uncertain, provider):
    before = len(provider.requests)
    desk.get(page(uncertain))
    desk.get(reverse("admin:mailing_delivery_decide", args=(uncertain.pk, "check-again")))
    assert len(provider.requests) == before
    assert Delivery.objects.get().state == "uncertain"


def test_checking_again_finds_it(desk, uncertain, provider):
    left(uncertain, provider, minutes=1)
    assert "The mail provider has this email: it left." in check(desk, uncertain)
    assert Delivery.objects.get().state == "accepted"


def test_checking_again_too_early_is_no_answer(desk, uncertain, provider):
    provider.hides = True
    left(uncertain, provider, minutes=10)
    assert "this is no answer yet" in check(desk, uncertain)
    assert Delivery.objects.get().state == "uncertain"


def test_checking_again_later_sees_that_it_did_not_leave(desk, uncertain, provider):
    provider.hides = True
    left(uncertain, provider, minutes=45)
    assert "it did not leave" in check(desk, uncertain)
    assert Delivery.objects.get().state == "due"


def test_a_list_forgets_so_after_weeks_it_proves_nothing(desk, uncertain, provider):
    provider.hides = True
    left(uncertain, provider, minutes=30 * 24 * 60)
    assert "does not show this email" in check(desk, uncertain)
    assert Delivery.objects.get().state == "uncertain"


def test_checking_again_may_get_no_answer(desk, uncertain, provider):
    provider.answer = 500, {}, {}
    left(uncertain, provider, minutes=10)
    assert "gave no answer" in check(desk, uncertain)
    assert Delivery.objects.get().state == "uncertain"


def test_a_provider_that_cannot_be_asked_may_still_tell(desk, uncertain, provider, settings):
    use_provider(settings, provider.url, "brevo")
    settings.ANYMAIL |= {"WEBHOOK_SECRET": "interlude:a-secret-of-twenty-characters"}
    asked = len(provider.requests)
    assert "the state here changes by itself" in check(desk, uncertain)
    assert len(provider.requests) == asked


def test_a_plain_mail_server_is_not_asked(desk, uncertain, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    text = desk.get(page(uncertain)).content.decode()
    assert "Check again" not in text
    assert "Send again" in text


def test_tom_cannot_check_mayas_email(client, tom, uncertain, provider):
    client.force_login(tom)
    asked = len(provider.requests)
    address = reverse("admin:mailing_delivery_decide", args=(uncertain.pk, "check-again"))
    assert client.post(address).status_code == 404
    assert len(provider.requests) == asked


def test_what_is_asked_of_the_provider_is_an_id_and_no_address(uncertain, provider):
    after(uncertain, minutes=1)
    asked = provider.requests[-1]
    assert f"metadata_delivery={uncertain.pk}" in asked.path
    assert "example.org" not in asked.path
    assert json.loads(provider.requests[0].body)["Metadata"] == {"delivery": str(uncertain.pk)}
