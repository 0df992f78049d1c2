"""Events at the webhook, in order and then shuffled with a tenth of them twice: do they end in the same states?

    python -m tests.bench.events [how many]

Uses a database of its own: SQLite, or a new one at DATABASE_URL. Ends with a line that says so, and 1 if they do not.
"""

import os
import random
import sys
import time
import warnings

SEED = 7


def main(number: int) -> int:
    from django.conf import settings
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        return replay(number, settings)
    finally:
        runner.teardown_databases(databases)


def replay(number, settings):
    """Post `number` events in order, then shuffled with repetitions. 0 when both ended alike."""
    from practice.mailing.models import ProviderEvent
    from tests.mailing.stories import STORIES, forget, make_emails, outcome, tell, told_of

    rows = make_emails(
        *practitioner_and_module(), round(number * len(STORIES) / sum(map(len, STORIES)) * 1.03)
    )
    events = told_of(rows)[:number]
    chance = random.Random(SEED)
    seconds = [timed(tell, settings, events)]
    in_order, kept = outcome(), ProviderEvent.objects.count()
    forget(rows)
    shuffled = events + chance.sample(events, number // 10)
    chance.shuffle(shuffled)
    seconds.append(timed(tell, settings, shuffled))
    differing = sum(a != b for a, b in zip(in_order[0], outcome()[0], strict=True))
    alike = outcome() == in_order and ProviderEvent.objects.count() == kept
    once, again = (took / len(said) * 1000 for took, said in zip(seconds, (events, shuffled), strict=True))
    sys.stdout.write(
        f"events: {len(events)} in order ({once:.1f} ms each), {len(shuffled)} shuffled with repetitions "
        f"({again:.1f} ms each), seed {SEED}; {len(rows)} emails, {differing} ended otherwise, {kept} events kept: "
        f"{'the same' if alike else 'NOT the same'}\n"
    )
    return 0 if alike else 1


def practitioner_and_module():
    from practice.people.models import Practice, Practitioner
    from tests.cast import make_module

    Practice.current()
    maya = Practitioner.objects.create_user("maya@example.com", "between-two-sessions", name="Maya")
    return maya, make_module(maya)


def timed(tell, *arguments):
    began = time.perf_counter()
    tell(*arguments)
    return time.perf_counter() - began


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    warnings.simplefilter("ignore")
    django.setup()
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
