"""The sample practice: complete, consistent, and never in the way of a real one."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from practice.assignments.models import Assignment
from practice.desk import sample
from practice.mailing.models import Delivery
from practice.people.models import Client, Practitioner
from practice.replies.models import Reply
from resources.models import Module, Prompt, PromptKind, Step
from tests.isolation import addresses
from tests.isolation.worlds import snapshot


@pytest.fixture
def seeded(db, settings):
    settings.DEBUG = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("seed_demo", verbosity=0)
    settings.DEBUG = False


def test_it_has_what_a_newcomer_wants_to_see(seeded):
    assert set(Practitioner.objects.values_list("email", flat=True)) == {
        "maya@example.com",
        "tom@example.com",
    }
    assert Client.objects.count() == 12
    assert Client.objects.values("time_zone").distinct().count() >= 7
    for practitioner in Practitioner.objects.all():
        assert Module.objects.of(practitioner).count() == 3
    assert set(Assignment.objects.values_list("state", flat=True)) == set(Assignment.State.values)
    states = set(Delivery.objects.values_list("state", flat=True))
    assert {"accepted", "failed", "uncertain"} <= states
    assert Reply.objects.unread().exists()
    assert Reply.objects.exclude(read_at=None).exists()


def test_its_readings_are_short_and_ask_two_or_three_things(seeded):
    assert set(Prompt.objects.values_list("kind", flat=True)) == set(PromptKind.values)
    for module in Module.objects.all():
        assert 4 <= module.steps.count() <= 6
    for step in Step.objects.all():
        assert 120 <= len(step.body.split()) <= 250, step
        assert 2 <= step.prompts.count() <= 3, step


def test_its_answers_fit_their_questions(seeded):
    for reply in Reply.objects.all():
        for answer in reply.answers.all():
            if answer.kind == PromptKind.SCALE:
                assert 0 <= int(answer.value) <= 10
            if answer.kind in (PromptKind.CHOICE, PromptKind.CHECKLIST):
                assert set(answer.value.split("\n")) <= set(answer.options), answer.value


def test_it_sends_nothing(seeded):
    assert mail.outbox == []


def test_its_addresses_reach_nobody(seeded):
    for address in [
        *Client.objects.values_list("email", flat=True),
        *Practitioner.objects.values_list("email", flat=True),
    ]:
        assert address.rpartition("@")[2] in {"example.com", "example.org"}


@pytest.mark.timeout(300)  # some sixty pages
def test_every_page_of_it_opens(seeded, client):
    for practitioner in Practitioner.objects.all():
        client.force_login(practitioner)
        assert client.get("/desk/").status_code == 200
        for stem, model in addresses.models().items():
            if model in addresses.INSTALLATION_MODELS:
                continue
            page = client.get(reverse(f"admin:{stem}_changelist"))
            assert page.status_code == 200
            for row in model.objects.of(practitioner):
                url = reverse(f"admin:{stem}_change", args=(row.pk,))
                assert client.get(url).status_code == 200, url


def test_loading_it_twice_changes_nothing(seeded, settings, capsys):
    before = [snapshot(practitioner) for practitioner in Practitioner.objects.order_by("pk")]
    settings.DEBUG = True
    call_command("seed_demo")
    assert before == [snapshot(practitioner) for practitioner in Practitioner.objects.order_by("pk")]
    said = capsys.readouterr().out
    assert "was there already" in said
    assert sample.PASSWORD in said


def test_it_keeps_out_of_a_real_practice(maya, settings):
    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("seed_demo")
    settings.DEBUG = True
    maya.email = "somebody@practice.example"
    maya.save()
    with pytest.raises(CommandError, match="a practice in this database already"):
        call_command("seed_demo")
    assert Practitioner.objects.count() == 1


def test_the_sign_in_it_prints_works(seeded, client):
    answer = client.post(
        "/desk/login/?next=/desk/", {"username": "maya@example.com", "password": sample.PASSWORD}
    )
    assert answer.url == "/desk/"
