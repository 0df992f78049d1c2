"""`make test`: installs what is missing where it may, runs the suite on SQLite and PostgreSQL, says what did not run.

Arguments are handed to pytest. With --sqlite-only or --postgres-only the other round is left out on purpose.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from practice.desk.broker import find_server  # noqa: E402
from tests.components import IN_CI, find_browser, find_pango, find_spam_filter  # noqa: E402
from tests.postgres import IS_ROOT, find_postgres, postgres  # noqa: E402

# What the suite needs, how to look for it, and Debian's packages of it.
COMPONENTS = {
    "PostgreSQL": (find_postgres, ["postgresql"]),
    "a browser": (find_browser, ["chromium-headless-shell", "fonts-liberation"]),
    "Pango": (find_pango, ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]),
    "SpamAssassin": (find_spam_filter, ["spamassassin"]),
    "a Redis-protocol server": (find_server, ["redis-server"]),
}


def absent() -> dict[str, list[str]]:
    """The components that are not here, each with the packages that bring it."""
    return {name: packages for name, (find, packages) in COMPONENTS.items() if not find()}


def install_absent() -> None:
    """As root on Debian, install what is absent."""
    packages = [package for some in absent().values() for package in some]
    if packages and IS_ROOT and shutil.which("apt-get"):
        say(f"Installing {', '.join(packages)}.")
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-yq", "--no-install-recommends", *packages], check=False, **quiet
        )


def run_suite(on: str, arguments: list[str], **env: str) -> bool:
    say(f"The suite on {on}, Python {sys.version.split()[0]}.")
    two_at_once = [] if any(word.startswith("-n") for word in arguments) else ["-n", "2"]
    command = [sys.executable, "-m", "pytest", "-q", *two_at_once, *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | env).returncode == 0


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def report(lacking: dict[str, list[str]]) -> None:
    """Say plainly what did not run, and how to get it."""
    for name, packages in lacking.items():
        say(f"Did not run: the tests that need {name}. On Debian: sudo apt-get install {' '.join(packages)}")


def main() -> int:
    only = {"--sqlite-only", "--postgres-only"} & {*sys.argv}
    arguments = [word for word in sys.argv[1:] if word not in only]
    install_absent()
    lacking = absent()
    programs = find_postgres()
    passed = run_suite("SQLite", arguments) if "--postgres-only" not in only else programs is not None
    if programs and "--sqlite-only" not in only:
        with postgres(programs) as url:
            passed &= run_suite("PostgreSQL", ["--database-only", *arguments], DATABASE_URL=url)
    report(lacking)
    say("Passed." if passed and not (lacking and IN_CI) else "Failed.")
    return 0 if passed and not (lacking and IN_CI) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that PostgreSQL is stopped on the way out
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
