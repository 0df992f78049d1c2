"""`manage.py read_bounces`: learn from bounce mails which emails came back."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from practice.mailing import bounces, feedback
from practice.mailing.heard import Heard
from practice.mailing.mailbox import Unreadable, new_mails

#: EX_TEMPFAIL of sysexits.h: a mail server keeps the mail and comes again.
COME_AGAIN = 75


class Command(BaseCommand):
    help = "Read the new mails in BOUNCE_MAILBOX, or one from a mail server's pipe. Harmless any number of times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stdin", action="store_true", help="Read one mail from standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        read: Counter[str] = Counter()
        try:
            if options["stdin"]:
                read[take(sys.stdin.buffer.read())] += 1
            elif settings.BOUNCE_MAILBOX:
                for mail in new_mails(settings.BOUNCE_MAILBOX):
                    read[take(mail)] += 1
            else:
                raise CommandError("Set BOUNCE_MAILBOX, or give me a mail with --stdin.")
        except Unreadable as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(
                f"The database is away ({type(error).__name__}).", returncode=COME_AGAIN
            ) from error
        for told, number in sorted(read.items()):
            self.stdout.write(f"{told}: {number}")
        self.stdout.write(f"Read: {read.total()}.")


def take(mail: bytes) -> str:
    """Take one mail in. Returns what it tells, in words."""
    event = bounces.read(mail)
    kept = feedback.take(event, timezone.now())
    if event.told == Heard.UNKNOWN:
        return "No bounce mail"
    return str(Heard(event.told).label) if kept.delivery_id else "About no email of ours"
