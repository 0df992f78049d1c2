"""All clients of a closed account go to a colleague; whoever runs the practice sees numbers and no names."""

import re

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from practice.assignments.first_note import FirstNote
from practice.desk.erasing import erase
from practice.desk.handing_all_over import HandClientsOver
from practice.mailing.models import Suppression
from practice.people import accounts, audit
from practice.people.audit import AuditEntry
from practice.people.models import Client, SavedView
from practice.replies.models import Note
from tests.cast import NOW, make_client
from tests.isolation.worlds import answered


@pytest.fixture
def office(client, superuser):
    """The browser of whoever runs the installation."""
    client.force_login(superuser)
    return client


@pytest.fixture
def closed(maya, ada, assignment, superuser):
    """Maya's account is closed; Kei, her other client, wants no emails."""
    kei = make_client(maya, "Kei", "kei@example.org", "Asia/Tokyo")
    Suppression.add(kei.email, Suppression.Why.ASKED, NOW)
    Client.objects.filter(pk=ada.pk).update(private_note="met in May")
    accounts.close(maya, superuser, series_go_on=False)
    maya.refresh_from_db()
    return maya


def page_of(practitioner):
    return reverse("admin:people_practitioner_account", args=(practitioner.pk, "hand-over"))


def test_all_of_them_go_each_is_told_and_the_private_notes_are_erased(
    office, closed, ada, assignment, tom, superuser
):
    reply = answered(assignment)
    Note.keep(reply, "like her mother", NOW)
    page = office.post(page_of(closed), {"colleague": tom.pk}, follow=True).content.decode()
    assert "2 clients are with Tom Okafor now. 1 of them got no email about it" in page
    assert set(Client.objects.of(tom).values_list("name", "private_note")) == {("Ada", ""), ("Kei", "")}
    assert not Client.objects.of(closed).exists()
    assert not Note.objects.exists()
    assert sorted(message.to for message in mail.outbox) == [["ada@example.org"], ["tom@example.com"]]
    assert "in place of Maya Lindgren" in mail.outbox[0].body
    trail = AuditEntry.objects.filter(action="handed over")
    assert [(row.actor, row.thing_id) for row in trail] == [(superuser, tom.pk)] * 2
    assignment.refresh_from_db()
    assert assignment.outlook().hold is None
    browser = Browser()
    browser.force_login(tom)
    assert "Runs It handed Ada over to you" in browser.get(reverse("admin:index")).content.decode()


def test_whoever_runs_the_practice_sees_how_many_and_nothing_else(office, closed, ada, assignment, tom):
    answered(assignment)
    FirstNote.objects.create(assignment=assignment, text="I thought of you")
    account = reverse("admin:people_practitioner_change", args=(closed.pk,))
    pages = [office.get(account), office.get(page_of(closed)), office.post(page_of(closed), {})]
    assert "2 clients of Maya Lindgren" in pages[1].content.decode()
    assert "Choose the colleague who takes over." in pages[2].content.decode()
    assert Client.objects.of(closed).count() == 2, "nothing happens before a colleague is chosen"
    pages.append(office.post(page_of(closed), {"colleague": tom.pk}, follow=True))
    for page in pages:
        said = page.content.decode()
        words = ("Ada", "Kei", "example.org", "river", "thought of you", "met in May")
        assert [word for word in words if re.search(rf"\b{word}\b", said)] == []


def test_nobody_takes_over_from_somebody_who_can_sign_in_nor_goes_to_somebody_who_cannot(
    office, ada, maya, tom, superuser
):
    office.post(page_of(maya), {"colleague": tom.pk})
    ada.refresh_from_db()
    assert ada.practitioner == maya
    accounts.close(maya, superuser, series_go_on=False)
    for practitioner in (maya, tom):
        accounts.close(practitioner, superuser, series_go_on=False)
        page = office.post(page_of(maya), {"colleague": practitioner.pk})
        assert "account is closed now. Nothing was changed" in page.content.decode()
    ada.refresh_from_db()
    assert ada.practitioner == maya


def test_a_colleague_whose_account_closes_meanwhile_gets_nobody(closed, tom, superuser):
    move = HandClientsOver(closed, superuser, NOW)
    accounts.close(tom, superuser, series_go_on=False)
    assert move.act({"colleague": tom}) == ""
    assert (Client.objects.of(closed).count(), mail.outbox) == (2, [])


def test_only_whoever_runs_the_practice_does_it(closed, ada, tom):
    browser = Browser()
    browser.force_login(tom)
    assert browser.post(page_of(closed), {"colleague": tom.pk}).status_code == 403
    ada.refresh_from_db()
    assert ada.practitioner == closed


def test_without_clients_it_is_not_offered(office, closed, tom):
    account = reverse("admin:people_practitioner_change", args=(closed.pk,))
    assert page_of(closed) in office.get(account).content.decode()
    Client.objects.of(closed).update(practitioner=tom)
    assert page_of(closed) not in office.get(account).content.decode()


def test_erasing_afterwards_finds_what_the_first_practitioner_had_of_them(office, closed, ada, tom):
    audit.note(closed, audit.Action.READ, ada)
    SavedView.objects.create(practitioner=closed, name="To call", query="q=Ada")
    office.post(page_of(closed), {"colleague": tom.pk})
    ada.refresh_from_db()
    erase(ada, NOW, tom)
    assert not SavedView.objects.exists()
