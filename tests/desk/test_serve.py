"""`manage.py serve` with real processes: it starts, answers, heals, stops, and never leaves anything behind."""

import os
import re
import signal
import socket
import urllib.request

import pytest
import requests
from bs4 import BeautifulSoup

from tests.components import wait_until

pytestmark = pytest.mark.timeout(180)


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.status


def test_it_starts_everything_in_one_process_group_answers_and_ctrl_c_leaves_nothing(installation):
    serve = installation.serve()
    assert status(installation.wait_until_ready()) == 200
    commands = " ".join(installation.processes().values())
    for part in ("gunicorn", "celery -A practice worker", "celery -A practice beat", "v.sock"):
        assert part in commands
    assert {os.getpgid(pid) for pid in installation.processes()} == {serve.pid}

    os.killpg(serve.pid, signal.SIGINT)  # what a terminal does

    assert serve.wait(timeout=20) == 0
    assert installation.processes() == {}
    assert "Traceback" not in installation.said()


def test_what_it_writes_is_for_nobody_else_on_the_machine_to_read(installation):
    installation.serve()
    installation.wait_until_ready()
    written = [path for path in installation.folder.rglob("*") if path.suffix in (".sqlite3", ".log")]
    assert {path.suffix for path in written} == {".sqlite3", ".log"}
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


def test_a_second_one_says_where_the_first_one_runs(installation):
    first = installation.serve()
    address = installation.wait_until_ready().removesuffix("/desk/")
    second = installation.serve()
    assert second.wait(timeout=60) == 1
    assert installation.said().strip() == f"Interlude already runs here at {address} (process {first.pid})."
    assert first.poll() is None

    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    assert installation.processes() == {}


def test_kill_9_leaves_nothing_and_the_next_start_works(installation):
    serve = installation.serve()
    installation.wait_until_ready()
    serve.kill()
    serve.wait()
    installation.wait_until_gone()
    assert (installation.folder / "broker" / "v.sock").exists(), "the crash was to leave its socket behind"

    installation.serve()
    assert status(installation.wait_until_ready()) == 200


def test_killing_the_parent_with_9_leaves_nothing(installation):
    shell = ["/bin/sh", "-c", '"$@"; true', "sh"]
    parent = installation.serve("--stop-with-parent", through=shell)
    installation.wait_until_ready()
    parent.kill()
    parent.wait()
    installation.wait_until_gone()


@pytest.mark.parametrize("word", ["celery -A practice worker", "gunicorn", "v.sock"])
def test_a_process_that_is_killed_is_started_again(installation, word):
    installation.serve()
    address = installation.wait_until_ready()
    killed = installation.one(word)
    os.kill(killed, signal.SIGKILL)

    wait_until(
        lambda: "stopped (by signal SIGKILL); starting it again in 1 s" in installation.said(), "the news"
    )
    wait_until(
        lambda: any(word in c for pid, c in installation.processes().items() if pid != killed), "a new one"
    )
    wait_until(lambda: killed not in installation.processes(), "the old one to go")
    assert status(address) == 200


def test_a_process_that_cannot_live_ends_the_whole_with_its_last_words(installation):
    serve = installation.serve()
    installation.wait_until_ready()
    spoiled = installation.folder / "broker"
    for part in sorted(spoiled.rglob("*"), reverse=True):
        part.rmdir() if part.is_dir() else part.unlink()
    spoiled.rmdir()
    os.kill(installation.one("v.sock"), signal.SIGKILL)

    assert serve.wait(timeout=60) == 1
    assert "broker stopped 4 times in a row" in installation.said()
    assert "No such file or directory" in installation.said()
    assert installation.processes() == {}


def test_the_demo_takes_the_next_free_port_and_its_sign_in_opens_the_desk(installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        installation.serve("--demo", "--port", str(port))
        address = installation.wait_until_ready()
    assert f"Another program uses port {port}" in installation.said()
    email, password = re.search(r"Sign in as (\S+) with the password (\S+)", installation.said()).groups()

    with requests.Session() as browser:
        form = BeautifulSoup(browser.get(address).text, "html.parser").find("form", id="login-form")
        token = form.find("input", {"name": "csrfmiddlewaretoken"})["value"]
        answer = {"username": email, "password": password, "csrfmiddlewaretoken": token}
        home = browser.post(f"{address}login/?next=/desk/", data=answer)
    assert home.url == address
    assert "Maya" in home.text


def test_a_port_that_is_taken_is_said_plainly(installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serve = installation.serve("--port", str(port))
        assert serve.wait(timeout=60) == 1
    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use." in installation.said()
    assert f"manage.py serve --port {port + 1}" in installation.said()
