"""Encrypt every encrypted text with the first of FIELD_ENCRYPTION_KEYS, after a new one was put before the old."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction
from django.db.models.functions import Cast

from practice.people.fields import encrypted_fields, keyring

BATCH = 500


class Command(BaseCommand):
    help = (
        "Encrypts every encrypted text again with the first of FIELD_ENCRYPTION_KEYS. Interrupt it and start it again "
        "as you like. Remove an old key only after it ended without a complaint."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = []
        for model in apps.get_models():
            for field in encrypted_fields(model):
                counts: Counter[str] = Counter()
                for pk, outcome in rotate(model, field.name):
                    counts[outcome] += 1
                    if outcome == "unreadable":
                        unreadable.append(f"{model._meta.label} {pk}")
                        self.stderr.write(
                            f"{model._meta.label} {pk}: {field.name} fits none of the keys; left as it is."
                        )
                self.stdout.write(
                    f"{model._meta.label}.{field.name}: {counts['rotated']} encrypted again, "
                    f"{counts['current']} already were, {counts['unreadable']} unreadable."
                )
        if unreadable:
            what = "1 stored text fits" if len(unreadable) == 1 else f"{len(unreadable)} stored texts fit"
            raise CommandError(f"{what} none of the keys. Keep every old key, and look for the one missing.")


def rotate(model: type[models.Model], field: str) -> Iterator[tuple[Any, str]]:
    """Yield (pk, "rotated" | "current" | "unreadable") for every row with a value, in the order of pk."""
    # Cast, so that the column comes as it is stored and not decrypted.
    stored = (
        model._base_manager.annotate(token=Cast(field, models.TextField()))
        .exclude(token="")
        .exclude(token=None)
    )
    after = None
    while True:
        rows = stored if after is None else stored.filter(pk__gt=after)
        batch = list(rows.order_by("pk").values_list("pk", "token")[:BATCH])
        if not batch:
            return
        with transaction.atomic():
            outcomes = [(pk, _rotate_one(stored, field, pk, token)) for pk, token in batch]
        yield from outcomes
        after = batch[-1][0]


def _rotate_one(stored: models.QuerySet, field: str, pk: Any, token: str) -> str:
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(token.encode())
        return "current"
    except InvalidToken:
        pass
    try:
        new = keyring().rotate(token.encode()).decode()
    except InvalidToken:
        return "unreadable"
    # On the condition that nobody wrote in between: what they wrote is encrypted with the first key already.
    stored.filter(pk=pk, token=token).update(**{field: models.Value(new, output_field=models.TextField())})
    return "rotated"
