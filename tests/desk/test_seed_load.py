"""A practice of many, to measure with: as large as asked for, consistent, and never among real clients by mistake."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone

from practice.assignments.models import Assignment
from practice.assignments.passed import PassedStep
from practice.desk.home import home
from practice.mailing.models import Delivery
from practice.people.models import Client, Practitioner
from practice.replies.models import Answer, Reply
from tests.cast import make_client

SIZES = {"practitioners": 3, "clients": 41, "assignments": 123, "deliveries": 999, "reflections": 50}


@pytest.fixture
def loaded(db):
    call_command("seed_load", **SIZES, verbosity=0)


def test_there_is_as_much_as_was_asked_for(loaded):
    found = (Practitioner, Client, Assignment, Delivery, Reply)
    assert dict(zip(SIZES, (model.objects.count() for model in found), strict=True)) == SIZES
    assert Answer.objects.first().value == "The quiet after the rain."


def test_it_is_as_if_it_had_been_lived(loaded):
    assert PassedStep.objects.count() == Delivery.objects.count()
    assert not Delivery.objects.exclude(step__module=F("assignment__module")).exists()
    assert not Assignment.objects.exclude(client__practitioner=F("module__practitioner")).exists()
    assert not Reply.objects.exclude(client=F("delivery__assignment__client")).exists()
    assert not Delivery.objects.filter(accepted_at__gt=timezone.now()).exists()
    active = Assignment.objects.filter(state="active")
    assert 0 < active.count() < Assignment.objects.count()
    for row in active.annotate(behind=Count("passed")):
        assert row.next_due_at == row.rhythm.moment(row.next_on) > timezone.now()
        assert row.next_step().position == row.behind + 1


def test_one_series_of_each_client_goes_out_or_two_and_the_others_are_over(loaded):
    for client in Client.objects.all():
        now, before = [], []
        for row in client.assignments.order_by("pk"):
            (before if row.state == "finished" else now).append(row)
        assert len(now) <= 2
        assert [row.pk for row in (*before, *now)] == sorted(row.pk for row in (*before, *now))
        ends = [row.passed.latest("at").at for row in before]
        assert ends == sorted(ends)


def test_all_of_them_can_go_out_side_by_side(db):
    call_command("seed_load", **SIZES, at_once=3, verbosity=0)
    assert Assignment.objects.filter(state="active").count() > SIZES["clients"] * 2
    assert Delivery.objects.count() == SIZES["deliveries"]


def test_its_pages_can_be_looked_at_and_its_private_links_open(client, loaded):
    practitioner = Practitioner.objects.first()
    client.force_login(practitioner)
    for page in (
        "index",
        "people_client_changelist",
        "replies_reply_changelist",
        "mailing_delivery_changelist",
    ):
        assert client.get(reverse(f"admin:{page}")).status_code == 200
    email = Delivery.objects.of(practitioner).latest("due_at")
    assert Delivery.objects.by_token(email.token) == email
    assert any(day.departures for day in home(practitioner, timezone.now()).days)


def test_it_stays_out_of_a_database_with_clients_unless_asked(maya, ada):
    with pytest.raises(CommandError, match="clients in this database already"):
        call_command("seed_load", **SIZES, verbosity=0)
    assert Client.objects.get() == ada
    call_command("seed_load", **SIZES, beside_clients=True, verbosity=0)
    assert Client.objects.count() == 42
    assert make_client(maya, "Noor", "noor@example.org", "Europe/London").pk > Client.objects.count() - 1


def test_nobody_signs_in_as_one_of_them_where_it_is_no_trial(loaded, settings):
    assert not settings.DEBUG
    assert not any(row.has_usable_password() for row in Practitioner.objects.all())


def test_sizes_that_do_not_fit_are_refused(db):
    with pytest.raises(CommandError, match="Each client needs a practitioner"):
        call_command("seed_load", practitioners=5, clients=2, assignments=9, deliveries=9, verbosity=0)
    with pytest.raises(CommandError, match="At least one series"):
        call_command("seed_load", **SIZES, at_once=0, verbosity=0)
    assert not Practitioner.objects.exists()
