"""A step that is due leaves as an email with a private link, once."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from practice.mailing.models import Delivery
from tests.mailing.sending import SLOT, parsed


def captured(folder):
    parts = [part for path in sorted(folder.iterdir()) for part in path.read_bytes().split(b"-" * 79 + b"\n")]
    return [parsed(part) for part in parts if part.strip()]


def send_due(now, **options):
    call_command("send_due", now=now.isoformat(), **options)


def test_nothing_leaves_before_its_minute(assignment, mail_folder):
    send_due(SLOT - timedelta(seconds=1))
    assert captured(mail_folder) == []


def test_a_due_step_leaves_with_a_private_link(assignment, ada, mail_folder):
    send_due(SLOT)
    (email,) = captured(mail_folder)
    delivery = Delivery.objects.get()
    assert delivery.state == "accepted"
    assert delivery.accepted_at == SLOT
    assert email["To"] == "Ada <ada@example.org>"
    for part in ("plain", "html"):
        assert f"/n/{delivery.token}/" in email.get_body([part]).get_content()
    assert Delivery.objects.by_token(delivery.token, SLOT) == delivery


def test_the_same_step_does_not_leave_twice(assignment, mail_folder):
    for minutes in range(5):
        send_due(SLOT + timedelta(minutes=minutes))
    assert len(captured(mail_folder)) == 1


def test_the_next_step_leaves_a_week_later(assignment, mail_folder):
    send_due(SLOT)
    send_due(SLOT + timedelta(days=6, hours=23))
    assert len(captured(mail_folder)) == 1
    send_due(SLOT + timedelta(days=7))
    assert [row.step.title for row in Delivery.objects.order_by("due_at")] == ["Step 1", "Step 2"]


def test_a_dry_run_says_what_would_leave_and_changes_nothing(assignment, mail_folder, capsys):
    send_due(SLOT, dry_run=True)
    assert "Would send: 1. Nothing was changed." in capsys.readouterr().out
    assert not Delivery.objects.exists()
    assignment.refresh_from_db()
    assert assignment.next_due_at == SLOT


def test_the_command_tells_ids_and_no_names(assignment, mail_folder, capsys):
    send_due(SLOT)
    said = capsys.readouterr().out
    assert f"Email {Delivery.objects.get().pk}: sent." in said
    assert "ada" not in said.lower()


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-08T17:00:00", "2026-13-45T00:00:00Z"])
def test_a_moment_without_its_offset_is_asked_for_again(db, moment):
    with pytest.raises(CommandError, match="with its offset"):
        call_command("send_due", now=moment)
