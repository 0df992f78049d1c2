"""`manage.py seed_load`: a practice of many, to measure the desk with."""

from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from practice.desk.crowd import Crowd, Sizes
from practice.desk.load import DOMAIN, Load
from practice.desk.sample import PASSWORD
from practice.people.models import Client


class Command(BaseCommand):
    help = (
        "Fills a database with a practice of many people who do not exist, to measure with: 40 practitioners, 10,000 "
        "clients, 60,000 assignments, 1,000,000 emails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for field in fields(Sizes):
            what = "series of a client that go out now" if field.name == "at_once" else "how many, in all"
            name = field.name.replace("_", "-")
            parser.add_argument(f"--{name}", type=int, default=field.default, help=what)
        parser.add_argument(
            "--beside-clients",
            action="store_true",
            help="also into a database that has clients already; they stay as they are",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = Sizes(**{field.name: options[field.name] for field in fields(Sizes)})
        if not 0 < sizes.practitioners <= sizes.clients <= sizes.assignments <= sizes.deliveries:
            raise CommandError(
                "Each client needs a practitioner, each assignment a client, and each email an assignment: give at "
                "least as many clients as practitioners, assignments as clients, and deliveries as assignments."
            )
        if sizes.at_once < 1:
            raise CommandError("At least one series of each client goes out: give --at-once 1 or more.")
        if Client.objects.exists() and not options["beside_clients"]:
            raise CommandError(
                "There are clients in this database already, and thousands of people who do not exist would stand "
                "among them. Use a database of its own, or say --beside-clients."
            )
        # A well-known password is for trying out; in a practice nobody signs in as one of these.
        load = Load(Crowd(sizes, timezone.now()), PASSWORD if settings.DEBUG else None)
        for there in load.pour():
            self._say(options, there)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if settings.DEBUG:
            self._say(
                options, f"The first of them signs in as {load.first_address} with the password {PASSWORD}"
            )
        self._say(options, f"Their addresses end in {DOMAIN}, where nothing arrives.")

    def _say(self, options: dict[str, Any], words: str) -> None:
        if options["verbosity"]:
            self.stdout.write(words)
            self.stdout.flush()
