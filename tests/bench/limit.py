"""(b) The practical limit: mails that were built beforehand, over smtplib, in two processes; nothing is recorded.

    python -m tests.bench.limit PORT FIRST

sends as it is told on standard input: "build N", then "go".
"""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import letters
from tests.bench.place import Place
from tests.bench.way import NAMES, Way

PROCESSES = 2


def person(number: int) -> letters.Person:
    page = f"https://letters.example.com/r/{number:043}/"
    links = page, f"{page}pace/", f"{page}stop/"
    return letters.Person(f"{NAMES[number % 5]} {number}", f"client{number}@example.org", links)


class Limit(Way):
    """Its two processes, each with half of the mails."""

    name, fewest = "prebuilt, smtplib", 100

    def __init__(self, running: list[subprocess.Popen]) -> None:
        self.running = running
        self.how_many = 0

    def tell(self, word: str) -> None:
        for process in self.running:
            process.stdin.write(f"{word}\n")
            process.stdin.flush()

    def hear(self) -> None:
        for process in self.running:
            if not process.stdout.readline():
                raise RuntimeError("A process of the limit ended; see its log.")

    def prepare(self, how_many: int) -> None:
        self.how_many = how_many
        self.tell(f"build {how_many}")
        self.hear()

    def go(self) -> None:
        self.tell("go")

    def settle(self) -> None:
        self.hear()

    def people(self) -> dict[str, letters.Person]:
        return {one.address: one for one in map(person, range(self.how_many))}

    def processes(self) -> list[int]:
        return [process.pid for process in self.running]


@contextmanager
def limit(place: Place, port: int) -> Iterator[Limit]:
    """The limit with its processes running."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    env = {"DJANGO_SETTINGS_MODULE": "tests.bench.usual.settings"}
    started = [
        place.start(f"limit{first}", "tests.bench.limit", str(port), str(first), env=env, **pipes)
        for first in range(PROCESSES)
    ]
    try:
        yield Limit(started)
    finally:
        for process in started:
            process.kill()
            process.wait()


# --- One of the processes -------------------------------------------------------------------------


def build(numbers: range) -> Iterator[tuple[str, bytes]]:
    """Recipient and bytes of each: the usual way's own mails."""
    from tests.bench.usual.models import Letter, Reading
    from tests.bench.usual.tasks import compose

    reading = Reading(title=letters.TITLE, html=letters.HTML, text=letters.TEXT)
    for number in numbers:
        who = person(number)
        letter = Letter(reading=reading, name=who.name, address=who.address, token=f"{number:043}")
        yield who.address, compose(letter).message().as_bytes(linesep="\r\n")


def main(port: int, first: int) -> None:
    """Do as told, on one connection."""
    import django

    django.setup()
    server = smtplib.SMTP("127.0.0.1", port)
    mails: list[tuple[str, bytes]] = []
    for line in sys.stdin:
        word, _, number = line.strip().partition(" ")
        if word == "build":
            have = first + len(mails) * PROCESSES
            mails += build(range(have, int(number), PROCESSES))
            wanted = mails[: len(range(first, int(number), PROCESSES))]
        else:
            for recipient, content in wanted:
                server.sendmail("letters@example.com", recipient, content)
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
