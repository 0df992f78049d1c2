"""`manage.py seed_demo`: the sample practice, to look around in."""

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from practice.desk import sample
from practice.people.models import Practitioner


class Command(BaseCommand):
    help = (
        "Loads the sample practice: two practitioners, a dozen clients, three modules. For trying out only."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The sample practice has a well-known password, so it stays out of a real one (DEBUG is off)."
            )
        with transaction.atomic():
            built = self.build()
        if options["verbosity"]:
            self.stdout.write(
                "The sample practice is there." if built else "The sample practice was there already."
            )
            for email, name, _ in sample.PRACTITIONERS.values():
                self.stdout.write(f"  {name} signs in as {email} with the password {sample.PASSWORD}")

    def build(self) -> bool:
        """Build it in an empty database. False when it is there; an error when a practice of somebody's own is."""
        there = set(Practitioner.objects.values_list("email", flat=True))
        samples = {email for email, _, _ in sample.PRACTITIONERS.values()}
        if there & samples:
            return False
        if there:
            raise CommandError(
                "There is a practice in this database already. The sample needs one of its own: set DATA_DIR."
            )
        logging.disable(
            logging.INFO
        )  # of emails that are made up, some of them failures, there is nothing to log
        try:
            sample.build(timezone.now())
        finally:
            logging.disable(logging.NOTSET)
        return True
