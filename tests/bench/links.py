"""Refusing a link that never was, one that is too old, one that was taken back: does the time tell them apart?

python -m tests.bench.links
"""

import json
import logging
import random
import secrets
import sys
import time
from datetime import timedelta
from itertools import count
from statistics import median

from tests.bench.due import database_of_its_own
from tests.bench.way import NotRight
from tests.postgres import find_postgres, postgres

#: Links of each kind; each is tried once on each page, and the kinds take turns.
EACH = 1000
PAGES = ("/n/{}/", "/c/{}/")
#: What a refusal may take, beside that of a link that never was.
ALIKE = (0.9, 1.1)


def refusals(database_url: str) -> dict[str, float]:
    """Measure in a new database beside this one. Returns for each kind of link that ended how many times longer its
    refusal takes than that of one that never was, at the median. Raises NotRight when the time tells them apart."""
    with database_of_its_own(database_url, "refusals") as process:
        times = process.submit(measure).result()
    middle = {kind: median(each) for kind, each in times.items()}
    say(f"\nA link that does not open, in ms at the median of {EACH * len(PAGES):,}")
    for kind, ms in middle.items():
        low, high = sorted(times[kind])[len(times[kind]) // 10], sorted(times[kind])[-len(times[kind]) // 10]
        say(f"{kind:>10}{ms:>8.2f}   ({low:.2f} to {high:.2f} for eight in ten)")
    ratios = {f"{kind}_vs_unknown": middle[kind] / middle["unknown"] for kind in ("expired", "revoked")}
    say("".join(f"{name.replace('_', ' ')}: {ratio:.3f}  " for name, ratio in ratios.items()))
    if any(not ALIKE[0] < ratio < ALIKE[1] for ratio in ratios.values()):
        raise NotRight(f"the time that a refusal takes tells links apart: {ratios}")
    return ratios


def measure() -> dict[str, list[float]]:
    """Milliseconds of every refusal, by the kind of its link."""
    from django.core.handlers.base import BaseHandler
    from django.core.management import call_command
    from django.test import RequestFactory
    from django.test.utils import override_settings

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    links, chance, numbers = made(), random.Random(7), count(1)
    times: dict[str, list[float]] = {kind: [] for kind in links}
    # With DEBUG each statement would be kept; and no static files are collected here.
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["*"], STORAGES=plain):
        site, asking = BaseHandler(), RequestFactory()
        site.load_middleware()
        for number in range(-20, EACH):  # the first are to warm up
            for page, kind in chance.sample([(page, kind) for page in PAGES for kind in links], k=6):
                path = page.format(links[kind][number])
                # Who misses very often is told to wait: each asks from elsewhere.
                request = asking.get(path, REMOTE_ADDR="10.0.{}.{}".format(*divmod(next(numbers), 256)))
                began = time.perf_counter()
                answer = site.get_response(request)
                took = (time.perf_counter() - began) * 1000
                if answer.status_code != 404:
                    raise RuntimeError(f"{path} was answered with {answer.status_code}.")
                if number >= 0:
                    times[kind].append(took)
    return times


def made() -> dict[str, list[str]]:
    """The tokens: some that never were, some too old, some taken back."""
    from django.db import connection
    from django.utils import timezone

    from practice.mailing.models import Delivery
    from practice.people.models import Practice, Practitioner
    from tests.cast import make_assignment, make_client, make_module

    Practice.current()
    maya = Practitioner.objects.create_user("maya@example.com", "between-two-sessions", name="Maya")
    row = make_assignment(
        make_client(maya, "Ada", "ada@example.org", "Europe/Berlin"), make_module(maya, steps=2 * EACH)
    )
    now = timezone.now()
    ended = {"expired": {"link_expires_at": now - timedelta(days=1)}, "revoked": {"link_revoked_at": now}}
    emails = [
        Delivery.planned(row, step.pk, now, "example.org", state="accepted")
        for step in row.module.steps.all()
    ]
    for (kind, changed), part in zip(ended.items(), (emails[:EACH], emails[EACH:]), strict=True):
        for email in part:
            vars(email).update(changed)
        ended[kind] = [email.token for email in part]
    Delivery.objects.bulk_create(emails)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"unknown": [secrets.token_urlsafe(32) for _ in range(EACH)], **ended}


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    programs = find_postgres()
    if programs is None:
        sys.exit("Not possible here: PostgreSQL is missing; see `make test`.")
    with postgres(programs) as own:
        say(json.dumps({name: round(value, 3) for name, value in refusals(own).items()}))
