"""`make faults`: breaks everything that can break, for real, and joins what the provider saw with what we say.

    python -m tests.faults [PATTERN] [--seed N]

One line for each fault; the last line is the sum. Exit code 1 when an email was lost, sent twice without need, left in
doubt without need, or did not leave by itself once the fault was over.
"""

import argparse
import getpass
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.postgres import Postgres, find_postgres
from tests.run import IN_CI, install_absent

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
    "DOTENV": os.devnull,
    "DEBUG": "off",
    "SECRET_KEY": "a-key-that-only-the-faults-know-0123456789",
    "FIELD_ENCRYPTION_KEYS": "dGhlIHRlc3RzIGhhdmUgYSBrZXkgb2YgdGhlaXIgb3c=",
    "PUBLIC_BASE_URL": "https://letters.example.com",
    "ALLOWED_HOSTS": "letters.example.com,127.0.0.1",
    "DEFAULT_FROM_EMAIL": "Letters <letters@example.com>",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "LOG_LEVEL": "INFO",
    "PGUSER": getpass.getuser(),
    "PYTHONUNBUFFERED": "1",
}

#: How many faults are injected at once.
AT_ONCE = 2


def main() -> int:
    options = parse()
    install_absent()
    programs = find_postgres()
    if programs is None:
        print("faults: PostgreSQL is missing. On Debian: sudo apt-get install postgresql")
        return 1 if IN_CI else 0
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        passed = run(options, programs, folder)
    finally:
        if options.keep:
            print(f"Logs and database are in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if passed else 1


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Break everything that can break.")
    parser.add_argument("pattern", nargs="?", default="", help="only the faults with this in their name")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="repeats the random moments"
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and database")
    return parser.parse_args()


def run(options: argparse.Namespace, programs: Path, folder: Path) -> bool:
    """Inject them all, two at a time, since most of them wait for something. Returns whether all was as it must be."""
    print(f"Seed {options.seed}.", flush=True)
    several = multiprocessing.get_context("fork")
    ends = several.SimpleQueue()
    hands = [
        several.Process(target=do_share, args=(options, programs, folder, share, ends), daemon=True)
        for share in range(AT_ONCE)
    ]
    try:
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    finally:
        for hand in hands:  # which then tidy up, before their folder goes
            hand.terminate()
            hand.join()
    sums = Counter()
    for hand in hands:
        if hand.exitcode == 0:
            sums.update(ends.get())
    sums["wrong"] += any(hand.exitcode for hand in hands)
    return conclude(sums, options.pattern)


def conclude(sums: Counter, pattern: str) -> bool:
    """Say how it went, in one line. Returns whether all was as it must be."""
    if not sums["chosen"] and not sums["wrong"]:
        print(f"faults: none has {pattern!r} in its name")
        return False
    print(
        f"faults: {sums['injected']} injected, {sums['lost']} lost, "
        f"{sums['duplicated']} duplicated (bound {sums['bound']}), {sums['uncertain']} uncertain"
        + (f", {sums['left out']} left out" if sums["left out"] else "")
    )
    return not sums["wrong"]


def do_share(options: argparse.Namespace, programs: Path, folder: Path, share: int, ends) -> None:
    """One share of the faults, on a PostgreSQL of its own, in a process of its own. Its sums go to `ends`."""
    end_in_order()
    postgres = Postgres(programs, folder / f"postgres-{share}", fsync="on", small=True)
    postgres.start()
    try:
        os.environ |= ENVIRONMENT | {
            "DATABASE_URL": postgres.url("postgres"),
            "DATA_DIR": str(folder / f"data-{share}"),
        }
        import django

        django.setup()
        from tests.faults import catalogue
        from tests.faults.stage import run_quietly

        postgres.make("practice")
        run_quietly("django", "migrate", env=os.environ | {"DATABASE_URL": postgres.url("practice")})
        asked_for = [fault for fault in catalogue.FAULTS if options.pattern in fault.name]
        sums = Counter()
        for fault in asked_for[share::AT_ONCE]:
            sums["chosen"] += 1
            if lack := fault.lacks():
                leave_out(fault, lack, sums)
            else:
                run_one(fault, options.seed, postgres, folder, sums)
        ends.put(sums)
    finally:
        postgres.stop_at_once()


def leave_out(fault, lack, sums: Counter) -> None:
    """Say why. In CI that is wrong, unless nobody can change it."""
    wrong = IN_CI and not lack.for_good
    print(f"{'WRONG' if wrong else '     '} {fault.name}: left out, {lack.why}", flush=True)
    sums["left out"] += 1
    sums["wrong"] += wrong


def run_one(fault, seed: int, postgres, folder: Path, sums: Counter) -> None:
    from tests.faults.parts import NotSo
    from tests.faults.stage import Stage, reconnect

    began, database = time.monotonic(), fault.name.replace(" ", "_")
    home = Path(tempfile.mkdtemp(prefix="fault-", dir=folder))  # short: there are sockets in it
    home.chmod(0o755)
    reconnect("postgres")
    postgres.make(database, like="practice")
    reconnect(database)
    stage = Stage(home, postgres, database, fault.mail, fault.policy, f"{seed} {fault.name}")
    stage.provider.pipelining = fault.pipelining
    with stage.last_of_all:
        try:
            stage.provider.does()
            fault.inject(stage)
            stage.drain()
        except Exception as error:  # of this fault alone: the others are injected all the same
            stage.wrong.append(str(error) if isinstance(error, NotSo) else f"{type(error).__name__}: {error}")
        finally:
            stage.close()
        verdict = stage.verdict()
    wrong = stage.wrong + complaints(fault, stage, verdict)
    tell(fault, stage, verdict, wrong, time.monotonic() - began)
    sums["injected"] += stage.injected
    sums["bound"] += most_twice(fault, stage)
    sums["duplicated"] += verdict.duplicated
    sums["uncertain"] += verdict.uncertain
    sums["lost"] += len(verdict.lost)
    sums["wrong"] += bool(wrong)


def most_twice(fault, stage) -> int:
    """How many emails may arrive twice, where that was chosen: those taken from somebody who could not say so."""
    return stage.twice if fault.policy == "resend" and not fault.certain else 0


def most_in_doubt(fault, stage) -> int:
    """How many emails may be in doubt in the end: one for each connection that was cut, where nobody can be asked."""
    return 0 if fault.certain else stage.doubts


def complaints(fault, stage, verdict) -> list[str]:
    """What must not be, each as a sentence."""
    wrong = verdict.lost[:5]
    if verdict.duplicated > most_twice(fault, stage):
        wrong.append(f"{verdict.duplicated} arrived twice")
    if verdict.uncertain > most_in_doubt(fault, stage):
        wrong.append(f"{verdict.uncertain} are in doubt without need")
    if len(verdict.failed) != fault.failed:
        wrong += [f"{len(verdict.failed)} failed, not {fault.failed}", *verdict.failed[:5]]
    return wrong


def tell(fault, stage, verdict, wrong: list[str], seconds: float) -> None:
    told = (
        f"{fault.name}: {stage.injected} injected, {verdict.emails} emails, {len(verdict.lost)} lost, "
        f"{verdict.duplicated} duplicated (bound {most_twice(fault, stage)}), {verdict.uncertain} uncertain "
        f"(bound {most_in_doubt(fault, stage)}), {len(verdict.failed)} failed, {seconds:.1f} s"
    )
    lines = [f"{'WRONG' if wrong else 'ok   '} {told}", *(f"        {sentence}" for sentence in wrong)]
    if wrong:
        lines.append(f"        It should hold: {fault.sentence} ({stage.folder.name})")
    print("\n".join(lines), flush=True)  # in one piece: two say it at once


def end_in_order(last_words: str = "") -> None:
    """Stop everything on the way out, when told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(last_words or 1))


if __name__ == "__main__":
    end_in_order("faults: told to stop")
    sys.exit(main())
