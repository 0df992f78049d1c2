"""Practitioners come by invitation, and their accounts are closed and opened, never deleted."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.mailing import outbox
from practice.mailing.models import Delivery
from practice.mailing.planning import plan
from practice.people import accounts
from practice.people.audit import AuditEntry
from practice.people.models import Practitioner
from tests.cast import NOW, PASSWORD

ADD = "/desk/people/practitioner/add/"
NEW_PASSWORD = "a-quiet-new-password"
CHOSEN = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD, "time_zone": "Europe/Lisbon"}


@pytest.fixture
def office(client, superuser):
    """The browser of whoever runs the installation."""
    client.force_login(superuser)
    return client


@pytest.fixture
def noor(office):
    """Invited, and not there yet."""
    office.post(ADD, {"name": "Noor Haddad", "email": "Noor@Example.com"})
    return Practitioner.objects.get(email="noor@example.com")


@pytest.fixture
def stranger(client_of):
    return client_of()


@pytest.fixture
def client_of():
    from django.test import Client

    return Client


def link_in(message):
    return re.search(r"http://localhost:8000(/desk/join/\S+)", message.body).group(1)


def account(practitioner, slug):
    return reverse("admin:people_practitioner_account", args=(practitioner.pk, slug))


def page_of(practitioner):
    return reverse("admin:people_practitioner_change", args=(practitioner.pk,))


def sign_in(browser, email, password):
    return (
        browser.post("/desk/login/?next=/desk/", {"username": email, "password": password}).status_code == 302
    )


# --- Invitations


def test_an_invitation_goes_out_and_is_neutral(noor):
    (message,) = mail.outbox
    assert message.to == ["noor@example.com"]
    assert message.subject == "Your invitation"
    assert "Linden House" in message.body
    assert not re.search(r"therap|client|patient", message.subject + message.body, re.I)
    assert (noor.is_active, noor.has_joined) == (False, False)


def test_whoever_is_invited_chooses_a_password_and_signs_in(noor, stranger):
    link = link_in(mail.outbox[0])
    assert "Noor" in stranger.get(link).content.decode()
    assert stranger.post(link, CHOSEN).url == reverse("admin:login")
    assert sign_in(stranger, "noor@example.com", NEW_PASSWORD)


def test_whoever_is_invited_says_where_they_are(noor, stranger):
    link = link_in(mail.outbox[0])
    page = stranger.get(link)
    assert page.context["form"]["time_zone"].value() == "", "nobody is said to live in UTC"
    assert '<option value="Europe/Lisbon">Lisbon, Portugal</option>' in page.content.decode()
    for zone, said in (("", "This field is required."), ("Narnia", "There is no time zone called “Narnia”")):
        assert said in stranger.post(link, CHOSEN | {"time_zone": zone}).content.decode()
        assert not Practitioner.objects.get(pk=noor.pk).has_joined
    assert stranger.post(link, CHOSEN | {"time_zone": "Lisbon"}).status_code == 302
    noor.refresh_from_db()
    assert noor.time_zone == "Europe/Lisbon"


def test_a_zone_that_was_given_to_them_already_stands_there(noor, stranger):
    Practitioner.objects.update(time_zone="Asia/Tokyo")
    page = stranger.get(link_in(mail.outbox[0]))
    assert page.context["form"]["time_zone"].value() == "Asia/Tokyo"


def test_opening_the_link_changes_nothing_however_often(noor, stranger):
    link = link_in(mail.outbox[0])
    for method in (stranger.get, stranger.head, stranger.get):
        assert method(link).status_code == 200
    noor.refresh_from_db()
    assert (noor.is_active, noor.has_joined) == (False, False)
    assert stranger.get(link).headers["Referrer-Policy"] == "same-origin"


def test_the_link_works_once(noor, stranger):
    link = link_in(mail.outbox[0])
    stranger.post(link, CHOSEN)
    assert stranger.get(link).status_code == 404
    again = {"new_password1": "another-quiet-password", "new_password2": "another-quiet-password"}
    assert stranger.post(link, CHOSEN | again).status_code == 404
    assert sign_in(stranger, "noor@example.com", NEW_PASSWORD)


def test_a_weak_password_is_refused_with_the_reason_and_the_link_still_works(noor, stranger):
    link = link_in(mail.outbox[0])
    page = stranger.post(link, CHOSEN | {"new_password1": "12345", "new_password2": "12345"}).content.decode()
    assert "too short" in page
    assert stranger.post(link, CHOSEN).status_code == 302


def test_the_link_stops_working_after_a_few_days(noor):
    token = link_in(mail.outbox[0]).split("/")[-2]
    assert accounts.invited(noor.pk, token, noor.invited_at + timedelta(days=2)) == noor
    assert accounts.invited(noor.pk, token, noor.invited_at + timedelta(days=4)) is None


def test_sent_again_only_the_newest_link_works(office, noor, stranger):
    office.post(account(noor, "invite"))
    first, second = map(link_in, mail.outbox)
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200


def test_a_withdrawn_invitation_does_not_open_and_can_be_sent_again(office, noor, stranger):
    office.post(account(noor, "uninvite"))
    assert stranger.get(link_in(mail.outbox[0])).status_code == 404
    assert stranger.post(link_in(mail.outbox[0]), CHOSEN).status_code == 404
    office.post(account(noor, "invite"))
    assert stranger.get(link_in(mail.outbox[1])).status_code == 200


def test_with_another_address_the_link_that_was_sent_ends_and_the_page_says_so(office, noor, stranger):
    fields = {"name": noor.name, "time_zone": "UTC", "response_time": "soon"}
    page = office.post(page_of(noor), fields | {"email": "NOOR@example.com"}, follow=True)
    assert "no longer works" not in page.content.decode()
    assert stranger.get(link_in(mail.outbox[0])).status_code == 200
    page = office.post(page_of(noor), fields | {"email": "noor@other.example"}, follow=True)
    assert "The link that was sent no longer works. Send the invitation again." in page.content.decode()
    assert stranger.get(link_in(mail.outbox[0])).status_code == 404
    page = office.get(page_of(noor)).content.decode()
    assert "No invitation is open" in page
    assert "Invited, until" not in page
    office.post(account(noor, "invite"))
    assert mail.outbox[1].to == ["noor@other.example"]
    assert stranger.get(link_in(mail.outbox[1])).status_code == 200


def test_links_of_nobody_and_changed_ones_look_the_same(noor, stranger):
    link = link_in(mail.outbox[0])
    changed, nobodys = f"{link[:-2]}x/", re.sub(r"join/\d+", "join/987654", link)
    assert stranger.get(changed).status_code == stranger.get(nobodys).status_code == 404
    assert stranger.get(changed).content == stranger.get(nobodys).content


def test_an_address_that_is_taken_is_told_to_whoever_runs_the_installation(office, tom):
    page = office.post(ADD, {"name": "Tom", "email": "Tom@example.com"}).content.decode()
    assert "Somebody already signs in with this address." in page
    assert mail.outbox == []


def test_an_email_that_cannot_leave_is_said_and_the_invitation_is_kept(office, settings, superuser):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = office.post(ADD, {"name": "Noor", "email": "noor@example.com"}, follow=True).content.decode()
    assert "could not be sent" in page
    assert Practitioner.objects.get(email="noor@example.com").invited_at


def test_somebody_who_has_joined_is_not_invited_again(office, tom):
    office.post(account(tom, "invite"))
    tom.refresh_from_db()
    assert (tom.is_active, tom.has_joined, mail.outbox) == (True, True, [])


def test_the_link_stays_out_of_the_logs():
    import logging

    from practice.replies.quiet_logs import HidePrivateLinks

    record = logging.LogRecord("web", logging.INFO, "", 0, "GET /desk/join/5/c4t-secret/ 200", None, None)
    HidePrivateLinks().filter(record)
    assert record.getMessage() == "GET /desk/join/5/… 200"


# --- Closing and opening


def test_closing_signs_out_at_once_and_opening_does_not_sign_in_again(office, tom, client_of):
    browser = client_of()
    assert sign_in(browser, "tom@example.com", PASSWORD)
    office.post(account(tom, "close"), {"series": "hold"})
    assert browser.get("/desk/").status_code == 302
    assert not sign_in(client_of(), "tom@example.com", PASSWORD)
    office.post(account(tom, "open"))
    assert browser.get("/desk/").status_code == 302, "the old session must not come to life again"
    assert sign_in(browser, "tom@example.com", PASSWORD)


def test_looking_at_what_closing_means_closes_nothing(office, tom):
    page = office.get(account(tom, "close")).content.decode()
    assert "Nothing is deleted" in page
    assert "those that wait to leave now as well" in page
    tom.refresh_from_db()
    assert tom.is_active


@pytest.mark.parametrize(("series", "emails"), [("hold", 0), ("go on", 1)])
def test_emails_to_the_clients_of_a_closed_account_wait_or_go_on(office, maya, assignment, series, emails):
    office.post(account(maya, "close"), {"series": series})
    assert plan(assignment.next_due_at) == emails
    assert Delivery.objects.count() == emails
    assert Assignment.objects.get().state == Assignment.State.ACTIVE


def test_an_email_that_waits_to_leave_is_held_as_well(office, maya, assignment):
    due = assignment.next_due_at
    assert plan(due) == 1
    office.post(account(maya, "close"), {"series": "hold"})
    assert outbox.claim(due) == []
    assert plan(due + timedelta(minutes=1)) == 0
    email = Delivery.objects.get()
    assert email.state == Delivery.State.CANCELLED
    assert "account was closed" in email.reason

    office.post(account(maya, "open"))
    assignment.refresh_from_db()
    assert assignment.next_step() == email.step, "its turn comes again"
    assert plan(assignment.next_due_at) == 1


def test_an_email_that_waits_to_leave_does_so_where_the_series_go_on(office, maya, assignment):
    plan(assignment.next_due_at)
    office.post(account(maya, "close"), {"series": "go on"})
    assert len(outbox.claim(assignment.next_due_at)) == 1


def test_what_was_held_goes_out_again_when_the_account_is_open(office, maya, assignment):
    office.post(account(maya, "close"), {"series": "hold"})
    assignment = Assignment.objects.get()
    assert "Maya Lindgren is closed" in assignment.outlook().hold.why
    plan(assignment.next_due_at)
    office.post(account(maya, "open"))
    assignment = Assignment.objects.get()
    assert assignment.outlook().hold is None
    assert assignment.next_due_at > NOW + timedelta(days=7)
    assert plan(assignment.next_due_at) == 1


def test_nobody_closes_their_own_account(office, superuser):
    office.post(account(superuser, "close"), {"series": "hold"})
    superuser.refresh_from_db()
    assert superuser.is_active


def test_a_closed_account_keeps_everything(office, maya, assignment):
    office.post(account(maya, "close"), {"series": "hold"})
    assert (maya.clients.count(), maya.modules.count(), Assignment.objects.count()) == (1, 1, 1)


def test_practitioners_reach_none_of_this(client, maya, tom):
    client.force_login(maya)
    for slug in ("close", "open", "invite", "uninvite"):
        assert client.post(account(tom, slug), {"series": "hold"}).status_code == 403
    assert client.post(ADD, {"name": "X", "email": "x@example.com"}).status_code == 403
    tom.refresh_from_db()
    assert tom.is_active


def test_all_of_it_stands_in_the_audit_trail(office, noor, stranger, superuser):
    office.post(account(noor, "uninvite"))
    office.post(account(noor, "invite"))
    stranger.post(link_in(mail.outbox[1]), CHOSEN)
    office.post(account(noor, "close"), {"series": "hold"})
    office.post(account(noor, "open"))
    told = AuditEntry.objects.filter(thing_id=noor.pk).order_by("pk").values_list("actor__name", "action")
    assert list(told) == [
        ("Runs It", "invited"),
        ("Runs It", "uninvited"),
        ("Runs It", "invited"),
        ("Noor Haddad", "joined"),
        ("Runs It", "deactivated"),
        ("Runs It", "reactivated"),
    ]


# --- Who runs the installation


def no_longer(practitioner):
    """The page of somebody who runs the installation, with that unticked."""
    return {
        "name": practitioner.name,
        "email": practitioner.email,
        "time_zone": practitioner.time_zone,
        "response_time": practitioner.response_time,
        "initial-is_superuser": "True",
    }


def test_the_only_one_who_runs_the_installation_cannot_stop(office, superuser, tom):
    tom.is_superuser, tom.is_active = True, False  # nobody can rely on a closed account
    tom.save()
    page = office.post(page_of(superuser), no_longer(superuser)).content.decode()
    assert "Somebody has to run this installation. Give it to somebody else first." in page
    superuser.refresh_from_db()
    assert superuser.is_superuser


def test_with_somebody_else_who_runs_it_either_can_stop(office, superuser, tom):
    tom.is_superuser = True
    tom.save()
    assert office.post(page_of(tom), no_longer(tom)).status_code == 302
    tom.is_superuser = True
    tom.save()
    assert office.post(page_of(superuser), no_longer(superuser)).status_code == 302
    assert [*Practitioner.objects.filter(is_superuser=True)] == [tom]


# --- Passwords and addresses


@pytest.fixture
def readdress(office, django_capture_on_commit_callbacks):
    """Changes the address that somebody signs in with, at the desk of whoever runs the installation."""

    def change(practitioner, email):
        fields = {"name": practitioner.name, "time_zone": "UTC", "response_time": "soon", "email": email}
        if practitioner.is_superuser:
            fields["is_superuser"] = "on"
        with django_capture_on_commit_callbacks(execute=True):
            return office.post(page_of(practitioner), fields)

    return change


def test_nobody_gives_a_colleague_a_password_or_sees_a_trace_of_theirs(office, maya):
    page = office.get(page_of(maya)).content.decode()
    assert "Maya Lindgren" in page
    assert "algorithm" not in page
    for address in (f"/desk/people/practitioner/{maya.pk}/password/", page_of(maya)):
        office.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "password": NEW_PASSWORD})
    maya.refresh_from_db()
    assert maya.check_password(PASSWORD)
    listed = office.get("/desk/people/practitioner/", {"password__startswith": maya.password[:8]})
    assert listed.status_code == 400


def test_an_address_that_somebody_else_changed_is_told_to_the_old_one(readdress, maya):
    readdress(maya, "New@example.com")
    maya.refresh_from_db()
    assert maya.email == "new@example.com"
    (message,) = mail.outbox
    assert message.to == ["maya@example.com"]
    assert "Runs It changed the email address of your account at Linden House." in message.body
    assert "new@example.com" not in message.body
    assert not re.search(r"therap|client|patient", message.subject + message.body, re.I)


def test_it_stands_in_the_audit_trail_without_the_addresses(office, readdress, maya):
    readdress(maya, "new@example.com")
    assert (
        AuditEntry.objects.filter(thing_id=maya.pk, action="readdressed", actor__name="Runs It").count() == 1
    )
    page = office.get(reverse("admin:people_auditentry_changelist")).content.decode()
    assert "changed the email address of Maya Lindgren" in page
    assert "example.com" not in page.replace("root@example.com", "")


def test_a_name_an_own_address_and_that_of_an_open_invitation_are_told_to_nobody(
    readdress, maya, noor, superuser
):
    mail.outbox.clear()
    readdress(maya, "Maya@example.com")
    readdress(noor, "noor.haddad@example.com")
    readdress(superuser, "running@example.com")
    superuser.refresh_from_db()
    assert superuser.email == "running@example.com"
    assert mail.outbox == []
    assert not AuditEntry.objects.filter(action="readdressed").exists()


@pytest.mark.django_db(transaction=True)
def test_an_address_that_cannot_be_told_is_said(office, readdress, maya, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    readdress(maya, "new@example.com")
    page = office.get(page_of(maya)).content.decode()
    assert "maya@example.com could not be told by email" in page
