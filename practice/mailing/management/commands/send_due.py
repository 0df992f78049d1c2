"""`manage.py send_due`: one tick without Celery."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from practice.mailing import asking, feedback, outbox, planning
from practice.mailing.doubt import recover
from practice.mailing.models import Delivery
from practice.mailing.outcome import Outcome

IN_WORDS = {
    "accepted": "sent",
    "later": "the server asks for patience; it will be tried again",
    "refused": "refused for good; the desk says why",
    "dropped": "the connection broke before it left; it will be tried again",
    "unknown": "the connection broke as it left; it may have arrived",
    "withdrawn": "no longer wanted; not sent",
}


class Command(BaseCommand):
    help = "Plan what is due and send it: what the tick does every minute, once and without Celery."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be sent.")
        parser.add_argument(
            "--now", metavar="ISO", help="Act as if it were this moment, such as 2026-03-08T17:00:00Z."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment(options["now"]) if options["now"] else None
        if options["dry_run"]:
            self.say_what_would_leave(now or timezone.now())
        else:
            self.send(now)

    def send(self, now: datetime | None) -> None:
        def clock() -> datetime:
            return now or timezone.now()

        feedback.look_again(clock())
        recover(clock())
        planned = planning.plan(clock())
        self.stdout.write(f"Planned: {planned}.")
        while outbox.deliver(clock, self.tell):
            pass
        asking.ask(clock)
        waiting = Delivery.objects.due(clock()).count()
        self.stdout.write(f"Still waiting: {waiting}." if waiting else "Nothing is waiting.")

    def tell(self, delivery: Delivery, outcome: Outcome) -> None:
        self.stdout.write(f"Email {delivery.pk}: {IN_WORDS[outcome.kind]}.")

    def say_what_would_leave(self, now: datetime) -> None:
        """Do the planning for real, look, and undo it."""
        with transaction.atomic():
            recover(now)
            planning.plan(now)
            for row in Delivery.objects.due(now).welcome().order_by("due_at", "pk"):
                self.stdout.write(f"Would send step {row.step_id} of assignment {row.assignment_id}.")
            waiting = Delivery.objects.due(now).welcome().count()
            transaction.set_rollback(True)
        self.stdout.write(f"Would send: {waiting}. Nothing was changed.")


def moment(text: str) -> datetime:
    """A moment with its offset. Raises CommandError with an example."""
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise CommandError("--now takes a moment with its offset, such as 2026-03-08T17:00:00Z or ...+01:00.")
    return parsed.astimezone(UTC)
