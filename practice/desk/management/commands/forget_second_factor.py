"""For somebody who lost their phone and their recovery codes: signing in asks for the password alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.desk import second_factor
from practice.people.models import Practitioner


class Command(BaseCommand):
    help = (
        "Switch off the second factor of a practitioner who lost it. Be sure first that it is they who ask."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        practitioner = Practitioner.objects.filter(email__iexact=options["email"]).first()
        if practitioner is None:
            raise CommandError("Nobody signs in with this address.")
        second_factor.switch_off(practitioner)
        self.stdout.write(f"Practitioner {practitioner.pk} signs in with the password alone.")
