"""The sample practice: who is in it (people.toml), what they read (starter modules), and how it comes to life.

Past weeks are lived through with the real planner and the real outbox, so that whatever the desk shows can be opened.
Only the last stretch is played: nothing leaves the machine.
"""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage

from practice.assignments.models import Assignment
from practice.mailing import outbox, planning
from practice.mailing.models import Delivery
from practice.mailing.outcome import CallTransport, Outcome
from practice.mailing.sender import Sender
from practice.people.models import Client, Consent, Practice, Practitioner
from practice.replies.models import Mark, Reply
from practice.replies.sheet import Sheet
from practice.replies.writing import write
from resources import starters
from resources.models import Module

PASSWORD = "between-sessions"  # noqa: S105 (of the demo, and printed by it)
PRACTITIONERS = {
    "maya": ("maya@example.com", "Maya Lindgren", "Europe/Berlin"),
    "tom": ("tom@example.com", "Tom Okafor", "Europe/London"),
}
MODULES = ("resting", "saying_no", "after_a_loss")


def build(now: datetime) -> None:
    """Make the sample practice, as it stands at `now`. In one transaction of the caller's."""
    _name_the_practice()
    people = {key: _practitioner(key, *who) for key, who in PRACTITIONERS.items()}
    modules = {
        (key, name): Module.write(of, starters.read(name).content, starter=name)
        for key, of in people.items()
        for name in MODULES
    }
    specs = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))["clients"]
    rows = [_assigned(spec, people[spec["of"]], modules[spec["of"], spec["module"]], now) for spec in specs]
    _live_until(now, Pretence(specs, now))
    for spec, row in zip(specs, rows, strict=True):
        row.refresh_from_db()
        _came_to(row, spec, now)
        _wrote_back(row, spec, now)


# --- Who and what -------------------------------------------------------------------------------


def _name_the_practice() -> None:
    practice = Practice.current()
    practice.name = "Linden House"
    practice.postal_address = "Linden House\n4 Canal Street\n10115 Berlin"
    practice.help_lines = (
        "In an emergency: 112\nTelefonSeelsorge: 0800 111 0 111, free, at any hour\nSamaritans (UK): 116 123"
    )
    practice.help_lines_de = "Im Notfall: 112\nTelefonSeelsorge: 0800 111 0 111, kostenlos, rund um die Uhr"
    practice.help_lines_es = "En una emergencia: 112\nLínea 024, gratuita, a cualquier hora"
    practice.save()


def _practitioner(key: str, email: str, name: str, zone: str) -> Practitioner:
    # Maya also runs the installation, as one of two colleagues often does. It opens none of Tom's pages to her.
    return Practitioner.objects.create_user(
        email, PASSWORD, name=name, time_zone=zone, is_superuser=key == "maya"
    )


def _assigned(spec: dict[str, Any], practitioner: Practitioner, module: Module, now: datetime) -> Assignment:
    """A client with their assignment, begun so long ago that `sent` slots have gone by."""
    client = Client.objects.create(
        practitioner=practitioner,
        name=spec["name"],
        greeting=spec["name"].split()[0],
        email=spec["email"],
        time_zone=spec["zone"],
        discretion=spec.get("discretion", Client.Discretion.FULL),
        private_note=spec.get("note", ""),
    )
    every = spec.get("every", 1)
    day, at = _next_slot(spec["next"], ZoneInfo(spec["zone"]), now)
    first_on = day - timedelta(weeks=every * spec["sent"])
    begun = datetime.combine(first_on, at, ZoneInfo(spec["zone"])).astimezone(UTC) - timedelta(days=2)
    if spec.get("agreed", True):
        Consent.objects.create(client=client, given_at=begun)
    return Assignment.begin(client, module, first_on=first_on, at=at, every_weeks=every, now=min(begun, now))


def _next_slot(when: dict[str, Any], zone: ZoneInfo, now: datetime) -> tuple[date, time]:
    """The day and the hour of the coming slot, on the client's own clock."""
    if "hours" in when:
        local = (now + timedelta(hours=when["hours"])).astimezone(zone)
        local = local.replace(minute=local.minute - local.minute % 5, second=0, microsecond=0)
        return local.date(), local.time()
    return now.astimezone(zone).date() + timedelta(days=when["days"]), time.fromisoformat(when["at"])


# --- What has happened so far -------------------------------------------------------------------


class Pretence(CallTransport):
    """A way out that leads nowhere: says that an email was taken, or what went wrong with somebody's last one."""

    def __init__(self, specs: list[dict[str, Any]], now: datetime) -> None:
        super().__init__()
        self.at = now
        self.quiet = {spec["email"] for spec in specs if spec.get("quiet")}
        #: When somebody's trouble begins: within one turn from now.
        self.trouble = {
            spec["email"]: (now - timedelta(weeks=spec.get("every", 1)), spec["fails"])
            for spec in specs
            if "fails" in spec
        }

    def send(self, message: EmailMessage) -> Outcome:
        begins, kind = next(
            (trouble for address, trouble in self.trouble.items() if address in message.to[0]), (None, "")
        )
        if begins and self.at > begins and kind == "refused":
            return Outcome("refused", "rcpt", 550, "5.1.1 No such user here")
        if begins and self.at > begins:
            return Outcome("unknown", "dot")
        return Outcome("accepted", "dot", 250, "2.0.0 Ok")

    def close(self) -> None:
        """Nothing was opened."""


def _live_until(now: datetime, transport: Pretence) -> None:
    """Let every slot up to `now` come, in order, each at its own moment. But for the quiet ones, somebody always does
    something between two of them."""
    sender = Sender(lambda: transport, 1, lambda: transport.at)
    busy = Assignment.objects.exclude(client__email__in=transport.quiet)
    while row := Assignment.objects.due(now).order_by("next_due_at").first():
        assert row.next_due_at is not None  # noqa: S101 (due ones have a moment)
        transport.at = row.next_due_at
        planning.plan(transport.at)
        while batch := outbox.claim(transport.at):
            sender.send(batch)
        busy.were_heard_of()


def _came_to(row: Assignment, spec: dict[str, Any], now: datetime) -> None:
    """What somebody decided since the last email."""
    if spec.get("state") == "paused":
        until = now.astimezone(ZoneInfo(spec["zone"])).date() + timedelta(days=spec["until"])
        row.pause(now - timedelta(hours=20), spec["by"], until)
    elif spec.get("state") == "stopped":
        row.stop(now - timedelta(days=1), spec["by"])


def _wrote_back(row: Assignment, spec: dict[str, Any], now: datetime) -> None:
    """Reflections, each sent on the evening after its email, or a while ago if that is still to come."""
    for told in spec.get("told", ()):
        delivery = Delivery.objects.get(assignment=row, step__position=told["step"])
        sent_at = min(delivery.due_at + timedelta(hours=26), now - timedelta(hours=1 + told["step"]))
        reply = write(delivery, Sheet.blank(delivery), told["answers"], sent_at, send=True)
        if reply and "mark" in told:
            Reply.objects.filter(pk=reply.pk).mark_as(Mark(told["mark"]), sent_at + timedelta(hours=15))
