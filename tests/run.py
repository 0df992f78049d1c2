"""`make test`: installs what is missing where it may, runs the suite on SQLite and PostgreSQL, says what did not run.

Arguments are handed to pytest. With --sqlite-only the round on PostgreSQL is left out on purpose.
"""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from practice.desk.broker import find_server  # noqa: E402
from tests.components import IN_CI, find_browser  # noqa: E402

IS_ROOT = os.geteuid() == 0


def find_postgres() -> Path | None:
    """The folder of PostgreSQL's programs, the newest one installed."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


# What the suite needs, how to look for it, and Debian's packages of it.
COMPONENTS = {
    "PostgreSQL": (find_postgres, ["postgresql"]),
    "a browser": (find_browser, ["chromium", "fonts-liberation"]),
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


@contextmanager
def postgres(programs: Path, fsync: str = "off") -> Iterator[str]:
    """A PostgreSQL of this run's own, in a temporary folder and on a unix socket. Yields its DATABASE_URL."""
    # PostgreSQL refuses to run as root.
    as_owner = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        if IS_ROOT:
            shutil.chown(folder, "postgres")
        data, quiet = f"{folder}/data", {"check": True, "cwd": folder, "stdout": subprocess.DEVNULL}
        options = f"-k {folder} -c listen_addresses='' -c fsync={fsync} -c max_connections=200"
        control = [*as_owner, programs / "pg_ctl", "-D", data]
        making = ["-U", getpass.getuser(), "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run([*as_owner, programs / "initdb", "-D", data, *making], **quiet)
        subprocess.run([*control, "-o", options, "-l", f"{folder}/log", "-w", "start"], **quiet)
        try:
            yield f"postgres:///{folder}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "-w", "stop"], **quiet)


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
    arguments = sys.argv[1:]
    sqlite_only = "--sqlite-only" in arguments
    if sqlite_only:
        arguments.remove("--sqlite-only")
    install_absent()
    lacking = absent()
    passed = run_suite("SQLite", arguments)
    programs = find_postgres()
    if programs and not sqlite_only:
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
