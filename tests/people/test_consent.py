"""That a client agreed, how, when and to which words; and that they took it back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from practice.people.models import Client, Consent
from tests.cast import make_client
from tests.meanwhile import meanwhile
from tests.people.test_clients import ADD, FIELDS


@pytest.fixture
def desk(client, maya):
    client.force_login(maya)
    return client


@pytest.fixture
def noor(maya):
    return make_client(maya, "Noor", "noor@example.org", "Europe/London", consented=False)


def page_of(name, client):
    return reverse(f"admin:people_client_{name}", args=(client.pk,))


def test_it_can_be_recorded_while_adding_a_client(desk):
    desk.post(ADD, FIELDS | {"agreed": "paper"})
    consent = Client.objects.get().consent_in_force()
    assert consent.how == "paper"
    assert consent.wording == Consent.WORDING


def test_it_is_recorded_with_its_day_and_words(desk, noor):
    page = desk.get(page_of("change", noor)).content.decode()
    assert "Nothing is sent before they agree" in page
    assert page_of("consent", noor) in page
    day = timezone.localdate() - timedelta(days=3)
    desk.post(page_of("consent", noor), {"how": "paper", "on": day, "wording": "Our own paper form."})
    consent = noor.consent_in_force()
    assert (consent.how, timezone.localdate(consent.given_at), consent.wording) == (
        "paper",
        day,
        "Our own paper form.",
    )


def test_looking_at_the_page_records_nothing(desk, noor):
    desk.get(page_of("consent", noor))
    desk.head(page_of("consent", noor))
    assert not noor.has_consent()


def test_a_day_that_is_still_to_come_is_not_recorded(desk, noor):
    day = timezone.localdate() + timedelta(days=2)
    page = desk.post(page_of("consent", noor), {"how": "spoken", "on": day, "wording": "Words of mine."})
    assert "still to come" in page.content.decode()
    assert "Words of mine." in page.content.decode()
    assert not noor.has_consent()


def test_pressing_twice_records_it_once(desk, noor):
    told = {"how": "spoken", "on": timezone.localdate(), "wording": "Words."}
    desk.post(page_of("consent", noor), told)
    answer = desk.post(page_of("consent", noor), told, follow=True)
    assert "has agreed already" in answer.content.decode()
    assert noor.consents.count() == 1


def test_of_two_presses_at_once_the_second_answers_as_one_that_came_later(desk, noor):
    told = {"how": "spoken", "on": timezone.localdate(), "wording": "Words."}
    with meanwhile('SELECT "people_consent".', lambda: Consent.objects.create(client=noor)):
        answer = desk.post(page_of("consent", noor), told, follow=True)
    assert "has agreed already" in answer.content.decode()
    assert noor.consents.count() == 1


def test_a_client_who_was_erased_meanwhile_is_not_found(desk, noor):
    told = {"how": "spoken", "on": timezone.localdate(), "wording": "Words."}
    with meanwhile('SELECT "people_consent".', Client.objects.get(pk=noor.pk).delete):
        assert desk.post(page_of("consent", noor), told).status_code == 404


def test_the_database_knows_one_consent_in_force(ada):
    with pytest.raises(IntegrityError):
        Consent.objects.create(client=ada)


def test_it_is_taken_back_after_saying_what_that_means_and_the_record_stays(desk, ada):
    page = desk.get(page_of("withdraw", ada)).content.decode()
    assert "no email goes out to Ada" in page
    assert ada.has_consent(), "looking changes nothing"
    desk.post(page_of("withdraw", ada))
    assert not ada.has_consent()
    assert ada.consents.get().withdrawn_at
    assert "Taken back on" in desk.get(page_of("change", ada)).content.decode()


def test_it_can_be_given_again_afterwards(desk, ada):
    ada.withdraw_consent(timezone.now())
    desk.post(page_of("consent", ada), {"how": "spoken", "on": timezone.localdate(), "wording": "Yes again."})
    assert ada.has_consent()
    assert ada.consents.count() == 2
