"""`manage.py purge_expired`: erase and delete what was kept long enough, as the beat does once a day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from practice.desk.purging import purge, would_go


class Command(BaseCommand):
    help = (
        "Erases clients whose records were kept for as long as the practice has set, and deletes what is of no use any "
        "more: sessions that ended, old news of emails, old codes. Interrupt it and start it again as you like."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would go.")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        for name, count in (would_go if dry else purge)(timezone.now()).items():
            self.stdout.write(f"{name[0].upper()}{name[1:]}: {count}")
        if dry:
            self.stdout.write("Nothing was changed.")
