"""A page is fetched only from the public web, from the very address that was checked, within its limits."""

import ipaddress
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from resources import fetching
from resources.draft import ImportProblem
from resources.importing import import_url

PAGE = b"<html><body><article><h1>A page</h1><p>With some words to read.</p></article></body></html>"


class Site(BaseHTTPRequestHandler):
    """A small web site on this machine, each path with its own trouble."""

    def do_GET(self):
        getattr(self, f"at_{self.path.strip('/').split('?')[0]}", self.at_missing)()

    def answer(self, body, status=200, kind="text/html; charset=utf-8", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def at_page(self):
        self.answer(PAGE)

    def at_plain(self):
        self.answer(b"A Title\n\nWith some words to read.", kind="text/plain")

    def at_missing(self):
        self.answer(b"no", status=404)

    def at_photo(self):
        self.answer(b"\xff\xd8", kind="image/jpeg")

    def at_onward(self):
        self.answer(b"", status=302, Location="/page")

    def at_inward(self):
        self.answer(b"", status=302, Location=f"http://127.0.0.2:{self.server.server_port}/page")

    def at_file(self):
        self.answer(b"", status=302, Location="file:///etc/passwd")

    def at_round(self):
        self.answer(b"", status=302, Location="/round")

    def at_huge(self):
        self.answer(b"x" * (3 * 1024 * 1024))

    def at_drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b"a")
            time.sleep(0.1)

    def at_slow_head(self):
        for letter in b"HTTP/1.0 200 OK\r\n" * 20:
            self.wfile.write(bytes([letter]))
            time.sleep(0.1)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def only_this_machine(address):
    """Stands for the public web in these tests: this one address and no other."""
    return address == ipaddress.ip_address("127.0.0.1")


def fetch(url, seconds=5.0):
    return fetching.fetch(url, allowed=only_this_machine, seconds=seconds)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
        "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_inner_addresses_are_not_public(address):
    assert not fetching.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_web_are_public(address):
    assert fetching.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0/",
    ],
)
def test_this_machine_cannot_be_reached_under_any_of_its_names(url):
    with pytest.raises(ImportProblem, match="not on the public web"):
        fetching.fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "example", "file:///etc/passwd", "ftp://example.com/", "gopher://example.com", "javascript:alert(1)",
        "http://", "http://user:secret@example.com/", "http://exa mple.com/", "http://example.com:99999/",
        "http://example.com/\r\nHost: inner", "http://[::1", "http://müller.example/",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_tried(url):
    with pytest.raises(ImportProblem, match="not a web address"):
        fetching.fetch(url)


def test_a_page_is_fetched(site):
    assert fetch(f"{site}/page").body == PAGE


def test_a_redirect_on_the_same_terms_is_followed(site):
    assert fetch(f"{site}/onward").body == PAGE


def test_every_redirect_is_checked_again(site):
    with pytest.raises(ImportProblem, match="not on the public web"):
        fetch(f"{site}/inward")
    with pytest.raises(ImportProblem, match="not a web address"):
        fetch(f"{site}/file")
    with pytest.raises(ImportProblem, match="too many times"):
        fetch(f"{site}/round")


def test_the_connection_goes_to_the_address_that_was_checked(site, monkeypatch):
    """A name that answers with a public address once and with an inner one the next time gets nowhere."""
    port = int(site.rsplit(":", 1)[1])
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2"])
    asked = []

    def changing(host, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda h, *a, **k: changing(h) if h == "rebinding.example" else real(h, *a, **k),
    )
    assert fetch(f"http://rebinding.example:{port}/page").body == PAGE
    assert asked == ["rebinding.example"], "the name is asked for once"


def test_a_page_over_two_megabytes_is_refused(site):
    with pytest.raises(ImportProblem, match="more than 2 MB"):
        fetch(f"{site}/huge")


@pytest.mark.parametrize("path", ["drip", "slow_head"])
def test_a_server_that_feeds_single_bytes_is_left_when_the_time_is_up(site, path):
    begun = time.monotonic()
    with pytest.raises(ImportProblem, match="longer than"):
        fetch(f"{site}/{path}", seconds=0.6)
    assert time.monotonic() - begun < 1.5


def test_what_is_no_page_says_what_to_do(site):
    with pytest.raises(ImportProblem, match="answered 404"):
        fetch(f"{site}/missing")
    with pytest.raises(ImportProblem, match="not a page of text"):
        fetch(f"{site}/photo")
    with pytest.raises(ImportProblem, match="typing errors"):
        fetch("http://127.0.0.1:1/")


def test_a_fetched_page_becomes_a_draft(site, settings, monkeypatch):
    settings.ARTICLE_URL_IMPORT = True
    monkeypatch.setattr(fetching.fetch, "__kwdefaults__", {"allowed": only_this_machine, "seconds": 5.0})
    assert import_url(f"{site}/page").title == "A page"
    assert import_url(f"{site}/plain").title == "A Title"
